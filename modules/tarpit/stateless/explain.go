package stateless

// help says in a few words what a row of the table in README.md is.
var help = [NumRows]string{
	Row1:   "SYN, answered with SYN-ACK",
	Row2:   "SYN to a closed port",
	Row3:   "SYN-ACK nobody asked for",
	Row4:   "flags that only scanners send",
	Row5:   "RST",
	Row6:   "ACK of no connection of ours",
	Row7:   "handshake completed: a verified source",
	Row8:   "keepalive",
	Row9:   "window probe: the client is held",
	Row10:  "first payload",
	Row10a: "first payload of one byte",
	Row11:  "further payload: the client is held",
	Row12:  "FIN",
	Row13:  "the connection or its source has spent its replies",
	Row14:  "timestamps",
}

// Help says in a few words what the row is; "" when there is no such row.
func (r Row) Help() string {
	if r < NumRows {
		return help[r]
	}
	return ""
}

// Follow notes which rows were used so far; what it returns gives the first one
// that was used since, false when none was. For tracing: both on the worker.
func (r *Rules) Follow() func() (Row, bool) {
	before := r.counted()
	return func() (Row, bool) {
		for i, n := range r.counted() {
			if n != before[i] {
				return Row(i), true
			}
		}
		return 0, false
	}
}

// counted is the segments of all networks so far.
func (r *Rules) counted() (sum [NumRows]uint64) {
	for _, t := range r.tallies.by {
		for i, n := range t.rows {
			sum[i] += n
		}
	}
	return sum
}
