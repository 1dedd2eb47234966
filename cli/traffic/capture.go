package traffic

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// capture is where a Pcap stream is: its frames are shapes first..first+n-1.
type capture struct {
	first, n, at int
	once         bool
	times        []int64 // since the first, nanoseconds
	span         int64   // of one pass: the last frame's time and one mean gap
	start        int64   // of this pass, by the burst's clock; 0: not begun
	next         int     // frame whose time has not come
}

// due is how many frames' times have come since the last call.
func (c *capture) due(now int64) (n uint64) {
	if c.start == 0 {
		c.start = now
	}
	for c.times[c.next] <= now-c.start {
		n++
		if c.next++; c.next == c.n {
			c.next = 0
			c.start += c.span
			if c.once {
				c.start = 1 << 62 // never
			}
		}
	}
	return n
}

// replay copies the next frame of a capture.
func (g *Generator) replay(st *stream, p unsafe.Pointer) uint16 {
	c := &st.capture
	s := &g.shapes[c.first+c.at]
	copyChunks(p, s.at(), uintptr(len(s.data)))
	if c.at++; c.at == c.n {
		c.at = 0
		g.done = g.done || c.once
	}
	return s.n
}

// packetReader is what both readers of pcapgo are.
type packetReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

// openCapture reads pcap and pcapng.
func openCapture(r io.Reader) (packetReader, error) {
	b := bufio.NewReader(r)
	magic, err := b.Peek(4)
	if err != nil {
		return nil, errors.New("empty, or no capture file")
	}
	if string(magic) == "\x0a\x0d\x0d\x0a" { // section header of pcapng
		return pcapgo.NewNgReader(b, pcapgo.DefaultNgReaderOptions)
	}
	return pcapgo.NewReader(b)
}

// addCapture loads a capture file into shapes. Frames that were cut when they
// were captured, or are longer than a buffer, are left out and noted.
func (p *Program) addCapture(s *Stream, st *stream) error {
	f, err := os.Open(s.File)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := openCapture(f)
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	if r.LinkType() != layers.LinkTypeEthernet {
		return fmt.Errorf("%s: link type %s: only Ethernet can be replayed", s.File, r.LinkType())
	}
	c := &st.capture
	c.first, c.once = len(p.shapes), s.Once
	cut, long := 0, 0
	var begin int64
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: frame %d: %w", s.File, c.n+cut+long+1, err)
		}
		switch {
		case info.CaptureLength < info.Length:
			cut++
			continue
		case len(data) > MaxSize+8 || len(data) < 14:
			long++
			continue
		}
		at := info.Timestamp.UnixNano()
		if c.n == 0 {
			begin = at
		}
		// Times that run backwards count as the one before.
		at -= begin
		if c.n > 0 {
			at = max(at, c.times[c.n-1])
		}
		sh := shape{data: data, n: uint16(len(data))}
		sh.pad()
		p.keep(sh)
		c.times = append(c.times, at)
		c.n++
	}
	if cut+long > 0 {
		p.notes = append(p.notes, fmt.Sprintf("%s: %d frames left out: %d cut when captured, %d shorter than 14 or longer than %d bytes", s.File, cut+long, cut, long, MaxSize+8))
	}
	if c.n == 0 {
		return fmt.Errorf("%s: no frame that can be sent", s.File)
	}
	last := c.times[c.n-1]
	c.span = last + max(last/int64(max(c.n-1, 1)), 1000)
	return nil
}
