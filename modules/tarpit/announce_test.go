package tarpit

import (
	"fmt"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// macPort is a node of which only the port's MAC may be seen.
func macPort(s *config.Snapshot) {
	n := &s.Networks[0]
	n.MACPort, n.RealMAC, n.VirtMAC, n.Virt6MAC = true, et.PortMAC, et.PortMAC, et.PortMAC
	n.Prefix4 = netip.MustParsePrefix("172.16.0.0/12")
}

// heir is a backup of some workers with a large table, about to take over.
type heir struct {
	tb     testing.TB
	table  *session.Table
	role   *engine.Role
	works  []*engine.Worker
	lanes  []*et.Lane
	bursts []*burst.Burst
	mod    *Module
}

const heirStart = 1_000_000_000_000

func newHeir(tb testing.TB, workers, capacity int, edits ...func(*config.Snapshot)) *heir {
	tb.Helper()
	table, err := session.New(new(session.HeapArena), session.Config{Name: "heir", Capacity: capacity})
	if err != nil {
		tb.Fatal(err)
	}
	h := &heir{tb: tb, table: table, role: engine.NewRole(engine.Backup), mod: New()}
	var snaps atomic.Pointer[config.Snapshot]
	snaps.Store(watched(edits...))
	for id := range workers {
		lane, b := &et.Lane{Now: heirStart}, new(burst.Burst)
		w, err := engine.NewWorker(engine.WorkerConfig{
			ID: id, Count: workers, Table: table, Events: event.NewRing(8192), Secret: secret.New([secret.Size]byte{1}), Role: h.role,
			Burst: b, Lanes: []engine.Lane{lane}, Chain: engine.NewChain([]engine.Module{h.mod}), Snapshots: &snaps,
		})
		if err != nil {
			tb.Fatal(err)
		}
		h.works, h.lanes, h.bursts = append(h.works, w), append(h.lanes, lane), append(h.bursts, b)
	}
	return h
}

// holds writes a capture that was used some time ago.
func (h *heir) holds(a netip.Addr, ago, ttl time.Duration, askers ...config.MAC) {
	h.tb.Helper()
	r := session.Record{Key: keyOf(a), State: session.Trapped, Expires: heirStart - int64(ago) + int64(ttl), Proven: heirStart - int64(ago)}
	for i, m := range askers {
		r.Askers[i] = m
	}
	if o := h.table.Put(&r, 1<<session.Unknown, heirStart); o != session.Done {
		h.tb.Fatal(o)
	}
}

// pass lets time go by; answer, if there is one, is a host's answer to a frame of ours.
func (h *heir) pass(d time.Duration, answer func(f []byte) []byte) (out []et.Frame, at []time.Duration) {
	for ms := range d / time.Millisecond {
		for i, w := range h.works {
			l := h.lanes[i]
			l.Now += int64(time.Millisecond)
			l.Out = nil
			w.Turn()
			l.Exchange(h.bursts[i])
			for _, f := range l.Out {
				out, at = append(out, f), append(at, ms*time.Millisecond)
				if answer != nil {
					if a := answer(f.Data); a != nil {
						l.In = append(l.In, et.Frame{Data: a})
					}
				}
			}
		}
	}
	return out, at
}

// claim is the announcement of an address in a frame, "ADDR to MAC"; empty for others.
func claim(f []byte) string {
	switch {
	case f[12] == 8 && f[13] == 6 && slices.Equal(f[28:32], f[38:42]): // gratuitous ARP
		a, _ := netip.AddrFromSlice(f[28:32])
		return fmt.Sprintf("%v to %v by %v", a, config.MAC(f[0:6]), config.MAC(f[22:28]))
	case f[12] == 0x86 && f[20] == 58 && f[54] == 136:
		a, _ := netip.AddrFromSlice(f[62:78])
		return fmt.Sprintf("%v to %v by %v", a, config.MAC(f[0:6]), config.MAC(f[80:86]))
	}
	return ""
}

// claims are the announcements among frames with their times.
func claims(out []et.Frame, at []time.Duration) (all []string, when []time.Duration) {
	for i, f := range out {
		if c := claim(f.Data); c != "" {
			all, when = append(all, c), append(when, at[i])
		}
	}
	return all, when
}

// Three addresses are in use among 60,000 that were captured before: those who use
// them hear of the new master at once, the others at the pace that was set.
func TestANewMasterAnnouncesWhatIsInUseFirst(t *testing.T) {
	for _, workers := range []int{1, 2} {
		h := newHeir(t, workers, 262144, macPort, func(s *config.Snapshot) { s.Settings.AnnounceRate = 2000 })
		for i := range 60_000 {
			a := netip.AddrFrom4([4]byte{172, 18, byte(i >> 8), byte(i)})
			h.holds(a, 15*time.Second+time.Duration(i)*2*time.Millisecond, 300*time.Second, otherMAC)
		}
		used := []netip.Addr{cold4, cold4.Next(), cold6}
		for i, a := range used {
			h.holds(a, time.Duration(i)*4*time.Second, 300*time.Second, askerMac)
		}
		if out, _ := h.pass(3*time.Second, nil); len(out) > 5 {
			t.Fatalf("a backup sent %d frames", len(out))
		}
		h.role.Set(engine.Master)
		all, when := claims(h.pass(100*time.Second, nil))
		want := map[string]bool{}
		for _, a := range used {
			want[fmt.Sprintf("%v to %v by %v", a, askerMac, et.PortMAC)] = true
		}
		first := 3
		for workers > 1 && when[first] < 200*time.Millisecond { // each begins with what is newest in its share
			first++
		}
		for _, c := range all[:first] {
			delete(want, c)
		}
		if len(want) != 0 {
			t.Errorf("%d workers: the first ones are %v, not yet %v", workers, all[:3], want)
		}
		if workers == 1 && when[first] > 200*time.Millisecond {
			t.Errorf("%d workers: the first ones took %v", workers, when[first])
		}
		perSecond, told := map[time.Duration]int{}, map[string]int{}
		for i, c := range all {
			perSecond[when[i]/time.Second]++
			told[c]++
		}
		for s, n := range perSecond {
			if n > 2000+2*2000/announceBurst {
				t.Errorf("%d workers: %d announcements in second %d", workers, n, s)
			}
		}
		if len(told) != 60_003 || len(all) < 60_003*announceRounds*9/10 {
			t.Errorf("%d workers: %d addresses were announced in 100 s, of 60,003, in %d frames", workers, len(told), len(all))
		}
	}
}

// Newest first, nothing that was not asked for within ten minutes, whatever the
// lifetime; nothing where no asker is known, and nothing that is no capture.
func TestOnlyWhatWasAskedForLatelyIsAnnounced(t *testing.T) {
	for _, ttl := range []time.Duration{5 * time.Minute, time.Hour, 40 * time.Hour} {
		h := newHeir(t, 1, 4096, macPort, func(s *config.Snapshot) { s.Settings.TrapTTL = ttl })
		var want []string
		for i, ago := range []time.Duration{time.Second, 30 * time.Second, 2 * time.Minute, 4 * time.Minute, 9 * time.Minute, 11 * time.Minute, 30 * time.Minute} {
			if ago > ttl {
				continue
			}
			a := host4(130 + i)
			h.holds(a, ago, ttl, askerMac)
			if ago < 10*time.Minute {
				want = append(want, fmt.Sprintf("%v to %v by %v", a, askerMac, et.PortMAC))
			}
		}
		h.holds(host4(150), time.Second, ttl)
		real := session.Record{Key: keyOf(host4(151)), State: session.Real, MAC: hostMAC, Askers: [2][6]byte{askerMac}, Expires: heirStart + int64(ttl), Proven: heirStart}
		h.table.Put(&real, 1<<session.Unknown, heirStart)
		h.role.Set(engine.Master)
		got, _ := claims(h.pass(1900*time.Millisecond, nil))
		if ttl <= 5*time.Minute && len(want) != 4 || ttl > 5*time.Minute && len(want) != 5 {
			t.Fatal(want)
		}
		slices.Sort(want)
		sorted := slices.Sorted(slices.Values(got))
		if !slices.Equal(sorted, want) {
			t.Errorf("life %v: announced %q, want %q", ttl, got, want)
		}
	}
}

// Where the MAC stays, nobody needs to be told.
func TestNothingIsAnnouncedWhereTheMACStays(t *testing.T) {
	for name, edit := range map[string]func(*config.Snapshot){
		"virtual MAC": func(*config.Snapshot) {},
		"rate 0":      func(s *config.Snapshot) { macPort(s); s.Settings.AnnounceRate = 0 },
		"observe":     func(s *config.Snapshot) { macPort(s); s.Networks[0].Tarpit = config.TarpitObserve },
		"no vrrp":     func(s *config.Snapshot) { macPort(s); s.VRRP = nil },
		"exempt":      func(s *config.Snapshot) { macPort(s); s.ARP = []netip.Addr{cold4, cold6} },
	} {
		h := newHeir(t, 1, 4096, edit)
		h.holds(cold4, time.Second, 300*time.Second, askerMac, otherMAC)
		h.holds(cold6, time.Second, 300*time.Second, askerMac)
		h.role.Set(engine.Master)
		if got, _ := claims(h.pass(10*time.Second, nil)); len(got) != 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Where two askers are known there may be more: they are told by a broadcast, but
// only when a fresh question was met by silence. A host that is there hears no
// frame by which it would have to give its address up.
func TestABroadcastComesBehindAFreshProof(t *testing.T) {
	for _, a := range []netip.Addr{cold4, cold6} {
		for _, lives := range []bool{false, true} {
			h := newHeir(t, 1, 4096, macPort)
			h.holds(a, time.Second, 300*time.Second, askerMac, otherMAC)
			h.role.Set(engine.Master)
			group := config.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
			if a.Is6() {
				group = config.MAC{0x33, 0x33, 0, 0, 0, 1}
			}
			asked := time.Duration(-1)
			out, at := h.pass(1500*time.Millisecond, func(f []byte) []byte {
				if claim(f) != "" || !lives {
					return nil
				}
				if a.Is4() && f[12] == 8 && f[13] == 6 && slices.Equal(f[38:42], a.AsSlice()) {
					return et.ARP(2, hostMAC, a, et.PortMAC, et.Real4)
				}
				if a.Is6() && f[12] == 0x86 && f[20] == 58 && f[54] == 135 && slices.Equal(f[62:78], a.AsSlice()) {
					return et.Advertise(hostMAC, et.PortMAC, a, et.Real6, a, 0x60, hostMAC)
				}
				return nil
			})
			for i, f := range out {
				if claim(f.Data) == "" && asked < 0 && (f.Data[13] == 6 && slices.Equal(f.Data[38:42], a.AsSlice()) || f.Data[12] == 0x86 && f.Data[54] == 135) {
					asked = at[i]
				}
			}
			got, when := claims(out, at)
			by := func(to config.MAC) string { return fmt.Sprintf("%v to %v by %v", a, to, et.PortMAC) }
			want := []string{by(askerMac), by(otherMAC), by(group)}
			if lives {
				// The correction names the owner.
				for _, c := range got {
					if c == by(group) {
						t.Errorf("%v lives, and all were told that it is ours", a)
					}
				}
				continue
			}
			if !slices.Equal(got, want) || asked < 0 || when[2]-asked < 300*time.Millisecond {
				t.Errorf("%v: %q at %v, asked at %v", a, got, when, asked)
			}
		}
	}
}

// A pair must know from the table which captures are in use: where the MAC moves,
// what is used is renewed often enough, though nobody asks for it anew.
func TestUseIsFreshInTheTableWhereTheMACMoves(t *testing.T) {
	l := newLab(t, macPort)
	l.Turn(ask(cold4))
	l.Pass(1200 * time.Millisecond)
	l.wantState(cold4, session.Trapped)
	key := keyOf(cold4)
	worst := time.Duration(0)
	for range 100 {
		o := l.Turn(syn(cold4))
		if o.Sent != 1 {
			t.Fatalf("no SYN-ACK: %v", o.Dropped)
		}
		l.Pass(time.Second)
		r, ok := l.Table.Get(key, l.Lane.Now)
		if !ok {
			t.Fatal("gone")
		}
		worst = max(worst, time.Duration(l.Lane.Now-r.Expires)+300*time.Second)
	}
	if worst > 22*time.Second {
		t.Errorf("the last use looked %v old", worst)
	}
}

func syn(to netip.Addr) []byte {
	return et.TCP(askerMac, et.PortMAC, netip.AddrPortFrom(asker4, 40000), netip.AddrPortFrom(to, 80), flagSYN, 1, 0, nil)
}

func TestAnnouncingAllocatesNothing(t *testing.T) {
	h := newHeir(t, 1, 65536, macPort, func(s *config.Snapshot) { s.Settings.AnnounceRate = 100 })
	for i := range 20_000 {
		h.holds(netip.AddrFrom4([4]byte{172, 18, byte(i >> 8), byte(i)}), time.Duration(i)*time.Millisecond, 300*time.Second, otherMAC, askerMac)
	}
	h.role.Set(engine.Master)
	h.lanes[0].Discard = true
	before := h.mod.Stats()[0].Counters[Announcements]
	if n := testing.AllocsPerRun(3000, func() {
		h.lanes[0].Now += int64(time.Millisecond)
		h.works[0].Turn()
	}); n != 0 {
		t.Errorf("%v allocations a turn", n)
	}
	if after := h.mod.Stats()[0].Counters[Announcements]; after-before < 100 {
		t.Errorf("%d announcements: the test says nothing", after-before)
	}
}

// The largest rate that `set` admits is reached, with two askers each.
func TestTheLargestRateOfAnnouncementsIsReached(t *testing.T) {
	const most = 10_000
	h := newHeir(t, 1, 131072, macPort, func(s *config.Snapshot) { s.Settings.AnnounceRate = most })
	for i := range 50_000 {
		h.holds(netip.AddrFrom4([4]byte{172, 18, byte(i >> 8), byte(i)}), 10*time.Second, 300*time.Second, otherMAC, askerMac)
	}
	h.role.Set(engine.Master)
	h.pass(200*time.Millisecond, nil)
	all, _ := claims(h.pass(time.Second, nil))
	if len(all) < 2*most*9/10 {
		t.Errorf("%d frames in a second, want some %d", len(all), 2*most)
	}
}
