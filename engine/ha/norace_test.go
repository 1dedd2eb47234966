//go:build !race

package ha

// simRuns of TestRandomRuns unless told otherwise.
const simRuns = 200
