// Package burst is the memory that crosses between the poll-mode drivers and
// the workers: one turn's frames, what the parser found in them, and what the
// modules decided. It is pure Go; the C side of the same memory is struct
// mire_burst in dpdk/lane.h, pinned field by field in dpdk/layout.go.
//
// A burst belongs to one worker and is valid for one turn. Nothing in it may
// be kept across turns.
package burst

import "unsafe"

const (
	// Size is the largest number of frames received in one turn.
	Size = 64
	// SpareSize is how many frames of our own a worker has room for in one turn
	// unless it was made for more.
	SpareSize = 32
	// MaxSpares is the largest number of frames of our own in one turn.
	MaxSpares = Size
	// Slots is the number of frame slots: received frames first, spares after.
	Slots = Size + MaxSpares
	// NoNet marks a frame that belongs to no configured network.
	NoNet = 0xffff
)

// RxFlags are facts about a received frame that only the driver knows.
type RxFlags uint8

const (
	// MultiSegment: the frame is spread over several mbufs; only the first is mapped.
	MultiSegment RxFlags = 1 << iota
	// L4ChecksumGood: the port verified the TCP or UDP checksum.
	L4ChecksumGood
	// L4ChecksumPartial: a kernel left the checksum for its NIC to finish.
	L4ChecksumPartial
	// KernelBacked: the port is a kernel interface (af_packet, af_xdp, tap).
	KernelBacked
	// Cut: the frame was longer than the buffer and its end is lost.
	Cut
)

// Burst is one turn of one worker. The fields up to the marker are shared with
// C. All masks have bit i for received slot i.
type Burst struct {
	// N is the number of received frames, slots 0..N-1.
	N uint32
	// Spares is the number of empty mbufs mapped at slots Size..Size+Spares-1.
	Spares uint32
	// Originated is how many of the spares this turn has filled.
	Originated uint32
	// Room is the number of bytes a slot can hold from its data pointer on.
	Room uint32
	// Send are the received slots to transmit; all others are freed.
	Send Mask
	// Now is the time of this turn: nanoseconds, monotonic, zero at EAL start,
	// shared by all workers.
	Now int64
	// Sleep is how long, in nanoseconds, an empty poll may sleep inside the
	// next exchange. Set by the worker.
	Sleep int64
	// Counters of the exchange, monotonic since start.
	IO IO

	mbuf [Slots]unsafe.Pointer //lint:ignore U1000 only C uses it
	// Data points at the first byte of the Ethernet header.
	Data [Slots]unsafe.Pointer
	// Len is the frame length in bytes, without FCS. A module that changes it
	// changes what is transmitted.
	Len [Slots]uint16
	// Out is the port a slot leaves by when it is sent.
	Out [Slots]uint16
	// In is the port a received slot came from.
	In [Size]uint16
	// Rx are the driver's facts about a received slot.
	Rx [Size]RxFlags
	// --- end of the memory shared with C ---

	// Undecided are the received slots without a verdict.
	Undecided Mask
	// V6 are the slots that carry IPv6.
	V6 Mask
	// OnLink are the slots of IP packets whose source lies in a network of the
	// port and tag they came by. Locate sets it.
	OnLink Mask
	// Class has one mask per class of frame; each parsed slot is in exactly one.
	Class [NumClasses]Mask
	// Meta is what the parser found in each received slot.
	Meta [Size]Meta
	// Columns hold the header words of the commonest frames side by side.
	Columns Columns

	// Verdicts counts decisions since start.
	Verdicts Verdicts
}

// IO are the counters that the C side of the exchange keeps.
type IO struct {
	Received    uint64 // frames taken from RX queues
	Transmitted uint64 // frames taken by TX queues, replies and own
	Freed       uint64 // received frames freed because they were not sent
	TxFull      uint64 // frames dropped because a TX queue stayed full
	Refused     uint64 // frames dropped because they are longer than the port's MTU, or refused by its kernel
	Held        uint64 // frames no TX queue has taken yet; a gauge
	NoSpare     uint64 // turns in which the pool had no mbuf for a spare
	Polls       uint64 // exchanges
	Empty       uint64 // exchanges that received nothing
	Slept       uint64 // nanoseconds slept in empty exchanges
}

