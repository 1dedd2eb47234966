package daemon

import (
	"context"
	"fmt"
	"strings"

	"mire/engine/config"
	"mire/engine/control"
	"mire/engine/view"
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
	show("metrics", "everything that is counted", alone("show metrics", d.showMetrics))
	show("sessions", "the shared table", d.showSessions)
	for _, v := range views(d.chain.chain) {
		show(v.Name, v.Usage, alone("show "+v.Name, func([]string) (any, error) { return v.Answer(d) }))
	}
	for _, v := range controls(d.chain.chain) {
		r.Register(v.Name, v.Help, func(ctx context.Context, args []string) (any, error) { return v.Run(ctx, d, args) })
	}
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

// clearSessions forgets every address, of one network or of all: each must be
// proven absent again before it is answered for.
func (d *Daemon) clearSessions(args []string) (any, error) {
	if len(args) > 1 {
		return nil, fmt.Errorf("clear sessions: one network at most: clear sessions [NETWORK]")
	}
	number, err := view.Network(args)
	if err != nil {
		return nil, fmt.Errorf("clear sessions: %w", err)
	}
	cleared := d.forget(number)
	return map[string]any{"result": "cleared", "entries": cleared}, nil
}
