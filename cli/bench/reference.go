package bench

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/dchest/siphash"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	"mire/engine/secret"
)

// reference checks replies by code that shares nothing with what made them:
// gopacket for the headers and checksums, dchest/siphash for the cookie.
type reference struct {
	load    Load
	from    config.MAC
	secret  *secret.Secret
	stamped bool // senders and source ports are not those of the source
	syns    map[flow]uint32
}

// flow names a connection from the client's side.
type flow struct {
	client, server         netip.Addr
	clientPort, serverPort uint16
}

func newReference(l Load, s *config.Snapshot, sec *secret.Secret, stamped bool) *reference {
	r := &reference{load: l, from: replyMAC(s, l.Family), secret: sec, stamped: stamped, syns: map[flow]uint32{}}
	for i := range SYNs {
		y := synOf(i)
		r.syns[flow{l.sender(i), l.target(i), y.srcPort, y.dstPort}] = y.seq
	}
	return r
}

// check says what is wrong with a reply that left at about the given time.
func (r *reference) check(frame []byte, at time.Time) error {
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
	if e := p.ErrorLayer(); e != nil {
		return e.Error()
	}
	eth, _ := p.LinkLayer().(*layers.Ethernet)
	tcp, _ := p.TransportLayer().(*layers.TCP)
	if eth == nil || tcp == nil {
		return errors.New("no TCP over Ethernet")
	}
	if !bytes.Equal(eth.DstMAC, senderMAC) || !bytes.Equal(eth.SrcMAC, r.from[:]) {
		return fmt.Errorf("from %v to %v", eth.SrcMAC, eth.DstMAC)
	}
	if err := sameWhenMadeAgain(frame, p, eth, tcp); err != nil {
		return err
	}
	if err := isDefaultReply(p, tcp); err != nil {
		return err
	}
	src, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Src().Raw())
	dst, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Dst().Raw())
	f := flow{client: dst, server: src, clientPort: uint16(tcp.DstPort), serverPort: uint16(tcp.SrcPort)}
	seq := tcp.Ack - 1
	if want, ok := r.syns[f]; !r.stamped && (!ok || want != seq) {
		return fmt.Errorf("%+v acknowledges %d: no such SYN was sent", f, tcp.Ack)
	}
	day := at.Unix() / 86400
	got := tcp.Seq - seq
	if got != r.cookie(f, day) && got != r.cookie(f, day-1) {
		return fmt.Errorf("%+v: cookie %#x, the reference has %#x", f, got, r.cookie(f, day))
	}
	return nil
}

// replyWindow is the window of the tarpit's default SYN-ACK, bytes.
const replyWindow = 64240

// isDefaultReply compares the fields that do not depend on the connection with
// those of the tarpit's default SYN-ACK to a client that offers no more than a
// maximum segment size.
func isDefaultReply(p gopacket.Packet, tcp *layers.TCP) error {
	mss := uint16(1460)
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		if ip.TOS != 0 || ip.Id != 0 || ip.Flags != layers.IPv4DontFragment || ip.FragOffset != 0 || ip.TTL != 64 || len(ip.Options) != 0 {
			return fmt.Errorf("IPv4 header %+v", ip)
		}
	case *layers.IPv6:
		mss = 1440
		if ip.Version != 6 || ip.TrafficClass != 0 || ip.FlowLabel != 0 || ip.HopLimit != 64 {
			return fmt.Errorf("IPv6 header %+v", ip)
		}
	}
	if !tcp.SYN || !tcp.ACK || tcp.FIN || tcp.RST || tcp.PSH || tcp.URG || tcp.ECE || tcp.CWR || tcp.NS || len(tcp.Payload) != 0 {
		return errors.New("no SYN-ACK")
	}
	if tcp.Window != replyWindow || tcp.Urgent != 0 || len(tcp.Options) != 1 || tcp.Options[0].OptionType != layers.TCPOptionKindMSS ||
		binary.BigEndian.Uint16(tcp.Options[0].OptionData) != mss {
		return fmt.Errorf("window %d, options %v", tcp.Window, tcp.Options)
	}
	return nil
}

// sameWhenMadeAgain has gopacket write the headers again, with lengths and
// checksums of its own.
func sameWhenMadeAgain(frame []byte, p gopacket.Packet, eth *layers.Ethernet, tcp *layers.TCP) error {
	if err := tcp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
		return err
	}
	ip, ok := p.NetworkLayer().(gopacket.SerializableLayer)
	if !ok {
		return errors.New("no IP")
	}
	b := gopacket.NewSerializeBuffer()
	o := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, o, eth, ip, tcp); err != nil {
		return err
	}
	if !bytes.Equal(b.Bytes(), frame) {
		return fmt.Errorf("% x: gopacket makes % x of the same headers", frame, b.Bytes())
	}
	return nil
}

// cookie is the reference of the number that the reply's sequence number is
// ahead of the client's.
func (r *reference) cookie(f flow, day int64) uint32 {
	k := r.secret.EpochKey(secret.LabelCookie, day)
	m := append(f.client.AsSlice(), f.server.AsSlice()...)
	m = binary.BigEndian.AppendUint16(m, f.clientPort)
	m = binary.BigEndian.AppendUint16(m, f.serverPort)
	m = binary.LittleEndian.AppendUint16(m, networkNumber)
	m = append(m, byte(r.load.Family))
	return uint32(siphash.Hash(binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:]), m))
}
