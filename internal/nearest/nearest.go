package nearest

import (
	"strings"
	"unicode/utf8"
)

// longest is how many letters a word may have; nobody misspells a longer one by accident.
const longest = 128

// Of returns the candidate nearest to word, or "" when none is near: at most two edits or a third of the word's letters
// away, and never more than half of them. Case does not matter; of equally near candidates the first wins.
func Of(word string, candidates []string) string {
	n := utf8.RuneCountInString(word)
	if n > longest {
		return ""
	}
	best, least := "", min(max(2, n/3), n/2)+1
	for _, c := range candidates {
		if d := Distance(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// Distance is the optimal string alignment distance without regard to case: the least number of insertions, deletions,
// substitutions and swaps of neighbouring letters that makes b of a, none of them inside another. A word longer than 128
// letters is as far from any other as it is long.
func Distance(a, b string) int {
	x, y := letters(a), letters(b)
	if len(x) > longest || len(y) > longest {
		return max(len(x), len(y))
	}
	var rows [3][longest + 1]int
	before, above, row := &rows[0], &rows[1], &rows[2]
	for j := range y {
		above[j+1] = j + 1
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			changed := above[j]
			if x[i] != y[j] {
				changed++
			}
			row[j+1] = min(changed, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}

// letters lowers s; of a longer word than can be near anything it keeps just enough to tell.
func letters(s string) []rune {
	if len(s) > longest*utf8.UTFMax {
		s = s[:longest*utf8.UTFMax+1]
	}
	return []rune(strings.ToLower(s))
}
