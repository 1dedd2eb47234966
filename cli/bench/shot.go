package bench

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
)

// shot is one frame of a source and what must become of it.
type shot struct {
	frame []byte
	// reply makes the one right answer under the keys of a Unix day; nil: none.
	reply func(m *maker, day int64) []byte
	// why is the name of the reason for which a frame without reply is dropped.
	why string
	// limited: the reply may be withheld because its connection or sender has spent its replies.
	limited bool
	// stage is the module that decides it: stageParse, or the name of one.
	stage string
	// event: the frame leaves one in the worker's ring.
	event bool
	// target is the captured address that is looked up for it, if any.
	target netip.Addr
}

// stageParse stands for the parser, which drops what is malformed.
const stageParse = "parse"

// always makes a reply that no key goes into.
func always(frame []byte) func(*maker, int64) []byte {
	return func(*maker, int64) []byte { return frame }
}

// sizeOf is the least length of frame i of a source, bytes without FCS: that of the
// scene, or one of the Internet mix: 7 small, 4 medium, 1 large in each 12.
func (s *scene) sizeOf(i int) int {
	if s.blended {
		return minFrame
	}
	if s.size != 0 {
		return s.size
	}
	return imix[i%len(imix)]
}

// imix are the sizes of twelve frames in a row.
var imix = [...]int{60, 590, 60, 60, 590, 60, 1514, 60, 590, 60, 590, 60}

// shots makes the source of a workload, Frames of it.
func (s *scene) shots(w *Workload) ([]shot, error) {
	m := s.maker()
	list := make([]shot, Frames)
	for i := range list {
		list[i] = w.shot(s, m, i)
		list[i].stage = stageOf(&list[i])
	}
	if m.err != nil {
		return nil, fmt.Errorf("source of %s: %w", w.Name, m.err)
	}
	return list, nil
}

// stageOf is where a shot ends when its maker named no module: the tarpit.
func stageOf(x *shot) string {
	if x.stage == "" {
		return "tarpit"
	}
	return x.stage
}

// writeSource writes shots to a new capture file in dir and returns its path.
func writeSource(dir string, list []shot) (path string, err error) {
	f, err := os.CreateTemp(dir, "source-*.pcap")
	if err != nil {
		return "", err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	w.Write(pcapHeader())
	for i := range list {
		w.Write(pcapRecord(len(list[i].frame)))
		w.Write(list[i].frame)
	}
	return f.Name(), w.Flush() // the first error of all writes
}

// pcapHeader begins a capture file of Ethernet frames in microseconds
// (draft-ietf-opsawg-pcap): magic, version 2.4, snap length, link type.
func pcapHeader() []byte {
	p := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	p = binary.LittleEndian.AppendUint16(p, 2)
	p = binary.LittleEndian.AppendUint16(p, 4)
	p = append(p, make([]byte, 8)...)
	p = binary.LittleEndian.AppendUint32(p, 1<<16-1)
	return binary.LittleEndian.AppendUint32(p, 1)
}

// pcapRecord stands before a frame of n bytes; its time is 0.
func pcapRecord(n int) []byte {
	p := binary.LittleEndian.AppendUint32(make([]byte, 8), uint32(n))
	return binary.LittleEndian.AppendUint32(p, uint32(n))
}
