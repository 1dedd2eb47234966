package dpdk_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// The far end of a tap port is the kernel itself.
func TestTap(t *testing.T) {
	dpdktest.NeedNamespace(t)
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Tap{Interface: "miretap0", MAC: "02:00:00:00:00:07"}.Vdev("net_tap0"))
	link, err := netlink.LinkByName("miretap0")
	if err != nil {
		t.Fatal(err)
	}
	if mac, err := port.MAC(); err != nil || mac.String() != "02:00:00:00:00:07" {
		t.Errorf("%v, %v", mac, err)
	}
	if !port.KernelBacked() {
		t.Error("not kernel-backed")
	}
	dpdktest.Start(t, port, pool, 1, 1)
	if err := netlink.LinkSetUp(link); err != nil {
		t.Fatal(err)
	}
	w := dpdktest.NewWorker(t, pool, port)
	lane, b := dpdktest.NewLane(t, w, port, 0), w.Burst()
	sock, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(sock)
	if err := unix.Bind(sock, &unix.SockaddrLinklayer{Protocol: 0xb588, Ifindex: link.Attrs().Index}); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptTimeval(sock, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{60, 1514} {
		f := frame(byte(n), n)
		copy(f, []byte{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 0x88, 0xb5})
		if _, err := unix.Write(sock, f); err != nil {
			t.Fatal(err)
		}
		found := -1
		for limit := time.Now().Add(2 * time.Second); found < 0 && time.Now().Before(limit); {
			eventually(t, lane, b) // the kernel has things of its own to say
			for i := range int(b.N) {
				if bytes.Equal(b.Frame(i), f) && b.Rx[i] == burst.KernelBacked {
					found = i
				}
			}
		}
		if found < 0 {
			t.Fatalf("%d bytes did not come", n)
		}
		b.Reply(found)
		lane.Exchange(b)
		b.Begin()
		buf := make([]byte, 2048)
		if n, err := unix.Read(sock, buf); err != nil || !bytes.Equal(buf[:n], f) {
			t.Fatalf("reply of %d bytes: %v", n, err)
		}
	}
	accounted(t, b)
	if err := port.Detach(); err != nil {
		t.Fatal(err)
	}
	if _, err := netlink.LinkByName("miretap0"); err == nil {
		t.Error("the interface outlives its port")
	}
}
