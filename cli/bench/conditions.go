package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
)

// Condition is something without which a measurement does not count.
type Condition struct {
	Name string `json:"name"`
	Held bool   `json:"held"`
	// Detail is what was counted.
	Detail string `json:"detail"`
}

// allHeld tells whether there are conditions and every one held.
func allHeld(list []Condition) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(c Condition) bool { return !c.Held })
}

// provokeChecksums breaks the checksums of two bursts and sees whether every
// one of their frames is dropped for that. It is for the time between slices.
func (n *node) provokeChecksums() (Condition, error) {
	c := Condition{Name: "checksums of every SYN verified"}
	tcp, err := n.provoke(tcpChecksum, burst.TCPChecksum)
	if err != nil {
		return c, err
	}
	c.Detail = fmt.Sprintf("in software; of a burst with broken TCP checksums %d dropped", tcp)
	c.Held = tcp == burst.Size
	if n.load.Family == 4 {
		ip, err := n.provoke(ipChecksum, burst.IPv4Checksum)
		if err != nil {
			return c, err
		}
		c.Detail += fmt.Sprintf(", with broken IP checksums %d", ip)
		c.Held = c.Held && ip == burst.Size
	}
	return c, nil
}

// provoke breaks one burst and returns how many frames were dropped for it.
func (n *node) provoke(d damage, why burst.Reason) (uint64, error) {
	before := n.worker.Counters().Verdicts.Dropped[why]
	n.tap.damage.Store(int32(d))
	n.loop.start()
	defer n.loop.park()
	for range 100 {
		time.Sleep(2 * time.Millisecond) // counters are shown once a millisecond
		if damage(n.tap.damage.Load()) == nothing {
			time.Sleep(5 * time.Millisecond)
			return n.worker.Counters().Verdicts.Dropped[why] - before, nil
		}
	}
	return 0, errors.New("no burst came within 200 ms")
}

// lookups sees whether all targets are looked up, while the worker runs.
func (n *node) lookups() Condition {
	n.loop.start()
	defer n.loop.park()
	time.Sleep(settle)
	err := n.load.lookedUp(n.table, dpdk.Now)
	c := Condition{Name: "every destination looked up", Held: err == nil}
	c.Detail = fmt.Sprintf("all targets of the SYNs marked in a table of %d trapped addresses", n.load.Trapped)
	if err != nil {
		c.Detail = err.Error()
	}
	return c
}

// account judges the final counters: call it after finish.
func (n *node) account() ([]Condition, error) {
	k := n.worker.Counters()
	v := &k.Verdicts
	stats, err := n.port.Stats()
	if err != nil {
		return nil, err
	}
	broken, last := n.tap.damaged.Load(), v.Dropped[burst.Stopping]
	other := k.Drops() - last - v.Dropped[burst.TCPChecksum] - v.Dropped[burst.IPv4Checksum] - n.early
	answered, own := v.Sent, v.Originated-n.early
	chainOK := len(k.Stages) > 0
	for i := range k.Stages {
		chainOK = chainOK && k.Stages[i].Entered+broken+last >= v.Received
	}
	good, bad, first := n.checks.count()
	lost := n.tap.samples.lost.Load()
	replies := Condition{Name: "replies checked", Held: bad == 0 && lost == 0 && good >= answered/4096 && good > 0,
		Detail: fmt.Sprintf("%d, one of %d, against gopacket and a reference SipHash-2-4; %d wrong, %d missed", good, sampleEvery, bad, lost)}
	if first != nil {
		replies.Detail += ": " + first.Error()
	}
	pushed, full := n.ring.Pushed(), n.ring.Lost()
	return []Condition{
		{"whole chain loaded", chainOK, fmt.Sprintf("%s; all frames entered %v", chain, k.Names)},
		{"events on", pushed > 0 && pushed+full >= answered,
			fmt.Sprintf("%d taken by the aggregator, %d found its ring full and were counted", pushed, full)},
		{"every SYN answered", answered+broken+last == v.Received && other == 0,
			fmt.Sprintf("%d received, %d answered, %d broken on purpose, %d behind the end", v.Received, answered, broken, last)},
		{"tx = rx", stats.TxPackets == answered+own && stats.RxPackets == v.Received && k.IO.TxFull == n.early && k.Held() == 0,
			fmt.Sprintf("port: rx %d, tx %d = %d replies + %d frames of our own", stats.RxPackets, stats.TxPackets, answered, own)},
		replies,
	}, nil
}
