package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"

	"mire/cli/testbed"
	"mire/cli/traffic"
)

func trafficCommand() *cli.Command {
	return &cli.Command{
		Name:            "traffic",
		Usage:           "send traffic by a port and count what comes back",
		ArgsUsage:       "[EAL arguments] -- STREAM... [options]",
		SkipFlagParsing: true,
		Flags:           trafficFlags(),
		Action:          runTraffic,
		Description: `Only towards machines that are yours: in a laboratory or a network namespace.

A port is named as DPDK names it, before "--". Behind it come streams and options.
A stream is a kind, whom to send to, and what differs from the defaults:

  syn        SYNs; nothing follows          handshake  SYNs; SYN-ACKs are acknowledged
  data       handshakes and one segment     ack        ACKs of no connection
  udp echo   datagrams, echo requests       arp nd     asks for each address in turn
  hold       opens connections, then sends each a window probe in turn
  pcap FILE  a capture, again and again     raw HEX    one frame

  to|from PREFIX, targets|sources N, ports|sports LIST, weight N, size 64..1518|imix,
  malformed 5%, vlan N, options mss|linux|none (of SYNs), bytes N (of data),
  connections N (of hold), family 4|6, name WORD, once (of pcap)

Addresses are 198.18.0.0/15 and 2001:db8::/32 unless given. Several streams are a
mix by weight. The same --seed makes the same frames, but for --latency.

mire traffic --no-pci --vdev net_af_packet0,iface=veth1 -- syn 198.18.0.0/24 --rate 10k --duration 5s
mire traffic --no-pci --vdev net_af_packet0,iface=veth1 -- handshake 198.18.0.7 ports 22,80 weight 3 echo 198.18.0.7 --latency
mire traffic --no-pci --vdev net_af_packet0,iface=veth1 -- hold 198.18.0.7 connections 10000 --rate 2k
mire traffic --no-pci --vdev net_null0 -- syn size imix malformed 5% --rate max --dmac 02:00:00:00:00:01
mire traffic --no-pci --vdev net_af_packet0,iface=veth1 -- pcap trace.pcap once
mire traffic -a 0000:01:00.0 -- udp 2001:db8::/120 size 512 --rate 40% --duration 1m --out result`,
	}
}

func trafficFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "rate", Usage: "frames per second (1500, 10k, 2.5M), share of the line (40%), max, or original (a capture's own); default 1k, captures original"},
		&cli.DurationFlag{Name: "duration", Usage: "how long to send; 0 until interrupted", Value: 10 * time.Second},
		&cli.Uint64Flag{Name: "seed", Usage: "of addresses, ports and numbers; default another one each time"},
		&cli.BoolFlag{Name: "latency", Usage: "put the time into SYNs, echoes and datagrams and measure how long answers take"},
		&cli.StringFlag{Name: "size", Usage: "of streams that say none: 64..1518 bytes with FCS, or imix"},
		&cli.StringFlag{Name: "sources", Usage: "of streams that say none: a prefix"},
		&cli.StringFlag{Name: "pcap", Usage: "one more stream: replay this capture"},
		&cli.StringFlag{Name: "dmac", Usage: "destination MAC; else the first target, or --gateway, is asked"},
		&cli.StringFlag{Name: "gateway", Usage: "address of the router to send by"},
		&cli.StringFlag{Name: "line-rate", Usage: "speed of the line, for a rate in percent: 1G, 10G; else what the port says"},
		&cli.IntFlag{Name: "port", Usage: "number of the port to send by"},
		&cli.IntFlag{Name: "back", Usage: "number of the port where frames come back, when it is another one", Value: -1},
		&cli.BoolFlag{Name: "strict", Usage: "fail when one frame was late or not taken by the wire"},
		&cli.StringFlag{Name: "out", Usage: "directory for report.json and latency.hgrm"},
		&cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error", Value: "warn"},
		jsonFlag(),
	}
}

// trafficOptions are a command line, understood.
type trafficOptions struct {
	eal        []string
	spec       traffic.Spec
	rate       traffic.Rate
	duration   time.Duration
	dmac       [6]byte
	gateway    []netip.Addr
	line       float64 // bits per second; 0: what the port says
	port, back int
	strict     bool
	json       bool
	out        string
	level      zerolog.Level
}

