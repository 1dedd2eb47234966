package e2e

import (
	endian "encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"golang.org/x/sys/unix"
)

// syncFrame is a datagram on the port of bngsync, as node 2 sends it to node 1,
// by the source MAC given.
func syncFrame(from, to net.HardwareAddr, payload []byte) []byte {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.IP{198, 18, 0, 252}, DstIP: net.IP{198, 18, 0, 251}}
	udp := &layers.UDP{SrcPort: 10439, DstPort: 10439}
	udp.SetNetworkLayerForChecksum(ip)
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: from, DstMAC: to, EthernetType: layers.EthernetTypeIPv4}, ip, udp, gopacket.Payload(payload))
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// payloadOf is what a frame of node 2 to node 1 says on the port of bngsync.
func payloadOf(f []byte) []byte {
	if m, ok := readFrame(f); !ok || m.kind != "ip" || m.from.String() != "198.18.0.252" || m.to.String() != "198.18.0.251" {
		return nil
	}
	if f[23] != 17 || endian.BigEndian.Uint16(f[36:]) != 10439 {
		return nil
	}
	return f[42 : 34+endian.BigEndian.Uint16(f[38:])]
}

// Datagrams in the name of the peer: garbage, the peer's own once more, and the
// peer's own with a bit turned. All are counted by cause, none does anything.
func TestForgedDatagramsChangeNothing(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var recorded [][]byte
	w := newTwins(t, nil)
	w.listen(func(f *seen) {
		if f.leg == "n2" && !f.out {
			if p := payloadOf(f.data); p != nil {
				mu.Lock()
				recorded = append(recorded, slices.Clone(p))
				mu.Unlock()
			}
		}
	})
	w.is(0)
	w.n[1].kill() // its HELLOs are to be recorded too
	w.n[1].start("n2")
	w.is(0)
	all := w.trap()
	w.is(0)
	mu.Lock()
	replay := slices.Clone(recorded)
	mu.Unlock()
	before := w.n[0].ha()

	random := rand.New(rand.NewPCG(4, 39))
	var frames [][]byte
	mac := w.mac("client")
	send := func(payload []byte) {
		frames = append(frames, syncFrame(mac[:], net.HardwareAddr{6, 0, 198, 18, 0, 251}, payload))
	}
	for i := range 500 {
		garbage := make([]byte, random.IntN(1400))
		for j := range garbage {
			garbage[j] = byte(random.Uint32())
		}
		if i%2 == 0 {
			copy(garbage, "BNGS\x01")
		}
		send(garbage)
	}
	for _, p := range replay {
		send(p)
		flipped := slices.Clone(p)
		flipped[random.IntN(len(p))] ^= 1 << random.IntN(8)
		send(flipped)
		send(p[:random.IntN(len(p))])
		if len(p) >= 24 {
			future := slices.Clone(p)
			endian.BigEndian.PutUint64(future[16:], 1<<40+random.Uint64()>>30) // the sequence
			send(future)
		}
	}
	w.inside("client", func() error {
		fd, err := rawSocket("eth0")
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for i, f := range frames {
			if _, err := unix.Write(fd, f); err != nil {
				return fmt.Errorf("frame %d of %d bytes: %w", i, len(f), err)
			}
			time.Sleep(200 * time.Microsecond)
		}
		return nil
	})
	// A HELLO of the session that is up says nothing new: it counts as heard.
	counted := func(p peering) int {
		n := p.Received["hello"]
		for _, c := range p.Rejected {
			n += c
		}
		return n
	}
	eventually(t, 10*time.Second, "every forged datagram is counted", func() bool {
		return counted(w.n[0].ha())-counted(before) >= len(frames)
	})
	after := w.n[0].ha()
	for _, cause := range []string{"magic", "short", "replay", "other_session", "sealed"} {
		if after.Rejected[cause] <= before.Rejected[cause] {
			t.Errorf("none was rejected as %s: %v", cause, after.Rejected)
		}
	}
	if after.Sessions != before.Sessions || after.Records["applied"] != before.Records["applied"] || after.Term != before.Term || after.Standing != "master" {
		t.Errorf("forged datagrams had an effect:\n%+v\n%+v", before, after)
	}
	w.is(0)
	for i, n := range w.n {
		if !n.status().Totals.Balanced {
			t.Errorf("node %d: the identity of packets does not hold", i+1)
		}
		if got := n.trapped(); !slices.Equal(got, all) {
			t.Errorf("node %d has %d trapped addresses, want %d", i+1, len(got), len(all))
		}
	}
	t.Logf("%d forged datagrams, %d of them recorded: %v", len(frames), len(replay), after.Rejected)
}
