package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"mire/cli/bench"
	"mire/cli/bench/ha"
	"mire/cli/bench/report"
)

func benchHACommand() *cli.Command {
	return &cli.Command{
		Name:  "ha",
		Usage: "measure a pair of nodes: failover beside keepalived, synchronisation, adverts under load",
		Description: `Everything runs in network namespaces and over virtual wires of this machine; it
needs root. Exit code 1 when a promise was not kept.

mire bench ha                                     profile quick, about four minutes
mire bench ha --profile full --out DIR            50 failovers each, about 40 minutes
mire bench ha --part failover --interval 20ms --runs 20
mire bench ha --part adverts --load 1m --rate 3M`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "profile", Usage: strings.Join(ha.Profiles(), ", "), Value: "quick"},
			&cli.StringFlag{Name: "out", Usage: "folder for the report: " + strings.Join(ha.Files, ", ") + " (default: a new one in out/bench-ha, none with --json)"},
			&cli.StringFlag{Name: "part", Usage: "only these, separated by commas: " + words(ha.Parts)},
			&cli.IntFlag{Name: "runs", Usage: "how often a master is killed, for each interval and side"},
			&cli.IntFlag{Name: "stops", Usage: "how often it is stopped, and hands over, in an orderly way"},
			&cli.StringFlag{Name: "interval", Usage: "between advertisements, such as 1s,100ms,20ms"},
			&cli.BoolFlag{Name: "alone", Usage: "without keepalived"},
			&cli.IntFlag{Name: "changes", Usage: "a second, while the lag is measured"},
			&cli.DurationFlag{Name: "lag", Usage: "for how long it is measured"},
			&cli.StringFlag{Name: "entries", Usage: "of the bulk transfer, such as 1M"},
			&cli.IntFlag{Name: "crashes", Usage: "how often the master dies while datagrams are lost"},
			&cli.IntFlag{Name: "switchovers", Usage: "how often the role goes there or back while datagrams are lost"},
			&cli.DurationFlag{Name: "load", Usage: "for how long adverts are watched under load, and under twice that"},
			&cli.StringFlag{Name: "rate", Usage: "of that load, frames/s, such as 6M"},
			&cli.BoolFlag{Name: "no-huge", Usage: "ordinary memory, although there are hugepages"},
			logLevelFlag(),
			jsonFlag(),
		},
		Action: benchHA,
	}
}

// words are the parts as one text.
func words(parts []ha.Part) string {
	var out []string
	for _, p := range parts {
		out = append(out, string(p))
	}
	return strings.Join(out, ", ")
}

func benchHA(c *cli.Context) error {
	o, err := benchHAOptions(c)
	if err != nil {
		return cli.Exit("mire bench ha: "+err.Error(), exitUsage)
	}
	ctx, log, stop, err := benchStart(c)
	if err != nil {
		return err
	}
	defer stop()
	o.Log = log
	out := c.String("out")
	if out == "" && !c.Bool("json") {
		out = filepath.Join("out", "bench-ha", time.Now().Format("20060102-150405"))
	}
	if out != "" {
		if err := report.Prepare(out); err != nil {
			return cli.Exit("mire bench ha: "+err.Error(), 1)
		}
		o.Save = func(r *ha.Result) error { _, err := ha.Write(out, r); return err }
	}
	r, err := ha.Run(ctx, o)
	if err != nil {
		err = cli.Exit("mire bench ha: "+err.Error(), 1)
	}
	if r == nil {
		return err
	}
	if c.Bool("json") {
		b, e := r.Encode()
		if e != nil {
			return e
		}
		_, _ = c.App.Writer.Write(b)
	} else {
		o.Progress.Line("")
		r.Print(c.App.Writer)
		if out != "" {
			fmt.Fprintf(c.App.Writer, "\nreport: %s\n", out)
		}
	}
	if err == nil && !r.Kept() {
		err = cli.Exit("mire bench ha: not every promise was kept", 1)
	}
	return err
}

// benchHAOptions reads the flags. The nodes are this very program.
func benchHAOptions(c *cli.Context) (o ha.Options, err error) {
	o = ha.Options{
		Profile: c.String("profile"), Runs: c.Int("runs"), Stops: c.Int("stops"), Changes: c.Int("changes"), Lag: c.Duration("lag"),
		Crashes: c.Int("crashes"), Switchovers: c.Int("switchovers"), Load: c.Duration("load"), NoHuge: c.Bool("no-huge"),
		Progress: &bench.Progress{To: os.Stderr, Terminal: isatty.IsTerminal(os.Stderr.Fd())},
	}
	for _, word := range list(c.String("part")) {
		o.Parts = append(o.Parts, ha.Part(word))
	}
	for _, word := range list(c.String("interval")) {
		d, err := time.ParseDuration(word)
		if err != nil {
			return o, fmt.Errorf("--interval: %w", err)
		}
		o.Intervals = append(o.Intervals, d)
	}
	for name, to := range map[string]func(int){
		"entries": func(n int) { o.Entries = n }, "rate": func(n int) { o.Rate = float64(n) },
	} {
		if word := c.String(name); word != "" {
			n, err := bench.Number(word)
			if err != nil {
				return o, fmt.Errorf("--%s: %w", name, err)
			}
			to(n)
		}
	}
	if o.Binary, err = os.Executable(); err != nil {
		return o, err
	}
	if path, err := exec.LookPath("keepalived"); err == nil && !c.Bool("alone") {
		o.Keepalived = path
	}
	return o, o.Check()
}
