package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mire/engine/packet"
)

// imixSizes is the simple mix, bytes without FCS, and how often each comes.
var (
	imixSizes  = []int{60, 566, 1514}
	imixWeight = []int{7, 4, 1}
)

// add compiles one complete stream.
func (p *Program) add(s *Stream, r *rand.Rand) error {
	st := stream{name: s.label(), kind: s.Kind, v6: s.Family == 6, follow: follow{-1, -1, -1}}
	var err error
	switch s.Kind {
	case Pcap:
		err = p.addCapture(s, &st)
	case Raw:
		f := shape{data: s.Frame, n: uint16(len(s.Frame))}
		f.pad()
		st.variants = []variant{{right: p.keep(f)}}
	default:
		err = p.addMade(s, &st, r)
	}
	if err != nil {
		return err
	}
	p.streams = append(p.streams, st)
	return nil
}

// addMade compiles a stream whose frames are made from addresses.
func (p *Program) addMade(s *Stream, st *stream, r *rand.Rand) (err error) {
	if st.dst, err = s.Targets.run(); err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	if st.src, err = s.Sources.run(); err != nil {
		return fmt.Errorf("sources: %w", err)
	}
	st.dports, st.sports = portRun{n: 1, list: []uint16{0}}, portRun{n: 1, list: []uint16{0}}
	if s.DstPorts != nil {
		st.dports = s.DstPorts.run()
	}
	if s.SrcPorts != nil {
		st.sports = s.SrcPorts.run()
	}
	st.turns = fields(r, st.dst.n, st.src.n, st.dports.n, st.sports.n)
	st.bytes = s.Bytes
	st.credit = math.MaxUint32 // the first frame of a share is broken
	st.share = uint32(min(math.Round(s.Malformed*(1<<32)), math.MaxUint32))

	rec := recipe{link: p.link, vlan: s.VLAN, v6: st.v6}
	first := rec
	first.begin(s)
	sizes := []int{s.Size}
	if s.Size == IMIX {
		sizes = imixSizes
	}
	var all []variant
	for _, size := range sizes {
		first.size = size
		all = append(all, p.variant(&first, s.Malformed > 0))
	}
	st.variants = all
	if s.Size == IMIX {
		st.variants = nil
		for _, i := range cycle(imixWeight) {
			st.variants = append(st.variants, all[i])
		}
	}
	rec.body = bodyTCP
	if s.Kind == Handshake || s.Kind == Data || s.Kind == Hold {
		st.follow.ack = p.segment(rec, packet.TCPAck, 0)
	}
	if s.Kind == Data {
		st.follow.data = p.segment(rec, packet.TCPAck|packet.TCPPsh, s.Bytes)
	}
	if s.Kind == Hold {
		st.follow.probe = p.segment(rec, packet.TCPAck, 1)
		flows := product(product(st.dst.n, st.src.n), product(st.dports.n, st.sports.n))
		if uint64(s.Connections) > flows {
			return fmt.Errorf("%d connections: addresses and ports make %d", s.Connections, flows)
		}
		st.held = newHolding(s.Connections)
	}
	return nil
}

// begin makes it the recipe of the frame that a stream begins with.
func (r *recipe) begin(s *Stream) {
	switch s.Kind {
	case SYN, Handshake, Data, Hold:
		r.body, r.transport = bodyTCP, tcpHeader(packet.TCPSyn, synOptions[s.Options], 0)
	case ACK:
		r.body, r.transport = bodyTCP, tcpHeader(packet.TCPAck, nil, 0)
	case UDP:
		r.body, r.transport, r.stampAt = bodyUDP, udpHeader(), packet.UDPLen
	case Echo:
		r.body, r.transport, r.stampAt = bodyEcho, echoHeader(r.v6), packet.ICMPLen
	case ARP:
		r.body, r.transport = bodyARP, arpRequest(r.link.Src)
	case ND:
		r.body, r.transport = bodyND, solicitation(r.link.Src)
	}
}

// variant makes the frame of a recipe and, when wanted, each broken form of it.
func (p *Program) variant(r *recipe, broken bool) variant {
	s, size := r.shape()
	s.sums(r.proto(), size)
	v := variant{right: p.keep(s)}
	for f := Fault(0); broken && f < NumFaults; f++ {
		if s, ok := r.broken(f); ok {
			v.broken, v.faults = append(v.broken, p.keep(s)), append(v.faults, f)
		}
	}
	return v
}

// segment makes one that follows a SYN.
func (p *Program) segment(r recipe, flags uint8, data int) int {
	r.transport = tcpHeader(flags, nil, data)
	return p.variant(&r, false).right
}
