package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"mire/cli/lab"
	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine/event"
)

func labCommand() *cli.Command {
	return &cli.Command{
		Name:      "lab",
		Usage:     "testpmd's verbs over the module chain, typed or scripted",
		ArgsUsage: "[EAL arguments] -- [options]",
		Description: `Before -- stand EAL arguments as for dpdk-testpmd, behind it the options below.
What the EAL arguments leave open (lcores, memory) is chosen. Lines are typed,
piped or read with --script; "help" lists the verbs, "help script" what makes a
script a test: a failed expect, an unknown verb and a refused one end in exit
code 1. No traffic leaves net_ring, net_null and net_pcap devices.

Type verbs (Tab completes):

mire lab --no-huge --no-pci --vdev net_ring0 --vdev net_ring1 -- -i

Send a burst round two rings, and check it:

printf 'start tx_first\nwait 100ms\nstop\nexpect fwd.rx > 0\n' |
  mire lab --no-huge --no-pci --vdev net_ring0 --vdev net_ring1 -- --burst=32

The tarpit on captured addresses, and why the frames of net_null are dropped:

printf 'set fwd tarpit\ncapture 198.18.0.0/28\ntrace 1\nstart\nwait 100ms\nshow module stats\n' |
  mire lab --no-huge --no-pci --vdev net_null0 --`,
		SkipFlagParsing: true,
		Flags:           labFlags(),
		BashComplete:    completeWith(nil),
		Action:          runLab,
	}
}

// labFlags are the options behind --, under testpmd's names where it has them.
func labFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "interactive", Aliases: []string{"i"}, Usage: "type verbs at a prompt"},
		&cli.StringFlag{Name: "forward-mode", Usage: "io, mac, macswap, rxonly, txonly, flowgen, csum, icmpecho, 5tswap, tarpit or chain", Value: "io"},
		&cli.StringFlag{Name: "config", Usage: "configuration of mire for tarpit and chain `FILE`; else 198.18.0.0/24 and 2001:db8::/64 on port 0"},
		&cli.StringFlag{Name: "script", Usage: "run the verbs in `FILE`, then end"},
		&cli.StringFlag{Name: "cmdline-file", Usage: "run the verbs in `FILE` first"},
		&cli.BoolFlag{Name: "auto-start", Aliases: []string{"a"}, Usage: "start forwarding at once"},
		&cli.BoolFlag{Name: "tx-first", Usage: "send a burst first when forwarding starts by itself"},
		&cli.IntFlag{Name: "stats-period", Usage: "without -i: show port statistics every `SECONDS`"},
		&cli.IntFlag{Name: "burst", Usage: "frames asked of a queue at once, 1 to 512; a turn takes 64 at most", Value: 32},
		&cli.IntFlag{Name: "nb-cores", Usage: "forwarding cores; each has a TX queue of its own on every port", Value: 1},
		&cli.BoolFlag{Name: "no-flush-rx", Usage: "keep what came before the start; capture files are always kept"},
		&cli.IntFlag{Name: "wires", Usage: "`N` pairs of ports that are each other's far end, behind those of EAL: for \"traffic start\""},
		&cli.BoolFlag{Name: "record-core-cycles", Usage: "measure cycles per packet"},
		&cli.IntFlag{Name: "nb-ports", Usage: "forward on the first `N` ports; else all"},
		&cli.StringFlag{Name: "portlist", Usage: "ports that forward, such as 0,1; else all"},
		&cli.StringFlag{Name: "port-topology", Usage: "paired, chained or loop", Value: "paired"},
		&cli.StringSliceFlag{Name: "eth-peer", Usage: "`X,MAC` at the other end of port X"},
		&cli.IntFlag{Name: "rxq", Usage: "RX queues per port", Value: 1},
		&cli.IntFlag{Name: "txq", Usage: "TX queues per port, at least one for each core", Value: 1},
		&cli.IntFlag{Name: "rxd", Usage: "descriptors per RX queue", Value: 1024},
		&cli.IntFlag{Name: "txd", Usage: "descriptors per TX queue", Value: 1024},
		&cli.IntFlag{Name: "txpkts", Usage: "`BYTES` of the packets that txonly and flowgen make", Value: 64},
		&cli.IntFlag{Name: "total-num-mbufs", Usage: "mbufs of the pool; else what the queues can hold"},
		&cli.IntFlag{Name: "mbuf-size", Usage: "room of an mbuf in bytes, headroom included", Value: 2176},
		&cli.IntFlag{Name: "sessions", Usage: "entries of the session table", Value: 262144},
		&cli.StringFlag{Name: "log-level", Usage: "of EAL, drivers and the lab itself: debug, info, warn or error", Value: "warn"},
	}
}

