package ga4

import "waymark/schemas"

// nearest returns the settable column whose name is at most three edits from name, or "".
func nearest(name string) string {
	best, least := "", 4
	for i := range schemas.JourneyEvent.Columns {
		c := schemas.JourneyEvent.Columns[i].Name
		if settable(c) < 0 {
			continue
		}
		if n := edits(name, c); n < least {
			best, least = c, n
		}
	}
	return best
}

// edits is the Levenshtein distance of a and b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
