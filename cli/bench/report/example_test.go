package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// exampleRun is a run with something of everything.
func exampleRun(t testing.TB) *Run {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	r := &Run{Schema: Schema, Started: time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC), Seconds: 63, Profile: "quick",
		Environment: Environment{CPU: "Example 7 Series", CPUs: 8, Virtual: "yes", Kernel: "6.1.0", DPDK: "DPDK 22.11.11", Go: "go1.26 linux/amd64",
			Commit: "0123456789abcdef0123456789abcdef01234567", Arguments: []string{"bench", "--profile", "quick"}},
		Problems: []string{"hugepages: 12 of 256 left"}}
	for _, x := range []Result{
		{Workload: "syn4", Workers: 1, Size: 64, Table: 1000, Yardstick: "testpmd 5tswap", Target: 0.55, Aim: 0.8, Ratio: 0.62, YardstickMpps: 55},
		{Workload: "syn4", Workers: 1, Size: 64, Table: 1000, Yardstick: "testpmd csum", Target: 1.4, Aim: 2, Ratio: 1.52, YardstickMpps: 22},
		{Workload: "syn4", Workers: 1, Size: 64, Table: 10_000_000, Yardstick: "testpmd 5tswap", Target: 0.42, Aim: 0.55, Ratio: 0.4, YardstickMpps: 55},
		{Workload: "syn6", Workers: 1, Size: 82, Table: 1000, Yardstick: "testpmd 5tswap", Target: 0.43, Aim: 0.6, Ratio: 0.61, YardstickMpps: 51},
		{Workload: "forward", Workers: 1, Size: 64, Yardstick: "testpmd io", Target: 0.75, Aim: 0.95, Ratio: 0.9, YardstickMpps: 61},
		{Workload: "echo", Workers: 1, Size: 102, Table: 1000, Yardstick: "testpmd 5tswap", Ratio: 0.7, YardstickMpps: 54},
		{Workload: "mix", Workers: 2, Table: 1000, YardstickMpps: 0, Ratio: 20},
	} {
		var ours, theirs []float64
		for range 20 {
			b := x.YardstickMpps * 1e6 * (1 + 0.1*rnd.NormFloat64())
			if x.Yardstick == "" {
				b = 1e6
			}
			ours = append(ours, b*x.Ratio*(1+0.04*rnd.NormFloat64()))
			if x.Yardstick != "" {
				theirs = append(theirs, b)
			}
		}
		x.Ratio, x.YardstickMpps = 0, 0
		x.Port, x.Burst = "net_pcap", 64
		x.Conditions = []Condition{{"whole chain loaded", true, "vrrp,arp,ping"}}
		x.SetPairs(ours, theirs)
		r.Results = append(r.Results, x)
	}
	for _, size := range []int{64, 512, 1518} {
		for i, side := range []string{"mire", "testpmd 5tswap"} {
			b := Bound{Mpps: float64(6+3*i) * 64 / float64(63+size/8), Spread: 0.04, Samples: 3}
			b.Upper = b.Mpps * 1.01
			if i == 1 {
				b.Limit, b.Upper = "generator", 0
			}
			r.Search = append(r.Search, Search{Workload: "syn4", Side: side, Size: size, Port: "net_ring", Ring: 1024, Word: "sim-NDR", NDR: b, PDR: b, Trials: 30, CPUShare: 0.998, Trial: 0.1, Confirm: 0.5, Exceed: 0.5})
		}
	}
	for i, side := range []string{"mire", "testpmd 5tswap"} {
		for _, percent := range []float64{10, 50, 90} {
			l := Latency{Workload: "syn4", Side: side, Size: 64, Percent: percent, Mpps: 8 * percent / 100}
			if err := l.SetHistogram(exampleHistogram(rnd, 3000+20*percent*percent/float64(1+i))); err != nil {
				t.Fatal(err)
			}
			r.Latency = append(r.Latency, l)
		}
	}
	for i, w := range []string{"syn4", "syn6", "forward"} {
		m := Modules{Workload: w, Size: 64 + 18*(i%2)}
		for k, name := range []string{"receive + send", "parse", "segment", "observe", "arp", "ping", "tarpit", "cookie"} {
			if w == "forward" && k > 3 {
				break
			}
			m.Cycles = append(m.Cycles, Cost{name, float64(5 + (k*7+i*3)%23)})
		}
		r.Modules = append(r.Modules, m)
	}
	r.ZeroLoss = []ZeroLoss{{Workload: "syn4", Ring: 8192, Stall: 0.02, Mpps: 0.4096, Seconds: 60, Offered: 24576000, Received: 24576000,
		Late: 4096, LateSeconds: 0.01, LongestTurn: 0.003, CPUShare: 0.997, Reloads: 59, Shows: 590}}
	r.Memory = []Memory{{Workload: "syn4", Frames: 1e8, Moved: 0.12, Resident: 71, Huge: 50, Held: true}}
	r.JudgeTargets()
	r.Targets = append(r.Targets, Target{Name: "adaptive idle at zero load", Against: "one core", Unit: "% CPU", Least: 2, Aim: 0.5, Measured: 1.4, AtMost: true, Counts: true})
	return r
}

func exampleHistogram(rnd *rand.Rand, middle float64) *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	for range 100_000 {
		v := middle * (1 + 0.2*rnd.ExpFloat64())
		if rnd.IntN(3000) == 0 {
			v += 1e6 * rnd.ExpFloat64()
		}
		h.RecordValue(int64(v))
	}
	return h
}
