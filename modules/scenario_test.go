package modules

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

var pcapDir = flag.String("pcap", "", "write NAME.in.pcap and NAME.out.pcap of each scenario into this folder")

// A scenario is a text file of lines:
//
//	chain arp,ping,master         the modules
//	set vlan 42                   see setting
//	set examplecount 46           a parameter that a module declares
//	0ms    < FRAME                a frame comes in at that time (see written)
//	       > FRAME                a frame leaves before the next line with a time (see described)
//	       ! reason               a frame is dropped
//	       =                      a frame is consumed
//	2000ms backup                 the role changes; also: master
//	3000ms .                      time passes
//
// What leaves, is dropped and is consumed between two times must be exactly
// what stands there, in any order.
type scenario struct {
	name  string
	chain []string
	edits []func(*config.Snapshot)
	// params are `set` lines of parameters that modules declare.
	params []string
	steps  []step
}

type step struct {
	line  int
	at    time.Duration
	do    string   // "<", "master", "backup", "."
	frame []byte   // "<"
	want  []string // "> ...", "! ...", "="
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, f := range files {
		s := readScenario(t, f)
		t.Run(s.name, func(t *testing.T) { s.run(t) })
	}
}

func readScenario(t *testing.T, file string) *scenario {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario{name: strings.TrimSuffix(filepath.Base(file), ".txt")}
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := s.add(i+1, words); err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
	}
	return s
}

func (s *scenario) add(line int, words []string) error {
	switch words[0] {
	case "chain":
		s.chain = strings.Split(words[1], ",")
		return nil
	case "set":
		if _, declared := config.NumberNamed(words[1]); declared {
			s.params = append(s.params, strings.Join(words, " "))
			return nil
		}
		edit, err := setting(words[1:])
		s.edits = append(s.edits, edit)
		return err
	case ">", "!", "=":
		if len(s.steps) == 0 {
			return fmt.Errorf("%q before the first time", words[0])
		}
		last := &s.steps[len(s.steps)-1]
		last.want = append(last.want, strings.Join(words, " "))
		return nil
	}
	at, err := time.ParseDuration(words[0])
	if err != nil || len(words) < 2 {
		return fmt.Errorf("want TIME and what happens: %v", words)
	}
	st := step{line: line, at: at, do: words[1]}
	if st.do == "<" {
		if st.frame, err = written(words[2:]); err != nil {
			return err
		}
	}
	s.steps = append(s.steps, st)
	return nil
}

// setting is a change of the configuration.
func setting(words []string) (func(*config.Snapshot), error) {
	switch words[0] {
	case "vlan":
		id, err := strconv.ParseUint(words[1], 10, 12)
		return enginetest.WithVLAN(uint16(id)), err
	case "tarpit":
		mode, ok := map[string]config.TarpitMode{"enable": config.TarpitEnable, "observe": config.TarpitObserve}[words[1]]
		if !ok {
			return nil, fmt.Errorf("no tarpit mode %q", words[1])
		}
		return enginetest.WithTarpit(mode), nil
	}
	return nil, fmt.Errorf("no setting %q", words[0])
}

// run plays the frames from a pcap file and compares what leaves, read from a
// pcap file too.
func (s *scenario) run(t *testing.T) {
	chain, err := Chain(s.chain)
	if err != nil {
		t.Fatal(err)
	}
	snap := enginetest.Snapshot(append(s.edits, func(c *config.Snapshot) {
		c.Modules, c.Settings.MRD, c.VRRP = s.chain, false, nil // master, with the virtual router's MACs
	})...)
	if err := snap.Settings.Declare(strings.Join(s.params, "\n")); err != nil {
		t.Fatal(err)
	}
	vlan := snap.Networks[0].VLAN
	frames := throughPcap(t, s.name+".in", s.inputs(vlan))
	r := rig.New(t, snap, chain...)
	r.Pass(10 * time.Second) // what a start says of itself is over
	zero := r.Lane.Now
	var sent []enginetest.Captured
	for i, st := range s.steps {
		before := r.Burst.Verdicts
		if idle := zero + int64(st.at) - r.Lane.Now; idle < 0 {
			t.Fatalf("line %d: time runs backwards", st.line)
		}
		r.Role.Set(standing(st.do, r.Role.Load()))
		var out []enginetest.Frame
		if st.do == "<" {
			out = append(out, r.Turn(frames[0].Data).Out...)
			frames = frames[1:]
		}
		if i+1 < len(s.steps) {
			out = append(out, r.Pass(time.Duration(zero+int64(s.steps[i+1].at)-r.Lane.Now))...)
		}
		for _, f := range out {
			sent = append(sent, enginetest.Captured{At: time.Duration(f.At - zero), Data: f.Data})
		}
		s.compare(t, r.Worker.Chain().Reasons, st, out, &before, &r.Burst.Verdicts)
	}
	throughPcap(t, s.name+".out", sent)
}

func (s *scenario) inputs(vlan uint16) (in []enginetest.Captured) {
	for _, st := range s.steps {
		if st.do != "<" {
			continue
		}
		f := st.frame
		if vlan != 0 {
			f = enginetest.Tag(vlan, f)
		}
		in = append(in, enginetest.Captured{At: st.at, Data: f})
	}
	return in
}

func standing(do string, now engine.Standing) engine.Standing {
	switch do {
	case "master":
		return engine.Master
	case "backup":
		return engine.Backup
	}
	return now
}

func (s *scenario) compare(t *testing.T, reasons []burst.ReasonInfo, st step, out []enginetest.Frame, before, after *burst.Verdicts) {
	t.Helper()
	var got []string
	for _, f := range out {
		got = append(got, "> "+described(f.Data))
	}
	for range after.Consumed - before.Consumed {
		got = append(got, "=")
	}
	for i, reason := range reasons {
		for range after.Dropped[i] - before.Dropped[i] {
			got = append(got, "! "+reason.Name)
		}
	}
	want := slices.Clone(st.want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("testdata/%s.txt:%d:\n got:\n\t%s\nwant:\n\t%s", s.name, st.line, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// throughPcap writes frames as a pcap file and reads them back.
func throughPcap(t *testing.T, name string, frames []enginetest.Captured) []enginetest.Captured {
	t.Helper()
	var file bytes.Buffer
	if err := enginetest.WritePcap(&file, frames); err != nil {
		t.Fatal(err)
	}
	if *pcapDir != "" {
		if err := os.WriteFile(filepath.Join(*pcapDir, name+".pcap"), file.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	back, err := enginetest.ReadPcap(&file)
	if err != nil {
		t.Fatal(err)
	}
	return back
}
