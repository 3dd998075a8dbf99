package models

import "waymark/internal/nearest"

// suggestion names the candidate that word is most likely a misspelling of, as a clause to end a message with.
func suggestion(word string, candidates []string) string {
	best := nearest.Of(word, candidates)
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
