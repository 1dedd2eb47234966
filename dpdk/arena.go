package dpdk

/*
#include <errno.h>
#include <rte_memzone.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"github.com/yerden/go-dpdk/memzone"
)

// Arena hands out memory of the EAL, in hugepages when it has them. It has the
// method set of session.Arena. The zero value is ready. Safe for concurrent use.
type Arena struct {
	mu    sync.Mutex
	zones map[string]*memzone.Memzone
}

// ArenaBytes is about what a reservation of size bytes takes: what to add to
// Options.Memory.
func ArenaBytes(size uintptr) int64 { return int64(size) + 4096 }

// arenaAlign is the alignment of reservations, bytes: a cache line.
const arenaAlign = 64

// Reserve returns size zeroed bytes, aligned to 64, under a name of at most 31
// bytes that is unique in the process. The slice stays valid until Release.
func (a *Arena) Reserve(name string, size uintptr) ([]byte, error) {
	if size == 0 {
		// memzone would answer with "all that is free".
		return nil, fmt.Errorf("reserve %s: 0 bytes asked for", name)
	}
	if len(name) >= C.RTE_MEMZONE_NAMESIZE {
		return nil, fmt.Errorf("reserve %s: the name has %d bytes, at most %d", name, len(name), C.RTE_MEMZONE_NAMESIZE-1)
	}
	mz, err := onThread(func() (*memzone.Memzone, error) {
		return memzone.Reserve(name, size, memzone.OptAligned(arenaAlign))
	})
	if err != nil {
		what := "reserve more hugepages, or take ordinary memory and announce more of it"
		if errors.Is(err, syscall.EEXIST) {
			what = "the name is taken"
		}
		return nil, fmt.Errorf("rte_memzone_reserve_aligned %s (%d MiB): %w: %s", name, size>>20, err, what)
	}
	// The zone may be longer than asked for and hold what it held before.
	b := unsafe.Slice((*byte)(mz.Addr()), size)
	clear(b)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.zones == nil {
		a.zones = map[string]*memzone.Memzone{}
	}
	a.zones[name] = mz
	return b, nil
}

// Release gives the memory of that name back. Nobody may touch its slice after.
func (a *Arena) Release(name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	mz := a.zones[name]
	if mz == nil {
		return fmt.Errorf("release %s: not reserved here", name)
	}
	if err := mz.Free(); err != nil {
		return fmt.Errorf("rte_memzone_free %s: %w", name, err)
	}
	delete(a.zones, name)
	return nil
}
