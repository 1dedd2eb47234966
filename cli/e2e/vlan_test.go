package e2e

import (
	endian "encoding/binary"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Helpers of eBPF programs of type BPF_PROG_TYPE_SCHED_CLS (bpf-helpers(7)).
const (
	bpfSkbVlanPush = 18
	bpfSkbVlanPop  = 19
)

// instruction is one eBPF instruction.
func instruction(op byte, dst, src byte, imm int32) []byte {
	b := make([]byte, 8)
	b[0], b[1] = op, src<<4|dst
	endian.NativeEndian.PutUint32(b[4:], uint32(imm))
	return b
}

// program loads a classifier that calls one helper with the packet and two more
// arguments, and lets the packet pass.
func program(helper, a, b int32) (int, error) {
	const mov, call, exit = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, unix.BPF_JMP | unix.BPF_CALL, unix.BPF_JMP | unix.BPF_EXIT
	var code []byte
	for _, i := range [][]byte{
		instruction(mov, 2, 0, a), instruction(mov, 3, 0, b), instruction(call, 0, 0, helper),
		instruction(mov, 0, 0, 0 /* TC_ACT_OK */), instruction(exit, 0, 0, 0),
	} {
		code = append(code, i...)
	}
	licence := []byte("Apache-2.0\x00")
	var pins runtime.Pinner
	defer pins.Unpin()
	pins.Pin(&code[0])
	pins.Pin(&licence[0])
	attr := struct {
		kind, count     uint32
		insns, licence  uint64
		level, size     uint32
		buffer          uint64
		version, flags  uint32
		name            [16]byte
		ifindex, attach uint32
	}{
		kind: unix.BPF_PROG_TYPE_SCHED_CLS, count: uint32(len(code) / 8),
		insns: uint64(uintptr(unsafe.Pointer(&code[0]))), licence: uint64(uintptr(unsafe.Pointer(&licence[0]))),
	}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return -1, fmt.Errorf("bpf: load a program: %w", errno)
	}
	return int(fd), nil
}

// tag puts the whole of a leg behind an 802.1Q tag, as a VLAN interface would,
// also with kernels that have none: its frames leave tagged, and what arrives
// loses its tag. Untagged frames still arrive.
func (l *lab) tag(leg string, id int32) {
	l.t.Helper()
	h := l.netlink(leg)
	link, err := h.LinkByName("eth0")
	if err != nil {
		l.t.Fatal(err)
	}
	attrs := netlink.QdiscAttrs{LinkIndex: link.Attrs().Index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT}
	if err := h.QdiscAdd(&netlink.GenericQdisc{QdiscAttrs: attrs, QdiscType: "clsact"}); err != nil {
		l.t.Skipf("skipped: this kernel has no clsact qdisc: %v", err)
	}
	for parent, args := range map[uint32][3]int32{
		// The protocol is in network byte order.
		netlink.HANDLE_MIN_EGRESS:  {bpfSkbVlanPush, int32(endian.NativeEndian.Uint16([]byte{0x81, 0x00})), id},
		netlink.HANDLE_MIN_INGRESS: {bpfSkbVlanPop, 0, 0},
	} {
		fd, err := program(args[0], args[1], args[2])
		if err != nil {
			l.t.Skipf("skipped: %v", err)
		}
		err = h.FilterAdd(&netlink.BpfFilter{
			FilterAttrs: netlink.FilterAttrs{LinkIndex: link.Attrs().Index, Parent: parent, Handle: 1, Priority: 1, Protocol: unix.ETH_P_ALL},
			Fd:          fd, Name: "vlan", DirectAction: true,
		})
		unix.Close(fd)
		if err != nil {
			l.t.Skipf("skipped: this kernel has no BPF classifier: %v", err)
		}
	}
}
