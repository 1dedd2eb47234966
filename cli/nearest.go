package cli

import "github.com/agext/levenshtein"

// nearest returns the name most like word, or "" when none is close.
func nearest(word string, names []string) string {
	best, name := 0.5, ""
	for _, n := range names {
		if s := levenshtein.Match(word, n, nil); s > best {
			best, name = s, n
		}
	}
	return name
}
