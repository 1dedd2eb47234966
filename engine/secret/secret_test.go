package secret

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// root is a fixed secret: bytes 0..31.
func root() (r [Size]byte) {
	for i := range r {
		r[i] = byte(i)
	}
	return r
}

func TestKeyIsStableAndSeparatedByLabel(t *testing.T) {
	a, b := New(root()), New(root())
	for _, label := range []string{LabelCookie, LabelBudget, LabelTable, LabelSync, LabelSyncHello, LabelSyncTag, LabelSyncCheck} {
		if !bytes.Equal(a.Key(label, 32), b.Key(label, 32)) {
			t.Errorf("%q: two nodes with one secret derived different keys", label)
		}
	}
	if bytes.Equal(a.Key(LabelTable, 16), a.Key(LabelSync, 16)) {
		t.Error("two labels gave the same key")
	}
	other := root()
	other[31]++
	if bytes.Equal(a.Key(LabelTable, 16), New(other).Key(LabelTable, 16)) {
		t.Error("two secrets gave the same key")
	}
	if n := len(a.Key(LabelSync, 100)); n != 100 {
		t.Errorf("asked for 100 bytes, got %d", n)
	}
}

func TestEpochKeyIsHKDFOfLabelAndEpoch(t *testing.T) {
	s := New(root())
	for _, epoch := range []int64{-1, 0, 1, 20000, 1 << 40} {
		info := binary.BigEndian.AppendUint64([]byte(LabelCookie), uint64(epoch))
		got := s.EpochKey(LabelCookie, epoch)
		if want := s.Key(string(info), EpochKeySize); !bytes.Equal(got[:], want) {
			t.Errorf("epoch %d: got %x, want %x", epoch, got, want)
		}
	}
}

func TestEpochKeyDoesNotAllocate(t *testing.T) {
	s := New(root())
	var sum byte
	if n := testing.AllocsPerRun(100, func() {
		k := s.EpochKey(LabelCookie, int64(sum))
		sum += k[0]
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestOutOfRangePanics(t *testing.T) {
	s := New(root())
	for name, f := range map[string]func(){
		"no bytes":       func() { s.Key("x", 0) },
		"too many bytes": func() { s.Key("x", 8161) },
		"long label":     func() { s.EpochKey(string(make([]byte, maxLabel+1)), 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
