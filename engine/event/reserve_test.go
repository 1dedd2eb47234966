package event

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"mire/engine/config"
)

// What an administrator must see, and what tells a real source from a forged one.
func TestReservedKindsAreThoseThatMustBeSeen(t *testing.T) {
	r := NewRing(2)
	for k, want := range map[Kind]bool{
		SYNACK: false, UDPPacket: false, Trapped: false, Spared: false, Fin: false,
		Handshake: true, FirstPayload: true, Released: true, RoleMaster: true, SyncUp: true, Port: true, PortStuck: true,
	} {
		if r.kept.Has(uint8(k)) != want {
			t.Errorf("%v: reserved %v, want %v", k, !want, want)
		}
	}
	if r.kept.Has(255) {
		t.Error("an unknown kind is reserved")
	}
}

// A sender that floods with packets, payloads and handshakes, and causes as many
// releases and conflicts as it likes, takes no place of any other kind.
func TestEachNoticeHasRoomWhateverIsFlooded(t *testing.T) {
	r := NewRing(1024)
	flood := []Kind{SYNACK, FirstPayload, Handshake, Released, AddressConflict, ForeignVRRP, SyncTrouble}
	for range 5000 {
		for _, k := range flood {
			r.Push(&Event{Kind: k})
		}
	}
	pushed, lost := r.Pushed(), r.Lost()
	if lost == 0 || pushed+lost != 5000*uint64(len(flood)) {
		t.Fatalf("pushed %d, lost %d", pushed, lost)
	}
	flooded := map[Kind]bool{}
	for _, k := range flood {
		flooded[k] = true
	}
	want := make([]int, NumKinds())
	for k := range NumKinds() {
		if !k.reserved() || flooded[k] {
			continue
		}
		for range placesOfKind {
			if want[k]++; !r.Push(&Event{Kind: k}) {
				t.Fatalf("no room for %v", k)
			}
		}
	}
	before := r.LostReserved()
	if r.Push(&Event{Kind: RoleMaster}) || r.LostReserved() != before+1 {
		t.Error("more than the places of a kind in a full ring, and nothing is lost")
	}
	got := make([]int, NumKinds())
	out := make([]Event, 100)
	for n := r.Pop(out); n > 0; n = r.Pop(out) {
		for _, e := range out[:n] {
			got[e.Kind]++
		}
	}
	for k := range NumKinds() {
		if want[k] > 0 && got[k] != want[k] {
			t.Errorf("%v: %d came out, want %d", k, got[k], want[k])
		}
	}
	if r.Pushed() != uint64(sum(got[:])) {
		t.Errorf("pushed %d, %d came out", r.Pushed(), sum(got[:]))
	}
}

func sum(n []int) (all int) {
	for _, x := range n {
		all += x
	}
	return all
}

// Beyond its places a kind may use those of packets, as long as there are any.
func TestReservedKindsUseFreePlacesToo(t *testing.T) {
	r := NewRing(128)
	for i := range 3 * placesOfKind {
		if !r.Push(&Event{Kind: Released, Time: int64(i)}) {
			t.Fatalf("event %d is lost", i)
		}
	}
	if r.Push(&Event{Kind: Released}) {
		t.Fatal("there was room for more than there are places")
	}
}

func TestPopKeepsTheOrderOfTime(t *testing.T) {
	r := NewRing(256)
	for i := range int64(120) {
		e := Event{Kind: SYNACK, Time: i}
		if i%3 == 2 {
			e.Kind = Released
		}
		r.Push(&e)
	}
	out := make([]Event, 7)
	next := int64(0)
	for n := r.Pop(out); n > 0; n = r.Pop(out) {
		for _, e := range out[:n] {
			if e.Time != next {
				t.Fatalf("event of %d, want %d", e.Time, next)
			}
			next++
		}
	}
	if next != 120 {
		t.Fatalf("%d events", next)
	}
}

func TestPlaceBuildsInTheRing(t *testing.T) {
	r := NewRing(2)
	for _, k := range []Kind{SYNACK, Handshake, SYNACK} {
		e := r.Place(k)
		*e = Event{Kind: k}
		r.Show()
	}
	if r.Place(SYNACK) != nil || r.Lost() != 1 || r.LostReserved() != 0 {
		t.Fatalf("lost %d, %d of them reserved", r.Lost(), r.LostReserved())
	}
	out := make([]Event, 4)
	if n := r.Pop(out); n != 3 || out[0].Kind != Handshake {
		t.Fatalf("%d events, the first %v", n, out[0].Kind)
	}
}

// Both parts between two goroutines; each event carries its number twice.
func TestReserveBetweenTwoGoroutines(t *testing.T) {
	const events = 200_000
	r := NewRing(64)
	var done atomic.Bool
	go func() {
		e := Event{}
		for i := range events {
			e.Time, e.Count, e.Kind = int64(i), uint32(i), Kind(i%int(NumKinds()))
			for !r.Push(&e) {
				runtime.Gosched()
			}
		}
		done.Store(true)
	}()
	out := make([]Event, 16)
	last := make([]int64, NumKinds())
	got := 0
	for {
		end := done.Load()
		n := r.Pop(out)
		for _, e := range out[:n] {
			if uint32(e.Time) != e.Count || int(e.Time)%int(NumKinds()) != int(e.Kind) || e.Time < last[e.Kind] && !e.Kind.reserved() {
				t.Fatalf("%+v after %d", e, last[e.Kind])
			}
			last[e.Kind] = e.Time
			got++
		}
		if n == 0 {
			if end {
				break
			}
			runtime.Gosched()
		}
	}
	if got != events {
		t.Fatalf("%d of %d", got, events)
	}
}

// The same for lines: a kind that uses up its own leaves those of others alone.
func TestALineForEachTransitionInAFloodOfNotices(t *testing.T) {
	b := newBench(65536, 0, config.LogFirst, 10)
	for s := range 2000 {
		b.push(SYNACK, s, 1)
		b.push(FirstPayload, s, 1)
		b.push(Handshake, s, 1)
		e := sample(Released, 4)
		e.Ours[15], e.Ours[14] = byte(s), byte(s>>8)
		b.ring.Push(&e)
		e.Kind = AddressConflict
		b.ring.Push(&e)
	}
	must := []Kind{RoleMaster, RoleBackup, SyncDown, SyncUp, SplitBrain, Handover, Port, DHCPServer}
	for _, k := range must {
		b.push(k, 1, 1)
	}
	b.pass()
	told := map[Kind]int{}
	for _, r := range b.out.reports {
		told[r.Event.Kind]++
	}
	for _, k := range must {
		if told[k] != 1 {
			t.Errorf("%v: %d lines, want 1", k, told[k])
		}
	}
	if told[Handshake] == 0 || told[FirstPayload] == 0 {
		t.Errorf("%d handshakes and %d first payloads have lines", told[Handshake], told[FirstPayload])
	}
}

func TestLossSaysHowManyHadToBeSeen(t *testing.T) {
	b := newBench(16, 0, config.LogFirst, 0)
	b.push(SYNACK, 1, 100)
	b.push(RoleMaster, 1, placesOfKind+5)
	b.pass()
	b.clock.add(lossEvery)
	b.pass()
	if len(b.out.losses) != 1 || !strings.HasSuffix(b.out.losses[0].Text(), "89 lost in full rings, 5 of them notices") {
		t.Fatalf("%+v", b.out.losses)
	}
	if s := b.Stats(); s.LostNotices != 5 {
		t.Fatalf("%+v", s)
	}
}
