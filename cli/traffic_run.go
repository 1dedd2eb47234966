package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"mire/cli/testbed"
	"mire/cli/traffic"
	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/engine/event"
)

const (
	// resolveFor is how long a target may take to say its MAC: Mire proves that
	// an address is nobody's before it answers for it.
	resolveFor = 5 * time.Second
	// drainFor is how long answers may still come in at the end.
	drainFor = 300 * time.Millisecond
	// pollAbove is the rate from which on the generator never sleeps.
	pollAbove = 50_000
	// slowBacklog is how many frames it may fall behind below that, for a second
	// at most: any queue takes them at once.
	slowBacklog = 500
	// ahead is the priority of its thread (setpriority(2)): whoever shares its CPU
	// would stop it for milliseconds.
	ahead = -10
)

// sender is an open port with a generator on it.
type sender struct {
	bed  *testbed.Bed
	side *dpdk.Worker
	gen  *traffic.Generator
	port *testbed.Port
	log  zerolog.Logger
}

func (o *trafficOptions) run(c *cli.Context) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := event.NewLogger(os.Stderr, event.FormatFor(os.Stderr), o.level, &event.Memory{})
	s := &sender{log: log}
	defer func() {
		if e := s.close(); e != nil {
			err = errors.Join(err, e)
		}
		if err != nil {
			if _, coded := err.(cli.ExitCoder); !coded {
				err = cli.Exit("mire traffic: "+err.Error(), 1)
			}
		}
	}()
	if s.bed, err = testbed.Open(testbed.Options{EAL: o.eal, Cores: 1, Log: log}); err != nil {
		return err
	}
	for _, n := range s.bed.Notes {
		log.Info().Msg(n)
	}
	if err = o.open(s); err != nil {
		return err
	}
	r, err := o.send(ctx, s, o.progress(c.App.Writer))
	if err != nil {
		return err
	}
	return o.show(c.App.Writer, s, r)
}

// open makes the generator, paused, and starts the ports.
func (o *trafficOptions) open(s *sender) error {
	for _, n := range []int{o.port, o.back} {
		if n < 0 || n >= len(s.bed.Ports) {
			return fmt.Errorf("no port %d: there are %d, counted from 0", n, len(s.bed.Ports))
		}
	}
	s.port = s.bed.Ports[o.port]
	info, err := s.port.Info()
	if err != nil {
		return err
	}
	from := [6]byte(info.MAC)
	if from == ([6]byte{}) { // a ring has none
		from = [6]byte{0x02, 0, 0, 0, 0, byte(o.port)}
	}
	prog, err := traffic.Compile(o.spec, traffic.Link{Src: from, Dst4: o.dmac, Dst6: o.dmac})
	if err != nil {
		return err
	}
	if o.line == 0 && o.rate.Share != 0 && !virtual(info) {
		l, err := s.port.Link()
		if err != nil {
			return err
		}
		o.line = float64(l.Mbps) * 1e6
	}
	pps, err := o.rate.In(prog, o.line)
	if err != nil {
		return fmt.Errorf("port %d (%s): %w", o.port, info.Name, err)
	}
	// One spare for each frame of a burst: nothing is lost for want of a buffer.
	if s.side, err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{s.port.Port}, Pool: s.bed.Pool, NoHold: true,
		Spares: burst.MaxSpares, AnyNode: true}); err != nil {
		return err
	}
	lane, err := s.side.NewLane(s.bed.Ports[o.back].Port, 0)
	if err != nil {
		return err
	}
	conf := traffic.Config{Program: prog, Burst: s.side.Burst(), Lane: lane, Out: s.port.ID(), Rate: pps, Paused: true}
	if pps > 0 && pps < pollAbove {
		conf.Sleep, conf.Backlog = time.Millisecond, min(time.Second, time.Duration(slowBacklog/pps*1e9))
	}
	if s.gen, err = traffic.New(conf); err != nil {
		return err
	}
	return s.bed.Start()
}

// virtual tells whether a port has no line whose speed could be known: devices
// on a bus are named by their place on it, such as 0000:01:00.0.
func virtual(i dpdk.PortInfo) bool { return !strings.Contains(i.Name, ":") }

// send runs the generator on its lcore until the time is over, the program is
// at its end, or ctx is done.
func (o *trafficOptions) send(ctx context.Context, s *sender, progress func(traffic.Counters, *traffic.Percentiles)) (*traffic.Report, error) {
	resolved := make(chan error, 1)
	task, err := dpdk.Launch(s.bed.Lcores()[0], func() {
		if err := unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), ahead); err != nil {
			s.log.Debug().Err(err).Msg("the generator's thread keeps its priority")
		}
		err := s.gen.Resolve(resolveFor, o.gateway...)
		resolved <- err
		if err == nil {
			s.gen.Run()
		}
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		s.gen.Stop()
		task.Wait()
	}()
	select {
	case err = <-resolved:
	case <-ctx.Done():
		s.gen.Stop()
		err = <-resolved
	}
	if err != nil {
		return nil, err
	}
	begin := s.gen.Counters()
	s.gen.Resume()
	var end <-chan time.Time
	if o.duration > 0 {
		t := time.NewTimer(o.duration)
		defer t.Stop()
		end = t.C
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := begin
	for over := false; !over; {
		select {
		case <-ctx.Done():
			over = true
		case <-end:
			over = true
		case <-task.Done():
			over = true
		case <-tick.C:
			now := s.gen.Counters()
			second := now.Since(last)
			last, second.Now = now, now.Active-begin.Active
			progress(second, traffic.PercentilesOf(s.gen.Latency()))
		}
	}
	s.gen.Pause()
	select {
	case <-task.Done():
	case <-time.After(drainFor):
	}
	s.gen.Stop()
	task.Wait()
	r := s.gen.Report(begin)
	r.Port = s.port.Name()
	return r, nil
}

// close takes down what is open, in the order that DPDK needs.
func (s *sender) close() error {
	if s.side != nil {
		s.side.Close()
	}
	if s.bed != nil {
		return s.bed.Close()
	}
	return nil
}

// progress prints a line each second when somebody watches.
func (o *trafficOptions) progress(w io.Writer) func(traffic.Counters, *traffic.Percentiles) {
	f, ok := w.(*os.File)
	if o.json || !ok || !isatty.IsTerminal(f.Fd()) {
		return func(traffic.Counters, *traffic.Percentiles) {}
	}
	return func(c traffic.Counters, l *traffic.Percentiles) { printTrafficSecond(w, &c, l) }
}

func (o *trafficOptions) show(w io.Writer, s *sender, r *traffic.Report) error {
	if o.json {
		if err := json.NewEncoder(w).Encode(r); err != nil {
			return err
		}
	} else {
		printTraffic(w, r)
	}
	if o.out != "" {
		if err := r.Write(o.out, s.gen.Latency()); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	if text := r.Shortfall(o.strict); text != "" {
		return errors.New(text)
	}
	return nil
}
