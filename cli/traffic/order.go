package traffic

// cycle is the order in which a mix takes its members: each as often as its
// weight says in one round, spread as evenly as weights allow.
func cycle(weights []int) []uint16 {
	d, sum := 0, 0
	for _, w := range weights {
		d = int(gcd(uint64(d), uint64(w)))
	}
	for _, w := range weights {
		sum += w / d
	}
	order := make([]uint16, 0, sum)
	credit := make([]int, len(weights))
	for range sum {
		best := 0
		for i, w := range weights {
			credit[i] += w / d
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= sum
		order = append(order, uint16(best))
	}
	return order
}
