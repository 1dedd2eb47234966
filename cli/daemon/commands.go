package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mire/dpdk"
	"mire/engine/config"
	"mire/engine/control"
	"mire/engine/session"
)

// register puts every command that the control socket understands into r.
func (d *Daemon) register(r *control.Registry) {
	show := func(name, help string, f func(args []string) (any, error)) {
		r.Register("show "+name, help, func(_ context.Context, args []string) (any, error) { return f(args) })
	}
	show("status", "the node at a glance", alone("show status", d.showStatus))
	show("ports", "interfaces, links and counters", alone("show ports", d.showPorts))
	show("workers", "packets by worker", alone("show workers", d.showWorkers))
	show("modules", "what each module decided", alone("show modules", d.showModules))
	show("drops", "why frames were dropped", alone("show drops", d.showDrops))
	show("sessions", "the shared table", d.showSessions)
	show("tarpit", "proofs, captures, answers", alone("show tarpit", d.showTarpit))
	show("dhcp", "DHCP servers, who is named as one, pauses", alone("show dhcp", d.showDHCP))
	show("vrrp", "the virtual router and its elections", alone("show vrrp", d.showVRRP))
	show("bngsync", "whether the table is kept equal with the peer's", alone("show bngsync", d.showBngsync))
	show("ha", "the peer: session, digests, lag, transitions", alone("show ha", d.showHA))
	show("neighbours", "who this node reaches itself", alone("show neighbours", d.showNeighbours))
	show("log", "[notices] [LINES]: the last lines of the log", d.showLog)
	show("config", "the running configuration", alone("show config", d.showConfig))
	reload := alone("reload", func([]string) (any, error) { return d.done(d.Reload()) })
	r.Register("reload", "read the configuration file again", func(_ context.Context, args []string) (any, error) {
		return reload(args)
	})
	stop := alone("stop", func([]string) (any, error) {
		d.stop()
		return map[string]string{"result": "stopping"}, nil
	})
	r.Register("stop", "end this mire", func(_ context.Context, args []string) (any, error) {
		return stop(args)
	})
	r.Register("switchover", "give the role of master to the peer, losing nothing", func(ctx context.Context, args []string) (any, error) {
		return alone("switchover", func([]string) (any, error) { return d.switchover(ctx) })(args)
	})
	r.Register("release", "ADDRESS [NETWORK]: forget what is known of an address", func(_ context.Context, args []string) (any, error) {
		return d.release(args)
	})
	r.Register("release server", "ADDRESS: forget a DHCP server that was learnt", func(_ context.Context, args []string) (any, error) {
		if d.chain.tarpit == nil {
			return nil, fmt.Errorf("release server: the chain has no tarpit")
		}
		return d.releaseServer(args)
	})
	r.Register("clear sessions", "[NETWORK]: forget every address", func(_ context.Context, args []string) (any, error) {
		return d.clearSessions(args)
	})
	for _, word := range config.CommandWords() {
		r.Register(word, "a line of the configuration language", func(_ context.Context, args []string) (any, error) {
			return d.done(d.Command(joinWords(word, args)))
		})
	}
}

// alone refuses words behind a command that takes none: they were meant for
// something.
func alone(name string, f func([]string) (any, error)) func([]string) (any, error) {
	return func(args []string) (any, error) {
		if len(args) > 0 {
			return nil, fmt.Errorf("%s: takes no argument %q", name, args[0])
		}
		return f(args)
	}
}

// joinWords makes one line of the configuration language again; words with
// blanks were quoted. The language knows no escapes.
func joinWords(word string, args []string) string {
	line := word
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t") {
			a = `"` + a + `"`
		}
		line += " " + a
	}
	return line
}

// done is the answer to a command that changes the configuration.
func (d *Daemon) done(warnings config.Problems, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	out := map[string]any{"result": "applied", "generation": d.snaps.Load().Generation}
	if len(warnings) > 0 {
		lines := make([]string, len(warnings))
		for i, w := range warnings {
			lines[i] = w.String()
		}
		out["warnings"] = lines
	}
	return out, nil
}

// release forgets one address, on the given network or on all whose prefix
// holds it.
func (d *Daemon) release(args []string) (any, error) {
	if d.chain.tarpit == nil {
		return nil, fmt.Errorf("release: the chain has no tarpit")
	}
	if len(args) < 1 || len(args) > 2 {
		return nil, fmt.Errorf("release: which address? release ADDRESS [NETWORK]")
	}
	a, err := netip.ParseAddr(args[0])
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	number, err := networkArgument(args[1:])
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	in, released, was := 0, []int{}, ""
	s := d.snaps.Load()
	names := newNaming(s)
	for i := range s.Networks {
		n := &s.Networks[i]
		if number != 0 && n.Number != number || !n.Prefix4.Contains(a.Unmap()) && !n.Prefix6.Contains(a) {
			continue
		}
		in++
		k := session.AddressKey(uint16(n.Number), a)
		r, known := d.table.Get(k, dpdk.Now())
		if !known {
			continue
		}
		if !d.chain.tarpit.Release(k) {
			return nil, &control.Error{Message: "release: too many commands are waiting", Hint: "try again in a moment"}
		}
		released = append(released, n.Number)
		if st := names.of(&r); was == "" || st == "trapped" {
			was = st
		}
	}
	d.wake()
	if in == 0 {
		return nil, fmt.Errorf("release: %v is in no network of this node", a)
	}
	return map[string]any{"result": releaseResult(a, was), "was": was, "networks": released}, nil
}

// releaseResult says what a release did to an address that was in a state; "" is
// nothing known of it.
func releaseResult(a netip.Addr, was string) string {
	switch was {
	case "trapped":
		return "released"
	case "":
		return "nothing to release: nothing is known of " + a.String()
	case wouldTrap:
		return "forgotten, nothing was held"
	}
	return "forgotten, it was not trapped but " + was
}

func networkArgument(args []string) (int, error) {
	if len(args) == 0 {
		return 0, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not the number of a network", args[0])
	}
	return n, nil
}

// clearSessions forgets every address, of one network or of all: each must be
// proven absent again before it is answered for.
func (d *Daemon) clearSessions(args []string) (any, error) {
	if len(args) > 1 {
		return nil, fmt.Errorf("clear sessions: one network at most: clear sessions [NETWORK]")
	}
	number, err := networkArgument(args)
	if err != nil {
		return nil, fmt.Errorf("clear sessions: %w", err)
	}
	cleared := d.forget(number)
	return map[string]any{"result": "cleared", "entries": cleared}, nil
}
