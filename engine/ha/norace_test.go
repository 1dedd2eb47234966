//go:build !race

package ha

const (
	simRuns       = 200 // of TestRandomRuns unless told otherwise
	handoverTries = 200 // of TestEveryHandoverSucceedsUnderLoss
)
