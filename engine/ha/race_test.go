//go:build race

package ha

// The race detector makes each of these ten times as long: it needs some, the
// plain run has them all.
const (
	simRuns       = 10
	handoverTries = 10
	pipeRuns      = 4
	floodTime     = 150
)
