//go:build race

package stateless

const raceDetector = true
