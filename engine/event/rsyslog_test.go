package event

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mire/engine/config"
)

// rsyslogConf listens on a socket of its own and writes facility, severity, tag
// and text of each message as the daemon understood them.
const rsyslogConf = `
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="%[1]s/log" RateLimit.Interval="0")
template(name="parts" type="string" string="%%syslogfacility-text%% %%syslogseverity-text%% %%programname%% %%procid%% |%%msg%%\n")
action(type="omfile" file="%[1]s/out" template="parts")
`

// The peer is a real rsyslogd.
func TestRealSyslogDaemonReadsTheSeedLines(t *testing.T) {
	daemon, err := exec.LookPath("rsyslogd")
	if err != nil {
		if daemon = "/usr/sbin/rsyslogd"; exec.Command("test", "-x", daemon).Run() != nil {
			t.Skip("rsyslogd is not installed (apt install rsyslog)")
		}
	}
	// A short path: socket addresses end at 108 bytes.
	dir, err := os.MkdirTemp("/tmp", "mire-syslog-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	conf := filepath.Join(dir, "conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, rsyslogConf, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, daemon, "-n", "-f", conf, "-i", filepath.Join(dir, "pid"))
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel() // kills this process by its id
		cmd.Wait()
	}()
	for {
		if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
			break
		}
		if ctx.Err() != nil {
			cmd.Wait()
			t.Fatal("rsyslogd opened no socket: ", said.String())
		}
		time.Sleep(10 * time.Millisecond)
	}

	ring := NewRing(64)
	a := New(Options{Rings: []*Ring{ring}})
	a.Apply(config.LogEvery, 0, filepath.Join(dir, "log"))
	want := ""
	for _, k := range seedKinds {
		e := sample(k.kind, k.family)
		ring.Push(&e)
		want += fmt.Sprintf("daemon warning mire %d | %s\n", os.Getpid(), Line(&e))
	}
	a.finish()
	got := ""
	for got != want && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		b, _ := os.ReadFile(filepath.Join(dir, "out"))
		got = string(b)
	}
	if got != want {
		t.Fatalf("rsyslogd wrote\n%s\nwant\n%s\n%s", got, want, said.String())
	}
}
