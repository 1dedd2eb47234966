package dpdk

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// flagRxVLAN is ETH_FLAG_RXVLAN of linux/ethtool.h.
const flagRxVLAN = 1 << 8

// StripsTags tells whether a kernel interface takes VLAN tags off received frames
// (`ethtool -k`: rx-vlan-offload). A packet socket tells what they were; an XDP
// socket does not, so that tagged and untagged frames look alike there.
func StripsTags(name string) bool {
	sock, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(sock)
	value := struct{ cmd, data uint32 }{cmd: unix.ETHTOOL_GFLAGS}
	var req struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	copy(req.name[:unix.IFNAMSIZ-1], name)
	var pins runtime.Pinner
	defer pins.Unpin()
	pins.Pin(&value)
	req.data = unsafe.Pointer(&value)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(sock), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req)))
	return errno == 0 && value.data&flagRxVLAN != 0
}
