//go:build !race

package stateless

const raceDetector = false
