package packet

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// An echo reply is its request with ends swapped, a new type, a fresh TTL, and
// checksums that slow code agrees with; the payload is untouched.
func TestEchoReply(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		for _, c := range []struct {
			dump           string
			ttl, typ, data int
			reply          byte
		}{
			{hexEcho, 22, 34, 42, ICMPEchoReply},
			{hexEcho6, 21, 54, 62, ICMPv6EchoReply},
		} {
			f := raw(t, c.dump)
			f[c.ttl] = byte(1 + r.IntN(255))
			for i := c.typ + 4; i < c.data+8; i++ {
				f[i] = byte(r.Uint32())
			}
			f = resum(f)
			l, s := parseOne(t, f, 0, Options{})
			if s.drop != accepted {
				t.Fatalf("dropped as %v", s.drop)
			}
			EchoReply(&l.Burst, 0)
			want := bytes.Clone(f)
			copy(want, f[6:12])
			copy(want[6:], f[:6])
			if s.v6 {
				copy(want[22:], f[38:54])
				copy(want[38:], f[22:38])
			} else {
				copy(want[26:], f[30:34])
				copy(want[30:], f[26:30])
			}
			want[c.ttl], want[c.typ] = ReplyTTL, c.reply
			want = resum(want)
			if got := l.Frame(0); !bytes.Equal(got, want) {
				t.Fatalf("got  %x\nwant %x", got, want)
			}
		}
	}
}

// Swapping ends leaves every checksum right.
func TestSwapsKeepChecksums(t *testing.T) {
	for _, dump := range []string{hexSynLinux, hexSyn6, hexUDP, hexUDP6} {
		l, s := parseOne(t, good(t, dump), 0, Options{})
		b := &l.Burst
		EthernetAt(b, 0).Swap()
		if s.v6 {
			IPv6At(b, 0).Swap()
		} else {
			IPv4At(b, 0).Swap()
		}
		if s.meta.Proto == ProtoTCP {
			TCPAt(b, 0).SwapPorts()
		} else {
			UDPAt(b, 0).SwapPorts()
		}
		got := bytes.Clone(b.Frame(0))
		if _, after := parseOne(t, got, 0, Options{}); after.drop != accepted {
			t.Errorf("%v swapped: dropped as %v", s.class, after.drop)
		}
		if bytes.Equal(got, good(t, dump)) || EthernetAt(b, 0).Dst() != macB {
			t.Errorf("%v: nothing was swapped", s.class)
		}
	}
}
