package traffic

import (
	"strings"

	"mire/engine/config"
)

// meant is the end of an error about an unknown word: the nearest one, or all.
func meant(word string, known []string) string {
	if n := config.Nearest(word, known); n != "" {
		return `, did you mean "` + n + `"?`
	}
	return ": one of " + strings.Join(known, ", ")
}