// Verdicts counts what was decided. Received + Originated equals
// Sent + Originated + Consumed + Punted + the sum of Dropped at the end of each turn.
type Verdicts struct {
	Received   uint64
	Sent       uint64             // received slots that go out, rewritten
	Consumed   uint64             // frames that were addressed to us and answered nothing
	Punted     uint64             // frames handed to a goroutine
	Originated uint64             // frames of our own
	Starved    uint64             // frames of our own that found no spare slot
	Dropped    [MaxReasons]uint64 // by Reason
	// Partial counts TCP and UDP frames that were accepted with an unfinished
	// checksum; they are also in whatever became of them above.
	Partial uint64
}

// Begin readies the burst for the frames the exchange has delivered.
func (b *Burst) Begin() {
	b.Undecided = Lowest(int(b.N))
	b.V6 = 0
	b.Class = [NumClasses]Mask{}
	b.Verdicts.Received += uint64(b.N)
}

// Frame returns the bytes of slot i. Its capacity is the room of the slot.
func (b *Burst) Frame(i int) []byte {
	return unsafe.Slice((*byte)(b.Data[i]), b.Room)[:b.Len[i]]
}

// Reply sends received slot i back by the port it came from.
func (b *Burst) Reply(i int) {
	b.SendTo(i, b.In[i])
}

// ReplyAll sends every slot of m back by the port it came from.
func (b *Burst) ReplyAll(m Mask) {
	b.Send |= m
	b.Undecided &^= m
	b.Verdicts.Sent += uint64(m.Count())
	if m == ^Mask(0) { // most of a flood
		*(*[Size]uint16)(b.Out[:Size]) = b.In
		return
	}
	for ; m != 0; m = m.Rest() {
		i := m.First()
		b.Out[i] = b.In[i]
	}
}

// SendTo sends received slot i by the given port.
func (b *Burst) SendTo(i int, port uint16) {
	b.Out[i] = port
	b.Send |= Bit(i)
	b.Undecided &^= Bit(i)
	b.Verdicts.Sent++
}

// Drop frees received slot i at the end of the turn and counts why.
func (b *Burst) Drop(i int, r Reason) {
	b.Undecided &^= Bit(i)
	b.Verdicts.Dropped[r]++
}

// DropAll drops every slot of m for the same reason.
func (b *Burst) DropAll(m Mask, r Reason) {
	b.Undecided &^= m
	b.Verdicts.Dropped[r] += uint64(m.Count())
}

// Consume ends slot i: it was meant for us and needs no answer.
func (b *Burst) Consume(i int) {
	b.Undecided &^= Bit(i)
	b.Verdicts.Consumed++
}

// Punt ends slot i: a copy of it is with a goroutine.
func (b *Burst) Punt(i int) {
	b.Undecided &^= Bit(i)
	b.Verdicts.Punted++
}

// Originate takes a spare slot for a frame of our own of n bytes, to leave by
// the given port, and returns its bytes, not cleared. It returns nil when no
// spare is left or n does not fit; the caller must cope, and Starved counts.
func (b *Burst) Originate(port uint16, n int) []byte {
	if b.Originated >= b.Spares || n > int(b.Room) {
		b.Verdicts.Starved++
		return nil
	}
	i := Size + int(b.Originated)
	b.Originated++
	b.Out[i] = port
	b.Len[i] = uint16(n)
	b.Verdicts.Originated++
	return b.Frame(i)
}

// Resize changes the length of the frame that was taken last to n bytes, 0 <= n
// <= Room; there must be one.
func (b *Burst) Resize(n int) { b.Len[Size+int(b.Originated)-1] = uint16(n) }

// Withdraw gives the spare that was taken last back: nothing is to be sent.
func (b *Burst) Withdraw() {
	b.Originated--
	b.Verdicts.Originated--
}

// Map makes slot i show the given buffer: n bytes of frame in cap(buf) bytes
// of room, which must be at least Room. It is how a lane without C (tests)
// fills a burst.
func (b *Burst) Map(i int, buf []byte, n int) {
	b.Data[i] = unsafe.Pointer(unsafe.SliceData(buf))
	b.Len[i] = uint16(n)
}
