// Package cycles tells what the steps of a turn cost, in ticks of the CPU's
// time-stamp counter. It is pure Go with one instruction of assembler.
package cycles

// Meter adds up what each of a fixed number of steps took. It belongs to one
// goroutine. Between Start and the last Step of a turn it costs a read of the
// counter a step; whoever does not measure does not call it.
type Meter struct {
	// Turns and Packets are what was measured.
	Turns, Packets uint64
	// Spent are ticks, by step.
	Spent []uint64

	read func() uint64
	last uint64
}

// New makes a meter of the given number of steps. It reads time from read, or
// with nil from Now.
func New(steps int, read func() uint64) *Meter {
	if read == nil {
		read = Now
	}
	return &Meter{Spent: make([]uint64, steps), read: read}
}

// Start begins a turn: the first step runs from now on.
func (m *Meter) Start() { m.last = m.read() }

// Step ends a step, 0 <= step < the number of steps, and begins the next.
func (m *Meter) Step(step int) {
	now := m.read()
	m.Spent[step] += now - m.last
	m.last = now
}

// End counts the turn, with the packets that it received.
func (m *Meter) End(packets int) {
	m.Turns++
	m.Packets += uint64(packets)
}
