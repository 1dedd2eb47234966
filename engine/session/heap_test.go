package session

import (
	"testing"
	"unsafe"
)

func TestHeapArena(t *testing.T) {
	var a HeapArena
	for i, size := range []uintptr{1, 63, 64, 65, 100000} {
		name := string('a' + rune(i))
		b, err := a.Reserve(name, size)
		if err != nil {
			t.Fatal(err)
		}
		if uintptr(len(b)) != size || cap(b) != len(b) || uintptr(unsafe.Pointer(&b[0]))%64 != 0 {
			t.Errorf("size %d: got %d of %d at %p", size, len(b), cap(b), &b[0])
		}
		for _, x := range b {
			if x != 0 {
				t.Fatal("not zeroed")
			}
		}
		if _, err := a.Reserve(name, size); err == nil {
			t.Error("a name was given twice")
		}
	}
	if _, err := a.Reserve("none", 0); err == nil {
		t.Error("0 bytes were given")
	}
	if err := a.Release("a"); err != nil {
		t.Error(err)
	}
	if err := a.Release("a"); err == nil {
		t.Error("released twice")
	}
	if _, err := a.Reserve("a", 1); err != nil {
		t.Error(err)
	}
}

func TestCloseGivesMemoryBack(t *testing.T) {
	var a HeapArena
	for range 2 {
		tab, err := New(&a, Config{Name: "s", Capacity: 10})
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Close(); err != nil {
			t.Error(err)
		}
		if err := tab.Close(); err == nil {
			t.Error("closed twice")
		}
	}
}

// What is announced is what a table takes, and shares leave no state without any.
func TestBytesIsWhatATableReserves(t *testing.T) {
	for _, capacity := range []int{1, 1024, 100_000, 1 << 20} {
		c := NewConfig("announced", capacity, make([]byte, 16))
		table, err := New(new(HeapArena), c)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Stats().Bytes; got != uint64(Bytes(capacity)) {
			t.Errorf("capacity %d: %d bytes, announced %d", capacity, got, Bytes(capacity))
		}
		if sum := c.Quota[Probing] + c.Quota[Trapped] + c.Quota[Real]; sum > capacity {
			t.Errorf("capacity %d: shares of %v", capacity, c.Quota)
		}
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
