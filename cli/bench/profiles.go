package bench

import "time"

// profile is how much is measured when nothing else is asked for.
type profile struct {
	name  string
	pace  pace
	cases func() []product
	wire  *search
	// without are the workloads that are measured as on a CPU without AVX-512 too.
	without []string
}

// product is workloads by sizes by tables by workers.
type product struct {
	workloads []string
	workers   []int
	sizes     []int
	tables    []int
}

// smallest asks for the least size of each workload.
const smallest = minFrame + fcs

var (
	rfc2544 = []int{64, 128, 256, 512, 1024, 1280, 1518, IMIX}
	one     = []int{1}
	small   = []int{smallest}
	hot     = []int{1000}
	// scalarRows are measured without AVX-512 too.
	scalarRows = []string{"syn4", "syn6", "handshake", "udp", "mix"}
)

var profiles = []profile{
	{"quick", pace{MinPairs, 20 * time.Millisecond, 80 * time.Millisecond}, func() []product {
		return []product{{[]string{"syn4", "forward", "syn6", "echo"}, one, small, hot}}
	}, &quickSearch, nil},
	{"standard", pace{MinPairs, 50 * time.Millisecond, 250 * time.Millisecond}, func() []product {
		return []product{
			{Names(), one, small, hot},
			{[]string{"syn4"}, one, small, []int{1e5, 1e6, 1e7}},
			{[]string{"syn6"}, one, small, []int{1e5, 1e6, 1e7}},
			{[]string{"syn4", "forward"}, []int{2}, small, hot},
			{[]string{"syn4", "forward", "echo"}, one, []int{512, 1518, IMIX}, hot},
		}
	}, &standardSearch, scalarRows},
	{"full", pace{30, 50 * time.Millisecond, 500 * time.Millisecond}, func() []product {
		return []product{
			{Names(), one, rfc2544, hot},
			{[]string{"syn4", "syn6"}, one, small, []int{1e5, 1e6, 1e7}},
			{Names(), []int{2}, small, hot},
		}
	}, &fullSearch, scalarRows},
}

// Profiles are the names of all profiles.
func Profiles() []string {
	var names []string
	for _, p := range profiles {
		names = append(names, p.name)
	}
	return names
}
