package view

import (
	"fmt"
	"strings"
	"time"
)

// Seconds is a time in whole seconds.
func Seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

// Precise is a time in milliseconds while it is short.
func Precise(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Ago is how many seconds before now a time of the same clock is, both in nanoseconds.
func Ago(now, then int64) float64 { return float64(now-then) / 1e9 }

// Millis is a time of nanoseconds in milliseconds.
func Millis(ns int64) float64 { return float64(ns) / 1e6 }

// YesNo is a bool in words.
func YesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Or is s, or other when s is empty.
func Or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// MAC is an address as text, empty for the zero one.
func MAC(m [6]byte) string {
	if m == ([6]byte{}) {
		return ""
	}
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

// Numbers is a list as the configuration writes it: 1,2,3.
func Numbers(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
}
