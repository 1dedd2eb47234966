package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// claimLab prepares a leg and files that any user can read, and returns the folder.
func claimLab(t *testing.T) (l *lab, dir string) {
	t.Helper()
	need(t, "setpriv", "unshare", "perl")
	l = newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	dir, err := os.MkdirTemp("", "mire-claim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mire"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { // nobody makes its secret here
		t.Fatal(err)
	}
	return l, dir
}

// asNobody runs what follows as an unprivileged user who may open packet sockets.
var asNobody = []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
	"--inh-caps", "+net_raw,+net_admin", "--ambient-caps", "+net_raw,+net_admin"}

// ownMounts runs what follows with folders of its own: no file is shared with others.
var ownMounts = []string{"unshare", "--mount", "sh", "-c", `mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"`, "sh"}

// serve starts a mire with a name for its files and says whether it came up; it is
// stopped by the returned function.
func (l *lab) serve(dir, name string, prefix []string) (up bool, text string, stop func()) {
	l.t.Helper()
	file := func(ext string) string { return filepath.Join(dir, name+ext) }
	config := seedChain + dualStack("  tarpit enable") + "set syslog off\nset secret " + file(".secret") + "\n"
	if err := os.WriteFile(file(".conf"), []byte(config), 0o644); err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	args := append(append([]string{}, prefix...), filepath.Join(dir, "mire"), "run", "-c", file(".conf"),
		"--socket", file(".sock"), "--hugepages", "off")
	c := l.command(ctx, "mire", args...)
	out := &output{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	stop = func() {
		l.run(10*time.Second, "mire", binary, "stop", "--socket", file(".sock"))
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			l.t.Errorf("%s does not end", name)
		}
		cancel()
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-done:
			cancel()
			done <- err
			return false, out.String(), func() {}
		default:
		}
		if strings.Contains(out.String(), "is running") {
			return true, out.String(), stop
		}
	}
	cancel()
	l.t.Fatalf("%s neither runs nor ends: %s", name, out.String())
	return
}

// One interface, one mire: whoever they belong to and whatever files they see. Who
// could not serve it holds nobody up.
func TestAnInterfaceIsServedOnce(t *testing.T) {
	t.Parallel()
	l, dir := claimLab(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stranger := l.command(ctx, "mire", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "perl", "-MSocket", "-e", `
$| = 1;
for my $name ("eth0", map { "eth0/$_/x" } 1..100) {
  my $s;
  socket($s, AF_UNIX, SOCK_STREAM, 0) && bind($s, pack_sockaddr_un("\0mire/$name")) && listen($s, 1) or die $!;
  push @all, $s;
}
print "held\n"; sleep 300`)
	held := &output{}
	stranger.Stdout, stranger.Stderr = held, held
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); stranger.Wait() }()
	eventually(t, 20*time.Second, "the stranger holds the names", func() bool { return strings.Contains(held.String(), "held") })

	kinds := map[string][]string{"root": nil, "mounts": ownMounts, "nobody": asNobody}
	for _, c := range []struct{ first, second string }{
		{"root", "root"}, {"root", "mounts"}, {"mounts", "root"}, {"root", "nobody"}, {"nobody", "root"}, {"nobody", "nobody"},
	} {
		up, text, stop := l.serve(dir, "first-"+c.first, kinds[c.first])
		if !up {
			t.Fatalf("%s, alone: %s", c.first, text)
		}
		up, text, stopSecond := l.serve(dir, "second-"+c.second, kinds[c.second])
		if up || !strings.Contains(text, "is served by another mire") {
			t.Errorf("%s beside %s: up %v, %s", c.second, c.first, up, text)
		}
		stopSecond()
		stop()
	}
}
