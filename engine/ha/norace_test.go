//go:build !race

package ha

const (
	simRuns       = 200 // of TestRandomRuns unless told otherwise
	handoverTries = 200 // of TestEveryHandoverSucceedsUnderLoss
	pipeRuns      = 24
	floodTime     = 1300 // ms: longer than a session stands without being heard
)
