package bench

import "mire/cli/bench/report"

// goal is what a measurement should reach: its ratio to a yardstick.
type goal struct {
	workload, yardstick string
	workers             int
	tables              [2]int // least and most captured addresses
	least, aim          float64
}

// goals are for the smallest frame of each workload.
var goals = []goal{
	{"syn4", "5tswap", 1, [2]int{1, Frames}, 0.55, 0.80},
	{"syn4", "csum", 1, [2]int{1, Frames}, 1.4, 2.0},
	{"syn4", "5tswap", 1, [2]int{MaxTable, MaxTable}, 0.42, 0.55},
	{"syn6", "5tswap", 1, [2]int{1, Frames}, 0.43, 0.60},
	{"forward", "io", 1, [2]int{1, MaxTable}, 0.75, 0.95},
	{"syn4", "5tswap", 2, [2]int{1, Frames}, 0.50, 0.70},
}

// aim notes in a result of a case what it should reach, if anything was set.
func (c *Case) aim(r *report.Result, yardstick string) {
	if c.Size != c.Workload.least+fcs {
		return
	}
	for _, g := range goals {
		if g.workload == c.Workload.Name && g.yardstick == yardstick && g.workers == c.Workers &&
			g.tables[0] <= c.Table && c.Table <= g.tables[1] {
			r.Target, r.Aim = g.least, g.aim
		}
	}
}
