package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// asked lets time pass until a question goes out.
func (l *lab) asked(d time.Duration) *layers.DHCPv4 {
	l.tb.Helper()
	q := questions(l.Pass(d))
	if len(q) != 1 {
		l.tb.Fatalf("%d questions within %v, want one", len(q), d)
	}
	return q[0]
}

// answerOf is a server's OFFER to a question of ours.
func answerOf(q *layers.DHCPv4, mac config.MAC, server netip.Addr) []byte {
	return dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeOffer, server: server, client: config.MAC(q.ClientHWAddr), your: other4, mac: mac, xid: q.Xid})
}

func TestNamedServerIsAskedAndBelievedWhenItAnswers(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.shows(serverMAC, server4)
	l.Turn(choose(hostMAC, server4))
	if q := questions(l.Pass(2900 * time.Millisecond)); len(q) != 0 {
		t.Fatal("asked while the client is being served")
	}
	q := l.asked(200 * time.Millisecond)
	if q.Flags != 0x8000 || config.MAC(q.ClientHWAddr) != et.RealMAC || q.Xid == 0 || len(q.ClientIP) == 4 && !q.ClientIP.IsUnspecified() {
		t.Errorf("asked %+v", q)
	}
	// The server looks whether it can offer an address: everything is captured.
	for _, a := range []netip.Addr{cold4, host4(131)} {
		l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, a)), "tarpit_dhcp")
	}
	l.wantDrop(l.Turn(et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)), "tarpit_dhcp")
	l.Drain()
	l.Turn(answerOf(q, serverMAC, server4))
	if !l.isServer(server4) || l.kinds()[kindDHCPServer] != 1 {
		t.Fatal("not believed")
	}
	if d := l.mod.Domains(l.Lane.Now)[0]; !d.Servers[0].Answered || len(d.Candidates) != 0 || d.Question.Answered != 1 {
		t.Errorf("%+v", d)
	}
	for _, f := range l.Pass(30 * time.Second) {
		if len(questions([]et.Frame{f})) != 0 {
			t.Fatal("the offer was taken, or asked for again")
		}
	}
}

// A server may ignore the broadcast flag; who does not know the transaction is
// none.
func TestAnswerToOurMACMustBeToOurQuestion(t *testing.T) {
	l := newLab(t)
	l.Turn(choose(hostMAC, server4))
	q := l.asked(4 * time.Second)
	l.shows(serverMAC, server4)
	for _, c := range []struct {
		name string
		xid  uint32
		mac  config.MAC
		want bool
	}{
		{"another transaction", q.Xid + 1, et.RealMAC, false},
		{"another client", q.Xid, hostMAC, false},
		{"ours", q.Xid, et.RealMAC, true},
	} {
		f := dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeOffer, server: server4, client: c.mac, your: other4, mac: serverMAC, xid: c.xid})
		copy(f, et.RealMAC[:])
		l.Turn(f)
		if l.isServer(server4) != c.want {
			t.Errorf("%s: believed %v", c.name, !c.want)
		}
	}
	late := newLab(t)
	late.Turn(choose(hostMAC, server4))
	q = late.asked(4 * time.Second)
	late.Pass(11 * time.Second)
	late.shows(serverMAC, server4)
	f := answerOf(q, serverMAC, server4)
	copy(f, et.RealMAC[:])
	if late.Turn(f); late.isServer(server4) {
		t.Error("believed by an answer after its time")
	}
}

func TestWhoDoesNotAnswerIsRefuted(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(choose(hostMAC, asker4))
	l.asked(4 * time.Second)
	l.Drain()
	l.Pass(11 * time.Second)
	if ev := l.kinds(); ev[kindDHCPRefused] != 1 {
		t.Fatalf("events %v, want DHCPRefused", ev)
	}
	// Named again it stays what it is, and a client's search changes nothing.
	l.believes(serverMAC, server4)
	for i := range 300 {
		if l.state(cold4) != session.Trapped {
			l.trap(cold4)
		}
		l.Turn(choose(clientMAC(i), asker4))
		l.Turn(discover(i))
		if o := l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)); o.Sent < 1 {
			t.Fatalf("after %d names: dropped %v", i, o.Dropped)
		}
		if q := questions(l.Pass(10 * time.Second)); len(q) != 0 {
			t.Fatalf("asked again for a candidate of this hour")
		}
	}
	if l.count(DHCPCandidates) != 1 {
		t.Errorf("%d candidates", l.count(DHCPCandidates))
	}
}