// runLab parses what stands behind -- by itself: everything before is EAL's.
func runLab(c *cli.Context) error {
	eal, rest := testbed.Split(c.Args().Slice())
	for _, a := range eal {
		if a == "--help" || a == "-h" {
			return cli.ShowSubcommandHelp(c)
		}
	}
	set := flag.NewFlagSet("lab", flag.ContinueOnError)
	set.SetOutput(nothing{})
	flags := labFlags()
	for _, f := range flags {
		if err := f.Apply(set); err != nil {
			return err
		}
	}
	switch err := set.Parse(rest); {
	case errors.Is(err, flag.ErrHelp):
		return cli.ShowSubcommandHelp(c)
	case err != nil:
		return wrongUsage(c, err, false)
	case set.NArg() > 0:
		return cli.Exit(fmt.Sprintf("mire lab: takes no argument %q behind -- (mire lab --help)", set.Arg(0)), exitUsage)
	}
	for _, f := range eal {
		// An option of ours before -- would be EAL's riddle.
		name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if strings.HasPrefix(f, "--") && slices.Contains(flagNames(flags), name) {
			return cli.Exit(fmt.Sprintf("mire lab: --%s is an option of the lab and stands behind --: mire lab [EAL arguments] -- --%[1]s", name), exitUsage)
		}
	}
	o, err := labOptions(c, cli.NewContext(c.App, set, c), eal)
	if err != nil {
		return cli.Exit("mire lab: "+err.Error()+" (mire lab --help)", exitUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	failed, err := lab.Run(ctx, o)
	var fail *dpdk.Error
	switch {
	case errors.As(err, &fail):
		what := ""
		if fail.Call == "rte_dev_probe" {
			what = "--vdev " + fail.Subject + ": "
		}
		return cli.Exit(fmt.Sprintf("mire lab: %s%s\n  %s", what, fail.Cause, fail.Remedy), 1)
	case err != nil:
		return cli.Exit("mire lab: "+err.Error(), 1)
	case failed > 0 && !(o.Interactive && o.Terminal):
		return cli.Exit(fmt.Sprintf("mire lab: %d of the lines failed", failed), 1)
	}
	return nil
}

// nothing swallows what package flag says beside its error.
type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }

func labOptions(parent, c *cli.Context, eal []string) (lab.Options, error) {
	o := lab.Options{
		EAL: eal, Interactive: c.Bool("interactive"), Mode: c.String("forward-mode"), Burst: c.Int("burst"), Cores: c.Int("nb-cores"),
		RxQueues: c.Int("rxq"), TxQueues: c.Int("txq"), RxDesc: c.Int("rxd"), TxDesc: c.Int("txd"),
		Mbufs: c.Int("total-num-mbufs"), MbufSize: c.Int("mbuf-size") - dpdk.Headroom, Topology: c.String("port-topology"), TxPackets: c.Int("txpkts"),
		KeepRx: c.Bool("no-flush-rx"), Wires: c.Int("wires"), Cycles: c.Bool("record-core-cycles"), AutoStart: c.Bool("auto-start"), TxFirst: c.Bool("tx-first"), StatsPeriod: time.Duration(c.Int("stats-period")) * time.Second,
		CmdlineFile: c.String("cmdline-file"), Config: c.String("config"), Script: c.String("script"), Sessions: c.Int("sessions"),
		In: os.Stdin, Out: parent.App.Writer, Terminal: isatty.IsTerminal(os.Stdin.Fd()), Peers: map[int][6]byte{},
	}
	for _, n := range []struct {
		name        string
		least, most int
	}{
		{"burst", 1, 512}, {"nb-cores", 1, 64}, {"rxq", 1, 64}, {"txq", 1, 64}, {"rxd", 1, 1 << 15}, {"txd", 1, 1 << 15},
		{"txpkts", 42, 1514}, {"mbuf-size", 1518 + dpdk.Headroom, 1 << 15}, {"wires", 0, 8}, {"nb-ports", 0, 32}, {"sessions", 1024, 1 << 28}, {"stats-period", 0, 1 << 20}, {"total-num-mbufs", 0, 1 << 24},
	} {
		if v := c.Int(n.name); v < n.least || v > n.most {
			return o, fmt.Errorf("--%s is %d to %d, not %d", n.name, n.least, n.most, v)
		}
	}
	if !slices.Contains([]string{"paired", "chained", "loop"}, o.Topology) {
		return o, fmt.Errorf("--port-topology %q: paired, chained or loop", o.Topology)
	}
	if list := c.String("portlist"); list != "" {
		for _, w := range strings.Split(list, ",") {
			n, err := strconv.Atoi(w)
			if err != nil || slices.Contains(o.PortList, n) {
				return o, fmt.Errorf("--portlist %q: numbers of ports, each once, such as 0,1", list)
			}
			o.PortList = append(o.PortList, n)
		}
	}
	if n := c.Int("nb-ports"); n > 0 && o.PortList == nil {
		for i := range n {
			o.PortList = append(o.PortList, i)
		}
	}
	// A comma parts flags of a slice, too: X and its MAC come one by one.
	peers := c.StringSlice("eth-peer")
	for i := 0; i+1 < len(peers); i += 2 {
		n, err := strconv.Atoi(peers[i])
		mac, err2 := net.ParseMAC(peers[i+1])
		if err != nil || err2 != nil || len(mac) != 6 {
			return o, fmt.Errorf("--eth-peer %s,%s: a port and a MAC, such as 0,02:00:00:00:00:01", peers[i], peers[i+1])
		}
		o.Peers[n] = [6]byte(mac)
	}
	if len(peers)%2 != 0 {
		return o, fmt.Errorf("--eth-peer: a port and a MAC, such as 0,02:00:00:00:00:01")
	}
	level, err := zerolog.ParseLevel(c.String("log-level"))
	if err != nil {
		return o, fmt.Errorf("--log-level %q: debug, info, warn or error", c.String("log-level"))
	}
	o.Log = event.NewLogger(os.Stderr, event.FormatFor(os.Stderr), level, nil)
	if dir, err := os.UserCacheDir(); err == nil && o.Terminal {
		if dir = filepath.Join(dir, "mire"); os.MkdirAll(dir, 0o700) == nil {
			o.History = filepath.Join(dir, "lab_history")
		}
	}
	return o, nil
}
