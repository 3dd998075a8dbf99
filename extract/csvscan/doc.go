// Package csvscan reads delimited text at the speed of memory: it decodes the wanted columns and skips the rest,
// without allocating per row.
//
//	bytes ──Open──▶ Header, Stream ──Next──▶ extract.Chunk (whole records) ──Reader──▶ Fields, or a Reject
//
// The grammar is RFC 4180 with three decisions. A quote opens a quoted field only as the field's first byte; anywhere
// else in an unquoted field it is data. Text after a closing quote makes the record malformed, and the record ends
// where it would end had the text been unquoted. A quote that is not closed before the end of the object, or within
// MaxRecord bytes, costs the record up to the end of the line on which it was opened; reading resumes at the next line,
// so one stray quote never swallows the rest of an object.
//
// It promises that the records do not depend on where chunks are cut, that every byte of the object belongs to the
// header, a record, a reject or a blank line, and that no input makes it panic. What encoding/csv accepts in its strict
// mode has the same fields here (a fuzz test holds it to that).
//
// Lines end in LF or CRLF, or in CR alone when the header does. Blank lines are skipped. A line `sep=;` before the
// header, as Excel writes it, names the delimiter.
package csvscan
