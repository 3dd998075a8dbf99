// Package nearest finds what a misspelled word was meant to be, for "did you mean" in messages.
//
// It promises to answer "" rather than a far-fetched candidate, to take any text (letters of any script count as one),
// and to spend no more than a fixed time on each candidate, however long the word is.
package nearest
