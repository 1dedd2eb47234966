package ha

import "encoding/binary"

// HelloLen is the length of a HELLO in bytes.
const HelloLen = atTag + tagLen

const (
	randomLen = 16
	checkLen  = 4
	limitsLen = 3 * 4
	tagLen    = 8
)

// Where the fields of a HELLO begin, behind the header.
const (
	atCheck       = HeaderLen
	atRandom      = atCheck + checkLen
	atEcho        = atRandom + randomLen
	atFingerprint = atEcho + randomLen
	atAddresses   = atFingerprint + 8
	atFlags       = atAddresses + 8
	atTerm        = atFlags + 1
	atReserved    = atTerm + 2
	atLimits      = atReserved + 5
	atCode        = atLimits + limitsLen
	atTag         = atCode + TagLen // of all before
)

// Bits of a HELLO's flags; the others are sent as 0 and ignored.
const (
	flagMaster = 1 << iota
	flagUp     // the sender has the session of these two random values: no answer is needed
	flagAway   // the sender gave the role to the receiver, and it is to stay there
	flagKept   // the sender is master because the receiver gave it the role
)

// random is what a process draws for one session.
type random [randomLen]byte

// About is what a node says about itself in a HELLO.
type About struct {
	Fingerprint uint64 // of the configuration that two nodes must have in common
	Addresses   uint64 // of the list of virtual addresses
	Master      bool
	Term        uint16 // of the newest mastership it knows
	Away        bool   // it gave the role away in a planned handover and has not been master since
	Kept        bool   // it is master because the role was given to it
	Limits      Limits // of its table
}

// Limits are the most entries that a node's table holds: in all, captured ones
// and real hosts.
type Limits struct{ Entries, Captured, Real uint32 }

func (l *Limits) put(b []byte) {
	binary.BigEndian.PutUint32(b, l.Entries)
	binary.BigEndian.PutUint32(b[4:], l.Captured)
	binary.BigEndian.PutUint32(b[8:], l.Real)
}

func (l *Limits) read(b []byte) {
	*l = Limits{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])}
}

// hello is a HELLO with a check that was compared and a code that was not yet.
type hello []byte

func (h hello) check() []byte  { return h[atCheck:atRandom] }
func (h hello) random() random { return random(h[atRandom:atEcho]) }
func (h hello) echo() random   { return random(h[atEcho:atFingerprint]) }
func (h hello) up() bool       { return h[atFlags]&flagUp != 0 }
func (h hello) tag() uint64    { return binary.BigEndian.Uint64(h[atTag:]) }
func (h hello) tagged() []byte { return h[:atTag] }
func (h hello) clear() []byte  { return h[:atCode] }
func (h hello) code() []byte   { return h[atCode:atTag] }

func (h hello) about(a *About) {
	*a = About{
		Fingerprint: binary.BigEndian.Uint64(h[atFingerprint:]),
		Addresses:   binary.BigEndian.Uint64(h[atAddresses:]),
		Master:      h[atFlags]&flagMaster != 0,
		Term:        binary.BigEndian.Uint16(h[atTerm:]),
		Away:        h[atFlags]&flagAway != 0,
		Kept:        h[atFlags]&flagKept != 0,
	}
	a.Limits.read(h[atLimits:])
}

// put writes all but tag and code.
func (h hello) put(id uint64, check [checkLen]byte, mine, echo *random, up bool, a *About) {
	PutHeader(h, Hello, id, 0)
	copy(h[atCheck:], check[:])
	copy(h[atRandom:], mine[:])
	copy(h[atEcho:], echo[:])
	binary.BigEndian.PutUint64(h[atFingerprint:], a.Fingerprint)
	binary.BigEndian.PutUint64(h[atAddresses:], a.Addresses)
	h[atFlags] = 0
	if a.Master {
		h[atFlags] |= flagMaster
	}
	if up {
		h[atFlags] |= flagUp
	}
	if a.Away {
		h[atFlags] |= flagAway
	}
	if a.Kept {
		h[atFlags] |= flagKept
	}
	binary.BigEndian.PutUint16(h[atTerm:], a.Term)
	clear(h[atReserved:atLimits])
	a.Limits.put(h[atLimits:])
}