// However many names come, one question goes out in ten minutes, and clients that
// search put it off only so long.
func TestQuestionsAreBounded(t *testing.T) {
	l := newLab(t)
	asked := 0
	for i := range 3000 { // 25 minutes
		l.Turn(choose(clientMAC(i), host4(1+i%90)))
		l.Turn(discover(i))
		l.Lane.Now += int64(500 * time.Millisecond)
		asked += len(questions(l.Turn().Out))
		asked += len(questions(l.Pass(time.Millisecond)))
	}
	if asked != 3 || l.count(DHCPQuestions) != 3 {
		t.Errorf("%d questions in 25 minutes, want 3", asked)
	}
}

func TestSearchWithoutAnyServerIsAQuestion(t *testing.T) {
	l := newLab(t)
	l.Turn(discover(1))
	if q := questions(l.Pass(4900 * time.Millisecond)); len(q) != 0 {
		t.Fatal("asked while it is the client's turn")
	}
	l.asked(200 * time.Millisecond)
}

// A client that searches on although a server is known may be served by another.
func TestVainSearchIsAQuestion(t *testing.T) {
	l := newLab(t)
	l.believes(serverMAC, server4)
	l.Turn(discover(1))
	l.Pass(3 * time.Second)
	l.Turn(discover(1))
	l.Turn(choose(clientMAC(1), server4))
	if q := questions(l.Pass(10 * time.Second)); len(q) != 0 {
		t.Fatal("asked although the client is served")
	}
	l.Turn(discover(2))
	l.Pass(4 * time.Second)
	l.Turn(discover(2))
	l.Pass(8 * time.Second)
	l.Turn(discover(2))
	q := l.asked(6 * time.Second)
	l.shows(otherMAC, other4)
	l.Turn(answerOf(q, otherMAC, other4))
	if !l.isServer(other4) || !l.isServer(server4) {
		t.Error("the second server is not known beside the first")
	}
}

// What clients say prolongs nothing; before a server is forgotten it is asked.
func TestServerIsAskedBeforeItIsForgotten(t *testing.T) {
	l := newLab(t)
	l.believes(serverMAC, server4)
	l.Lane.Now += serverTime/2 - int64(time.Minute)
	l.Turn(choose(hostMAC, server4))
	if q := questions(l.Pass(10 * time.Second)); len(q) != 0 {
		t.Fatal("asked too early")
	}
	l.Lane.Now += int64(time.Minute)
	l.Turn(choose(hostMAC, server4))
	q := l.asked(4 * time.Second)
	l.shows(serverMAC, server4)
	l.Turn(answerOf(q, serverMAC, server4))
	l.Lane.Now += serverTime - int64(time.Minute)
	if l.Turn(); !l.isServer(server4) {
		t.Error("forgotten although it answered")
	}
	l.Turn(choose(hostMAC, server4))
	l.Lane.Now += int64(2 * time.Minute)
	if l.Turn(); l.isServer(server4) {
		t.Error("a REQUEST prolonged it")
	}
}

func TestBackupAndFrozenMasterAskNothing(t *testing.T) {
	for name, set := range map[string]func(*lab){
		"backup": func(l *lab) { l.Role.Set(engine.Backup) },
		"frozen": func(l *lab) { l.Role.Freeze(true) },
	} {
		l := newLab(t)
		l.Turn(choose(hostMAC, asker4))
		set(l)
		if q := questions(l.Pass(20 * time.Second)); len(q) != 0 {
			t.Errorf("%s: %d questions", name, len(q))
		}
	}
}
