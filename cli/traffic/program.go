package traffic

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Program is a compiled Spec. It does not change; each Generator has its own
// place in it.
type Program struct {
	spec    Spec
	link    Link
	shapes  []shape
	streams []stream
	order   []uint16
	salt    uint64
	notes   []string
	room    uint32 // what the largest template needs of a buffer
}

// stream is a compiled Stream and where it is.
type stream struct {
	name           string
	kind           Kind
	v6             bool
	src, dst       run
	sports, dports portRun
	turns          []field // of targets, sources, destination and source ports
	variants       []variant
	at             int    // in variants
	count          uint32 // of echoes, which number them
	share, credit  uint32 // of faults, in 2^-32
	fault          int    // which comes next
	follow         follow
	held           *holding
	bytes          int // of Data
	capture        capture
}

// variant is a stream's frame in one size, right and broken.
type variant struct {
	right  int // in shapes
	broken []int
	faults []Fault // of broken
}

// follow are the shapes that come behind a SYN-ACK; -1 is none.
type follow struct{ ack, data, probe int }

// Compile checks a Spec and makes its templates. An error names the stream and
// what is wrong with it.
func Compile(spec Spec, link Link) (*Program, error) {
	spec.Streams = slices.Clone(spec.Streams)
	if len(spec.Streams) == 0 {
		return nil, fmt.Errorf("nothing to send: name a kind of traffic, such as %q", "syn 198.18.0.0/24")
	}
	tcpStreams := 0
	for i := range spec.Streams {
		if spec.Streams[i].Kind.ported() && spec.Streams[i].SrcPorts == nil {
			tcpStreams++
		}
	}
	p := &Program{link: link}
	r := rand.New(rand.NewPCG(spec.Seed, 0x6d697265))
	p.salt = r.Uint64()
	weights := make([]int, len(spec.Streams))
	ports := splitPorts(tcpStreams)
	for i := range spec.Streams {
		s := &spec.Streams[i]
		if s.Kind.ported() && s.SrcPorts == nil {
			s.SrcPorts, ports = Ports{ports[0]}, ports[1:]
		}
		if err := s.complete(); err != nil {
			return nil, fmt.Errorf("stream %d (%s): %w", i+1, s.label(), err)
		}
		if err := p.add(s, r); err != nil {
			return nil, fmt.Errorf("stream %d (%s): %w", i+1, s.label(), err)
		}
		weights[i] = s.Weight
	}
	p.spec = spec
	p.order = cycle(weights)
	return p, nil
}

// label is what people call the stream.
func (s *Stream) label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Kind.String()
}

// splitPorts shares 1024..65535 among n streams.
func splitPorts(n int) []PortRange {
	all := make([]PortRange, n)
	for i := range all {
		all[i] = PortRange{uint16(1024 + 64512*i/n), uint16(1023 + 64512*(i+1)/n)}
	}
	return all
}

// Spec is what was compiled, with defaults filled in.
func (p *Program) Spec() Spec { return p.spec }

// Notes are things a user should know, such as frames of a capture that are
// left out.
func (p *Program) Notes() []string { return p.notes }

// Timed tells whether the program has times of its own: one capture.
func (p *Program) Timed() bool { return len(p.streams) == 1 && p.streams[0].kind == Pcap }

// MeanSize is the mean length of its frames in bytes without FCS.
func (p *Program) MeanSize() float64 {
	sum := 0.0
	for _, i := range p.order {
		s := &p.streams[i]
		one := 0
		for _, v := range s.variants {
			one += int(p.shapes[v.right].n)
		}
		c := &s.capture
		for i := range p.shapes[c.first:][:c.n] {
			one += int(p.shapes[c.first+i].n)
		}
		sum += float64(one) / float64(len(s.variants)+c.n)
	}
	return sum / float64(len(p.order))
}

// wireExtra is what a frame takes on the wire beside its bytes: FCS, preamble
// and gap (IEEE 802.3).
const wireExtra = 4 + 8 + 12

// LineRate is the rate in frames per second that fills a line of so many bits
// per second.
func (p *Program) LineRate(bits float64) float64 { return bits / 8 / (p.MeanSize() + wireExtra) }

// instance copies what a generator changes.
func (p *Program) instance() ([]shape, []stream, []uint16) {
	shapes, streams := p.shapes, slices.Clone(p.streams)
	resolved := func(s shape) bool { return s.dst4 || s.dst6 }
	if slices.ContainsFunc(shapes, resolved) { // not only a capture of millions
		shapes = slices.Clone(shapes)
	}
	for i := range shapes {
		if s := &shapes[i]; resolved(*s) {
			s.pad()
		}
	}
	for i := range streams {
		s := &streams[i]
		s.turns = slices.Clone(s.turns)
		if s.held != nil {
			s.held = newHolding(len(s.held.links))
		}
	}
	return shapes, streams, p.order
}

// keep stores a finished template and returns its place.
func (p *Program) keep(s shape) int {
	p.room = max(p.room, uint32(cap(s.data)))
	p.shapes = append(p.shapes, s)
	return len(p.shapes) - 1
}
