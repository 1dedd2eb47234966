package e2e

import (
	"net/netip"
	"slices"
	"time"

	endian "encoding/binary"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"golang.org/x/sys/unix"

	"mire/engine/config"
	"mire/engine/enginetest"
)

// stranger is who sends advertisements that neither node made.
var stranger = netip.MustParseAddr("198.18.0.99")

// advert is an advertisement of version 3 over IPv4 with priority 254 and 200 ms.
type advert struct {
	ttl, vrid uint8
	bare      bool   // checksum without pseudo header (RFC 9568)
	flip      uint16 // bits of the checksum to turn over
	padding   byte   // what fills the frame up to 60 bytes
}

var sound = advert{ttl: 255, vrid: 51}

// frame builds the advertisement with code that shares nothing with Mire's.
func (a advert) frame() []byte {
	group := netip.MustParseAddr("224.0.0.18")
	m := []byte{0x31, a.vrid, 254, 1, 0, 20, 0, 0, 198, 18, 0, 100}
	pseudo := append(append(stranger.AsSlice(), group.AsSlice()...), 0, 112, 0, byte(len(m)))
	if a.bare {
		pseudo = nil
	}
	var sum uint32
	for all := slices.Concat(pseudo, m); len(all) > 0; all = all[2:] {
		sum += uint32(endian.BigEndian.Uint16(all))
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	endian.BigEndian.PutUint16(m[6:], ^uint16(sum)^a.flip)
	f := enginetest.IPv4(config.MAC{2, 0, 0, 0, 0, 0x99}, config.MAC{1, 0, 0x5e, 0, 0, 18}, stranger, group, a.ttl,
		layers.IPProtocolVRRP, gopacket.Payload(m))[:14+20+len(m)]
	for len(f) < 60 {
		f = append(f, a.padding)
	}
	return f
}

// say sends an advertisement every 50 ms for the time, or until enough.
func (d *duo) say(a advert, long time.Duration, enough func() bool) bool {
	d.t.Helper()
	f, done := a.frame(), false
	d.l.inside("stranger", func() error {
		fd, err := rawSocket("eth0")
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		for end := time.Now().Add(long); !done && time.Now().Before(end); done = enough() {
			if _, err := unix.Write(fd, f); err != nil {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
		return nil
	})
	return done
}

// twoMasters starts both nodes so that each hears the stranger alone.
func (d *duo) twoMasters() {
	d.t.Helper()
	d.l.leg("stranger", stranger.String()+"/24")
	d.isolate("on")
	d.start()
	d.becomes("both")
}

// forged shows that neither master listens to an advertisement of higher
// priority that has the flaw, counted by Mire under that name, and that both
// would without it.
func forged(flaw string) func(*duo) {
	bad := sound
	switch flaw {
	case "ttl":
		bad.ttl = 254
	case "checksum":
		bad.flip = 0x0100
	case "vrid":
		bad.vrid = 52
	}
	return func(d *duo) {
		d.twoMasters()
		if d.say(bad, 1500*time.Millisecond, func() bool { return !d.is("both") }) {
			d.t.Fatalf("listened to: Mire master %v, keepalived master %v", d.mireIsMaster(), d.keepalivedIsMaster())
		}
		if s := d.state(); len(s.Ignored) != 1 || s.Ignored[flaw] < 10 || s.Received != 0 {
			d.t.Errorf("ignored %v, heard %d, want more than ten of %s", s.Ignored, s.Received, flaw)
		}
		if !d.say(sound, 5*time.Second, func() bool { return d.is("none") }) {
			d.t.Errorf("a sound advertisement: Mire master %v, keepalived master %v", d.mireIsMaster(), d.keepalivedIsMaster())
		}
	}
}

// padded shows that the IP length counts: frames filled up with anything.
func padded(d *duo) {
	a := sound
	a.padding = 0xa5
	d.twoMasters()
	if !d.say(a, 5*time.Second, func() bool { return d.is("none") }) {
		d.t.Errorf("Mire master %v, keepalived master %v", d.mireIsMaster(), d.keepalivedIsMaster())
	}
	d.ignoredNothing()
}

// autoDialect: Mire takes over the checksum it hears; keepalived does not hear it.
func autoDialect(d *duo) {
	a := sound
	a.bare = true
	d.twoMasters()
	if !d.say(a, 5*time.Second, func() bool { return d.is("ka") && d.state().Checksum == "rfc9568" }) {
		d.t.Errorf("Mire master %v, speaks %s; keepalived master %v", d.mireIsMaster(), d.state().Checksum, d.keepalivedIsMaster())
	}
	d.ignoredNothing()
}
