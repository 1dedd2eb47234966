package dpdk_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"mire/dpdk"
	"mire/dpdk/dpdktest"
)

func TestPoolCounts(t *testing.T) {
	pool := dpdktest.NewPool(t, 1023)
	if pool.InUse() != 0 || pool.Avail() != 1023 || pool.Room() != 2048 {
		t.Errorf("%d in use, %d available, room %d", pool.InUse(), pool.Avail(), pool.Room())
	}
	release := dpdktest.Hoard(t, pool, 23)
	if pool.InUse() != 1000 || pool.Avail() != 23 {
		t.Errorf("%d in use, %d available", pool.InUse(), pool.Avail())
	}
	if err := pool.Free(); err == nil || !strings.Contains(err.Error(), "1000 mbufs") {
		t.Errorf("freed a pool in use: %v", err)
	}
	release()
	if pool.InUse() != 0 {
		t.Errorf("%d in use", pool.InUse())
	}
}

func TestPoolRefuses(t *testing.T) {
	pool := dpdktest.NewPool(t, 1023)
	if _, err := dpdk.NewPool(dpdk.PoolConfig{Name: pool.Name(), Count: 1023, AnyNode: true}); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("a name twice: %v", err)
	}
	if _, err := dpdk.NewPool(dpdk.PoolConfig{Name: "huge", Count: 1 << 24, AnyNode: true}); !errors.Is(err, syscall.ENOMEM) && !errors.Is(err, syscall.ENOBUFS) {
		t.Errorf("40 GiB: %v", err)
	}
	if _, err := dpdk.NewPool(dpdk.PoolConfig{Name: "room", Count: 1023, Room: 1<<16 - 1}); err == nil {
		t.Error("a room beyond what an mbuf can say")
	}
}

// That it is enough is what TestAnnouncedMemoryIsEnough says.
func TestPoolBytes(t *testing.T) {
	c := dpdk.PoolConfig{Name: "bytes", Count: 16383, Room: 2048}
	if n, pages := dpdk.PoolBytes(c), int64(c.Count)*4096; n < pages || n > pages*11/10 {
		t.Errorf("%d bytes for %d mbufs, one on each page", n, c.Count)
	}
	c.Room = 9216
	if n, least := dpdk.PoolBytes(c), int64(c.Count)*9536; n < least || n > least*11/10 {
		t.Errorf("%d bytes for %d mbufs of 9536 at least", n, c.Count)
	}
}

func TestArena(t *testing.T) {
	var a dpdk.Arena
	const size = 1<<20 + 3
	for range 3 { // the second time it is memory that was written to
		b, err := a.Reserve("arena", size)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) != size || cap(b) != size || uintptr(unsafe.Pointer(&b[0]))%64 != 0 {
			t.Errorf("%d bytes of %d at %p", len(b), cap(b), &b[0])
		}
		for i := range b {
			if b[i] != 0 {
				t.Fatalf("byte %d is %d", i, b[i])
			}
			b[i] = 0xff
		}
		if _, err := a.Reserve("arena", 64); !errors.Is(err, syscall.EEXIST) {
			t.Errorf("a name twice: %v", err)
		}
		if err := a.Release("arena"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Release("arena"); err == nil {
		t.Error("released twice")
	}
	for name, n := range map[string]uintptr{"": 0, strings.Repeat("n", 32): 64, "endless": 1 << 45} {
		if _, err := a.Reserve(name, n); err == nil {
			t.Errorf("%d bytes as %q", n, name)
		}
	}
}
