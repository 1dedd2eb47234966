package tarpit

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
)

// dhcpFrame says what a DHCP message is to hold.
type dhcpFrame struct {
	reply     bool
	typ       layers.DHCPMsgType
	src       netip.Addr // IP source; server or 0.0.0.0 by direction when unset
	your      netip.Addr
	requested netip.Addr
	server    netip.Addr // option 54
	client    config.MAC
	mac       config.MAC // the frame's source; the client's or otherMAC by direction when unset
	relay     netip.Addr
	xid       uint32 // 7 when unset
}

func dhcp(d dhcpFrame) []byte {
	m := &layers.DHCPv4{Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, Xid: 7, ClientHWAddr: d.client[:]}
	src, from, to := zero4, layers.UDPPort(68), layers.UDPPort(67)
	mac := d.client
	if d.reply {
		m.Operation, src, from, to, mac = layers.DHCPOpReply, d.server, 67, 68, otherMAC
	}
	if d.mac != (config.MAC{}) {
		mac = d.mac
	}
	if d.xid != 0 {
		m.Xid = d.xid
	}
	if d.relay.IsValid() {
		m.RelayAgentIP = d.relay.AsSlice()
	}
	if d.src.IsValid() {
		src = d.src
	}
	if d.your.IsValid() {
		m.YourClientIP = d.your.AsSlice()
	}
	m.Options = append(m.Options, layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{byte(d.typ)}))
	if d.requested.IsValid() {
		m.Options = append(m.Options, layers.NewDHCPOption(layers.DHCPOptRequestIP, d.requested.AsSlice()))
	}
	if d.server.IsValid() {
		m.Options = append(m.Options, layers.NewDHCPOption(layers.DHCPOptServerID, d.server.AsSlice()))
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, m); err != nil {
		panic(err)
	}
	return et.UDP(mac, et.BroadcastMAC, netip.AddrPortFrom(src, uint16(from)),
		netip.AddrPortFrom(netip.MustParseAddr("255.255.255.255"), uint16(to)), buf.Bytes())
}

// discover is a client's search, of the MAC with this number.
func discover(n int) []byte {
	return dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: clientMAC(n)})
}

func clientMAC(n int) config.MAC { return config.MAC{2, 0, 0, 7, byte(n >> 8), byte(n)} }

// choose is what a client says of the server that it takes an offer of.
func choose(client config.MAC, server netip.Addr) []byte {
	return dhcp(dhcpFrame{typ: layers.DHCPMsgTypeRequest, server: server, client: client, requested: other4})
}

// offer is what a server says to a client, from a MAC of its own.
func offer(mac config.MAC, server netip.Addr) []byte {
	return dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeOffer, server: server, client: hostMAC, your: other4, mac: mac})
}

// shows has a host be known as real.
func (l *lab) shows(mac config.MAC, a netip.Addr) {
	l.tb.Helper()
	l.Turn(et.WhoHas(mac, a, et.Real4))
	l.wantRealAt(a, mac)
}

func (l *lab) wantRealAt(a netip.Addr, mac config.MAC) {
	l.tb.Helper()
	if r, ok := l.Table.Get(keyOf(a), l.Lane.Now); !ok || r.MAC != mac {
		l.tb.Fatalf("%v is not known at %v", a, mac)
	}
}

// believes has a server be believed.
func (l *lab) believes(mac config.MAC, a netip.Addr) {
	l.tb.Helper()
	l.shows(mac, a)
	l.Turn(offer(mac, a))
	if !l.isServer(a) {
		l.tb.Fatalf("%v is not believed", a)
	}
	l.Drain()
}

func (l *lab) isServer(a netip.Addr) bool {
	s := l.stage()
	return s.isServer(&s.nets[0], 0, keyOf(a).Lo, l.Lane.Now)
}

// questions are the DISCOVERs among frames of ours.
func questions(out []et.Frame) (list []*layers.DHCPv4) {
	for _, f := range out {
		if d, ok := et.Decode(f.Data).Layer(layers.LayerTypeDHCPv4).(*layers.DHCPv4); ok {
			list = append(list, d)
		}
	}
	return list
}
