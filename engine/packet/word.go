//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package packet

import "unsafe"

// Unaligned loads in the order of this machine. The build line names the
// little-endian machines: wire16 and the masks of the fast path rest on it.
// The caller has checked that offset o and the bytes behind it are inside.

func load16(p unsafe.Pointer, o uintptr) uint16 { return *(*uint16)(unsafe.Add(p, o)) }
func load32(p unsafe.Pointer, o uintptr) uint32 { return *(*uint32)(unsafe.Add(p, o)) }
func load64(p unsafe.Pointer, o uintptr) uint64 { return *(*uint64)(unsafe.Add(p, o)) }
