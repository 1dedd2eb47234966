package lab

import (
	"fmt"
	"sync/atomic"
	"time"

	"mire/dpdk"
)

var recordVerbs = []verb{
	{"script", "pcap in|out <file>|off", "Record what is received, or sent, to a capture file, until off or the end.", (*Lab).doPcap},
	{"script", "trace <n>", "Follow the next n frames through the chain, stage by stage; told at the next `wait`, `stop` or end.", (*Lab).doTrace},
}

func (l *Lab) doPcap(words []string) error {
	at, what := &l.pcaps.in, "received"
	if words[1] == "out" {
		at, what = &l.pcaps.out, "sent"
	}
	if r := at.Load(); r != nil {
		l.unhook(at)
		if err := r.close(); err != nil {
			return err
		}
		l.say("%s: %d frames %s, %d lost", r.name, r.kept.Load(), what, r.lost.Load())
	}
	if words[2] == "off" {
		return nil
	}
	r, err := newPcap(words[2], dpdk.Now())
	if err != nil {
		return fmt.Errorf("pcap %s: %w", words[1], err)
	}
	at.Store(r)
	return nil
}

// unhook takes a recorder away from the cores: they stand still for a moment,
// so that none is inside it.
func (l *Lab) unhook(at *atomic.Pointer[recorder]) {
	at.Store(nil)
	if l.forwarding() {
		for _, c := range l.plane.cores {
			c.loop.Park()
			c.loop.Start()
		}
	}
}

func (l *Lab) doTrace(words []string) error {
	n, err := number(words[1], "the number of frames", 1, 1024)
	if err != nil {
		return err
	}
	if !l.forwarding() || !isEngine(l.plane.mode) {
		// A source may be empty before anybody can type.
		if !isEngine(l.set.mode) || l.forwarding() {
			return fmt.Errorf("trace follows frames through the chain: `set fwd tarpit` first, now it is %s", l.set.mode)
		}
		l.traced.wanted = n
		return nil
	}
	l.traced.begin(l.plane, n)
	l.follow(time.Second)
	return nil
}
