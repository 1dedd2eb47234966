package config

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest is the known name that a misspelt word most likely means: at most a
// third of its letters (and at least one, two from four letters on) differ. It
// is empty when no name is that near.
func Nearest(text string, known []string) string {
	if len(text) > 40 {
		return ""
	}
	text = strings.ToLower(text)
	best, limit := "", max(1, min(2, len(text)/2), len(text)/3)
	for _, k := range known {
		if d := levenshtein.Distance(text, k, nil); d <= limit && (best == "" || d < limit) {
			best, limit = k, d
		}
	}
	return best
}

func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return `did you mean "` + near + `"?`
}

// suggest is didYouMean for the nearest name, else the list of all.
func suggest(text, intro string, known []string) string {
	if near := Nearest(text, known); near != "" {
		return didYouMean(near)
	}
	return hintList(intro, known)
}

func hintList(intro string, known []string) string {
	return intro + " " + strings.Join(known, ", ")
}
