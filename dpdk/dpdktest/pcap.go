package dpdktest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

const pcapMagic = 0xa1b2c3d4 // microseconds, byte order of the writer

// WritePcap makes a capture file of frames, for the time of the test.
func WritePcap(t testing.TB, frames ...[]byte) (path string) {
	t.Helper()
	le := binary.LittleEndian
	b := le.AppendUint32(nil, pcapMagic)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 1<<16) // snap length
	b = le.AppendUint32(b, 1)     // Ethernet
	for i, f := range frames {
		b = le.AppendUint32(b, uint32(i))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(len(f)))
		b = le.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	path = filepath.Join(t.TempDir(), "in.pcap")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ReadPcap returns the frames of a capture file that this machine wrote.
func ReadPcap(t testing.TB, path string) (frames [][]byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	// net_pcap writes nanoseconds: the same layout under another magic.
	if len(b) < 24 || le.Uint32(b) != pcapMagic && le.Uint32(b) != 0xa1b23c4d {
		t.Fatalf("%s is no capture file", path)
	}
	for b = b[24:]; len(b) >= 16; {
		n := int(le.Uint32(b[8:]))
		if len(b) < 16+n {
			t.Fatalf("%s is cut short", path)
		}
		frames = append(frames, b[16:16+n])
		b = b[16+n:]
	}
	return frames
}
