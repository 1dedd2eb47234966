package bench

import (
	"math/rand/v2"
	"sync"

	"github.com/google/gopacket/layers"
)

// opening is how a system opens a connection: the window and the options of its SYN.
type opening struct {
	window  uint16
	options func(i int) []layers.TCPOption
	// length is that of the options, bytes; sack: they permit selective
	// acknowledgements.
	length int
	sack   bool
}

var (
	// scanner is what nmap and others send that write their own SYNs.
	scanner = &opening{window: 1024, length: 4, options: func(int) []layers.TCPOption { return mss(1460) }}
	// masscan 1.3.2 sends no options at all.
	masscan = &opening{window: 1024, options: func(int) []layers.TCPOption { return nil }}
	// windows is Windows since 7: MSS, NOP, window scale, NOP, NOP, SACK permitted.
	windows = &opening{window: 64240, length: 12, sack: true, options: func(int) []layers.TCPOption {
		return append(mss(1460), nop, windowScale(8), nop, nop, sackPermitted)
	}}
	// linux is net/ipv4/tcp_output.c: MSS, SACK permitted, timestamps, NOP, window scale.
	linux = &opening{window: 64240, length: 20, sack: true, options: func(i int) []layers.TCPOption {
		stamp := append(payload(i, 4), 0, 0, 0, 0) // its clock, and nothing to echo
		return append(mss(1460), sackPermitted, layers.TCPOption{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: stamp},
			nop, windowScale(7))
	}}
)

var (
	nop           = layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1}
	sackPermitted = layers.TCPOption{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2}
)

func windowScale(shift byte) layers.TCPOption {
	return layers.TCPOption{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{shift}}
}

// frame is a SYN, without payload unless frames of the scene are longer.
func (o *opening) frame(s *scene, m *maker, i int) []byte {
	from, to := s.sender(i), s.target(i)
	headers := 14 + 20 + 20 + o.length
	if s.family == 6 {
		headers += 20
	}
	return m.tcp(from, to, uint16(i), layers.TCP{Seq: initial(i), SYN: true, Window: o.window, Options: o.options(i)}, s.filler(i, headers))
}

// shot is a SYN and its SYN-ACK.
func (o *opening) shot(s *scene, m *maker, i int) shot {
	return shot{frame: o.frame(s, m, i), event: true, target: s.target(i).ip, reply: func(m *maker, day int64) []byte {
		return s.synAck(m, s.sender(i), s.target(i), initial(i), o.sack, day)
	}}
}

// shuffled is a source of the given parts, in frames, and of rest for all that they
// leave of it, mixed the same in each run.
func shuffled(rest func(*scene, *maker, int) shot, parts ...part) []func(*scene, *maker, int) shot {
	kinds := make([]func(*scene, *maker, int) shot, 0, Frames)
	for _, p := range parts {
		for range p.frames {
			kinds = append(kinds, p.shot)
		}
	}
	for len(kinds) < Frames {
		kinds = append(kinds, rest)
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	return kinds
}

// part is how many frames of a source are of one kind.
type part struct {
	frames int
	shot   func(*scene, *maker, int) shot
}

var blendKinds = sync.OnceValue(func() []func(*scene, *maker, int) shot {
	return shuffled(linux.shot, part{Frames / 3, windows.shot}, part{Frames / 3, masscan.shot})
})

// blendShot is a SYN of Linux, Windows or masscan.
func blendShot(s *scene, m *maker, i int) shot { return blendKinds()[i](s, m, i) }
