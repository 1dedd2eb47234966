package session

import (
	"fmt"
	"sync"
	"unsafe"
)

// HeapArena is an Arena on the Go heap, for tests and for runs without DPDK.
// The race detector sees it. The zero value is ready; it may be used by any
// goroutine.
type HeapArena struct {
	mu   sync.Mutex
	held map[string][]byte
}

var _ Arena = (*HeapArena)(nil)

// Reserve implements Arena. It fails when the name is taken or size is 0.
func (a *HeapArena) Reserve(name string, size uintptr) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, taken := a.held[name]; taken {
		return nil, fmt.Errorf("heap arena: %q is already reserved: release it first or choose another name", name)
	}
	if size == 0 {
		return nil, fmt.Errorf("heap arena: %q asks for 0 bytes: give a size of at least 1", name)
	}
	buf := make([]byte, size+63)
	off := -uintptr(unsafe.Pointer(unsafe.SliceData(buf))) & 63
	if a.held == nil {
		a.held = map[string][]byte{}
	}
	a.held[name] = buf
	return buf[off : off+size : off+size], nil
}

// Release implements Arena. It fails when nothing is reserved under name.
func (a *HeapArena) Release(name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.held[name]; !ok {
		return fmt.Errorf("heap arena: %q is not reserved: it was released before or never existed", name)
	}
	delete(a.held, name)
	return nil
}
