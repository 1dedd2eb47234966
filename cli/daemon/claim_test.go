package daemon

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

const nobody = 65534

// asNobody runs f on a thread of its own with another user's credentials.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to become another user")
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody); e != 0 {
			t.Error(e)
			return
		}
		f()
	})
	wg.Wait()
}

// listen holds a name as a stranger would, and never accepts.
func listen(t *testing.T, name string) *net.UnixListener {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func testName(t *testing.T) string { return fmt.Sprintf("claim-%d-%s", os.Getpid(), t.Name()) }

func TestAnInterfaceIsClaimedOnceAndFreeAgainAfterwards(t *testing.T) {
	name := testName(t)
	l, err := claim(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim(name); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s is served by another mire, pid %d", name, os.Getpid())) {
		t.Fatalf("a second claim: %v", err)
	}
	if other, err := claim(name + "0"); err != nil {
		t.Fatalf("an interface whose name begins so: %v", err)
	} else {
		other.Close()
	}
	l.Close()
	if l, err = claim(name); err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// Whoever may neither open a packet socket nor is root or us holds nobody up, with
// as many names as it likes and with queues that are full.
func TestAStrangerClaimsNothing(t *testing.T) {
	name := testName(t)
	full := target{name, 0}.name()
	asNobody(t, func() {
		listen(t, "@mire/"+name)
		for i := range 50 {
			listen(t, target{name, i}.name())
		}
		if l := listen(t, full); l != nil {
			raw, _ := l.SyscallConn()
			raw.Control(func(fd uintptr) { unix.Listen(int(fd), 0) })
		}
	})
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: full, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: full, Net: "unix"}); err == nil {
		t.Fatal("the queue of the test is not full")
	}
	l, err := claim(name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if second, err := claim(name); err == nil {
		second.Close()
		t.Error("strangers hide a claim")
	}
}

// Two processes of one unprivileged user count for each other, and root's for them.
func TestClaimsOfAnUnprivilegedUser(t *testing.T) {
	name := testName(t)
	asNobody(t, func() {
		l, err := claim(name)
		if err != nil {
			t.Error(err)
			return
		}
		if second, err := claim(name); err == nil {
			second.Close()
			t.Error("a second claim of the same user")
		}
		l.Close()
	})
	l, err := claim(name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asNobody(t, func() {
		if second, err := claim(name); err == nil {
			second.Close()
			t.Error("a claim beside root's")
		}
	})
}

// An unprivileged mire has a packet socket on its interface, which no stranger can
// open: its claim counts for root too.
func TestAPacketSocketMakesAClaimCount(t *testing.T) {
	const iface = "lo"
	asNobody(t, func() { listen(t, targetOf(iface).name()) })
	l, err := claim(iface)
	if err != nil {
		t.Fatalf("without a packet socket: %v", err)
	}
	l.Close()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := net.InterfaceByName(iface)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: lo.Index}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Fchown(fd, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if l, err := claim(iface); err == nil {
		l.Close()
		t.Error("with one")
	}
}

// Of many that start at once no two serve, and mostly one does.
func TestOneOfManyClaims(t *testing.T) {
	served := 0
	for round := range 20 {
		name := fmt.Sprint(testName(t), round)
		var wg sync.WaitGroup
		won := make(chan *net.UnixListener, 8)
		for range cap(won) {
			wg.Go(func() {
				if l, err := claim(name); err == nil {
					won <- l
				}
			})
		}
		wg.Wait()
		close(won)
		if len(won) > 1 {
			t.Errorf("%d hold it", len(won))
		}
		for l := range won {
			served++
			l.Close()
		}
	}
	if served < 10 {
		t.Errorf("nobody served %d of 20 times", 20-served)
	}
}

// An interface that was renamed or made anew, or is called by another of its names,
// is the same; its neighbour is not.
func TestAClaimIsOfTheInterfaceNotOfItsName(t *testing.T) {
	now := target{"lan0", 7}
	for name, want := range map[string]bool{
		"@mire/lan0/7/x": true, "@mire/lan0/3/x": true, "@mire/eth0/7/x": true, "@mire/lan0": true,
		"@mire/eth0/3/x": false, "@mire/lan01/3/x": false, "@mire/eth0": false, "@mire/7": false, "lan0/7/x": false, "": false,
	} {
		if now.isMeant(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
	if (target{"lan0", 0}).isMeant("@mire/eth0/0/x") {
		t.Error("two interfaces that do not exist are one")
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: target{"renamed-since", targetOf("lo").index}.name(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l, err := claim("lo"); err == nil {
		l.Close()
		t.Error("a claim of a renamed interface does not count")
	}
}
