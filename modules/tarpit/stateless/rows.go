// Package stateless answers TCP for captured addresses without remembering a
// single connection. The number of payload bytes that precede a segment is
// computed from the segment alone, by a keyed cookie in our sequence numbers;
// a decision table of 14 rows turns it into at most one reply. See README.md
// for the table.
package stateless

// Row is a row of the decision table. Each segment is of exactly one of them;
// Row13 replaces the row of a reply that a limit refuses.
type Row uint8

const (
	Row1   Row = iota // SYN
	Row2              // SYN to a port that a persona keeps closed; none exists yet
	Row3              // SYN-ACK nobody asked for
	Row4              // flags that only scanners send
	Row5              // RST
	Row6              // ACK of no connection of ours
	Row7              // completes a handshake
	Row8              // keepalive
	Row9              // window probe without payload, or a bare ACK of our reply
	Row10             // first payload
	Row10a            // first payload of one byte
	Row11             // any other payload
	Row12             // FIN of a connection of ours
	Row13             // the connection or its source has spent its replies
	Row14             // timestamps of a persona; none exists yet
	NumRows
)

var rowNames = [NumRows]string{
	"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "10a", "11", "12", "13", "14",
}

// String is the number of the row as in README.md.
func (r Row) String() string {
	if r < NumRows {
		return rowNames[r]
	}
	return "invalid"
}

// Told tells whether there are segments of this row: some wait for a persona.
func (r Row) Told() bool { return r != Row2 && r != Row14 && r < NumRows }
