package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// count writes a number as Number reads it.
func count(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "M"
	case n >= 1_000 && n%1_000 == 0:
		return strconv.Itoa(n/1_000) + "k"
	}
	return strconv.Itoa(n)
}

// Number reads a count as people write it: 1000, 1k, 10M.
func Number(word string) (int, error) {
	digits, scale := word, 1
	if word != "" {
		switch strings.ToLower(word[len(word)-1:]) {
		case "k":
			digits, scale = word[:len(word)-1], 1_000
		case "m":
			digits, scale = word[:len(word)-1], 1_000_000
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > 1<<40/scale {
		return 0, fmt.Errorf("%q is no number: write it like 1000, 1k or 10M", word)
	}
	return n * scale, nil
}
