// Package field parses the text of CSV fields into the canonical types: times, days, decimals, percentages, whole
// numbers, booleans and countries.
//
// Every parser takes the raw bytes, ignores surrounding space, allocates nothing, and says by a schemas.Reason why a
// text is no such value: "" is success, WrongType a text of another kind, OutOfRange a value the column cannot hold.
// No parser guesses: a text that can be read two ways is of the wrong type.
package field