func runTraffic(c *cli.Context) error {
	args := c.Args().Slice()
	if len(args) == 0 || slices.ContainsFunc(args, func(a string) bool { return a == "--help" || a == "-h" }) {
		return cli.ShowCommandHelp(c.Lineage()[1], c.Command.Name)
	}
	o, err := parseTraffic(c, args)
	if err != nil {
		var code cli.ExitCoder
		if errors.As(err, &code) {
			return err
		}
		return cli.Exit("mire traffic: "+err.Error()+" (mire traffic --help)", exitUsage)
	}
	return o.run(c)
}

// parseTraffic reads the arguments; streams and options may be mixed.
func parseTraffic(c *cli.Context, args []string) (o *trafficOptions, err error) {
	if !slices.Contains(args, "--") {
		return nil, fmt.Errorf(`no "--" between EAL arguments and streams, as in: mire traffic --no-pci --vdev net_null0 -- syn`)
	}
	eal, rest := testbed.Split(args)
	set := flag.NewFlagSet("traffic", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, f := range trafficFlags() {
		if err := f.Apply(set); err != nil {
			return nil, err
		}
	}
	var words []string
	for len(rest) > 0 {
		if err := set.Parse(rest); err != nil {
			return nil, wrongUsage(c, err, false)
		}
		if rest = set.Args(); len(rest) > 0 {
			words, rest = append(words, rest[0]), rest[1:]
		}
	}
	return trafficValues(cli.NewContext(c.App, set, c), eal, words)
}

func trafficValues(f *cli.Context, eal, words []string) (*trafficOptions, error) {
	o := &trafficOptions{eal: eal, duration: f.Duration("duration"), port: f.Int("port"), back: f.Int("back"),
		strict: f.Bool("strict"), json: f.Bool("json"), out: f.String("out")}
	var err error
	if o.level, err = zerolog.ParseLevel(f.String("log-level")); err != nil {
		return nil, fmt.Errorf("--log-level %q: debug, info, warn or error", f.String("log-level"))
	}
	if file := f.String("pcap"); file != "" {
		words = append(words, "pcap", file)
	}
	if o.spec, err = parseStreams(words, f.String("size"), f.String("sources")); err != nil {
		return nil, err
	}
	o.spec.Seed, o.spec.Latency = f.Uint64("seed"), f.Bool("latency")
	if !f.IsSet("seed") {
		// Hosts still have half-open connections of the last run in mind.
		o.spec.Seed = uint64(rand.Uint32())
	}
	text := f.String("rate")
	if text == "" {
		if text = "1k"; len(o.spec.Streams) == 1 && o.spec.Streams[0].Kind == traffic.Pcap {
			text = "original"
		}
	}
	if o.rate, err = traffic.ParseRate(text); err != nil {
		return nil, err
	}
	if s := f.String("line-rate"); s != "" {
		if o.line, err = traffic.ParseBits(s); err != nil {
			return nil, err
		}
	}
	if s := f.String("dmac"); s != "" {
		mac, err := net.ParseMAC(s)
		if err != nil || len(mac) != 6 {
			return nil, fmt.Errorf("--dmac %q: a MAC address such as 02:00:00:00:00:01", s)
		}
		o.dmac = [6]byte(mac)
	}
	if s := f.String("gateway"); s != "" {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("--gateway %q: the address of a router", s)
		}
		o.gateway = append(o.gateway, a)
	}
	if o.back < 0 {
		o.back = o.port
	}
	return o, nil
}

// parseStreams reads the words, with size and sources for streams without.
func parseStreams(words []string, size, sources string) (spec traffic.Spec, err error) {
	if spec, err = traffic.ParseSpec(words); err != nil {
		return spec, err
	}
	// A stream of one kind that knows both reads them as it would its own words.
	probe := []string{"udp"}
	if size != "" {
		probe = append(probe, "size", size)
	}
	if sources != "" {
		probe = append(probe, "from", sources)
	}
	def, err := traffic.ParseSpec(probe)
	if err != nil {
		_, what, _ := strings.Cut(err.Error(), ": ")
		return spec, fmt.Errorf("--size or --sources: %s", what)
	}
	for i := range spec.Streams {
		s := &spec.Streams[i]
		if s.Kind == traffic.Pcap || s.Kind == traffic.Raw {
			continue
		}
		if s.Size == 0 {
			s.Size = def.Streams[0].Size
		}
		if !s.Sources.Prefix.IsValid() {
			s.Sources.Prefix = def.Streams[0].Sources.Prefix
		}
	}
	return spec, nil
}
