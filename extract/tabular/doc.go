// Package tabular reads records whose fields the configuration names: lines of a CSV or objects of JSON alike, mapped by
// the source's `fields:` to the names that an export knows.
//
//	object ──Open──▶ CSV or JSON, by its first byte ──▶ Layout: header or key → name ──Reader──▶ Fields by slot
//
// A header or key that already is one of the names (case, spaces, underscores and hyphens aside) needs no mapping; a
// system whose headers are fixed has a Preset, which `fields:` overrides. A member of a nested object is named by its
// path: customer.email.
//
// It promises what its two scanners do: no allocation per record, chunks cut by content alone, no panic whatever the
// bytes. With GroupBy it promises too that rows which stand together and have one key come in one chunk.
package tabular
