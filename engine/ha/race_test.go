//go:build race

package ha

// simRuns of TestRandomRuns: the race detector makes each ten times as long.
const simRuns = 10
