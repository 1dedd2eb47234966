package enginetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// The pcap file format, draft-ietf-opsawg-pcap: a header of 24 bytes, then
// records with 16 bytes each in front. Little endian, times in nanoseconds.
const (
	pcapMagic    = 0xa1b23c4d
	pcapHeader   = 24
	pcapRecord   = 16
	pcapEthernet = 1
)

// Captured is a frame with the time since the start of its capture.
type Captured struct {
	At   time.Duration
	Data []byte
}

// WritePcap writes frames as a pcap file that Wireshark and tcpdump read.
func WritePcap(w io.Writer, frames []Captured) error {
	p := binary.LittleEndian.AppendUint32(nil, pcapMagic)
	p = binary.LittleEndian.AppendUint16(p, 2) // version 2.4
	p = binary.LittleEndian.AppendUint16(p, 4)
	p = append(p, make([]byte, 8)...)
	p = binary.LittleEndian.AppendUint32(p, Room)
	p = binary.LittleEndian.AppendUint32(p, pcapEthernet)
	for _, f := range frames {
		for _, v := range [...]int{int(f.At / time.Second), int(f.At % time.Second), len(f.Data), len(f.Data)} {
			p = binary.LittleEndian.AppendUint32(p, uint32(v))
		}
		p = append(p, f.Data...)
	}
	_, err := w.Write(p)
	return err
}

// ReadPcap reads a file as WritePcap writes it. An error names the frame,
// counted from 0, that is cut short or too large.
func ReadPcap(r io.Reader) ([]Captured, error) {
	var head [pcapHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("pcap header: %w", err)
	}
	if m, l := binary.LittleEndian.Uint32(head[:]), binary.LittleEndian.Uint32(head[20:]); m != pcapMagic || l != pcapEthernet {
		return nil, fmt.Errorf("pcap magic %#x link type %d: want nanoseconds, little endian (%#x), and Ethernet (1)", m, l, uint32(pcapMagic))
	}
	var all []Captured
	for {
		var rec [pcapRecord]byte
		if _, err := io.ReadFull(r, rec[:]); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("pcap frame %d: %w", len(all), err)
		}
		n := binary.LittleEndian.Uint32(rec[8:])
		if n > Room {
			return nil, fmt.Errorf("pcap frame %d: %d bytes, a slot holds %d", len(all), n, Room)
		}
		f := Captured{Data: make([]byte, n)}
		f.At = time.Duration(binary.LittleEndian.Uint32(rec[:]))*time.Second + time.Duration(binary.LittleEndian.Uint32(rec[4:]))
		if _, err := io.ReadFull(r, f.Data); err != nil {
			return nil, fmt.Errorf("pcap frame %d: %w", len(all), err)
		}
		all = append(all, f)
	}
}
