// Package jsonscan reads JSON exports: a Stream cuts an object of any size into chunks of whole records, and a Cursor
// decodes the wanted fields of one record and skips the rest.
//
//	bytes ──NewStream──▶ extract.Chunk ──Records──▶ record, line, offset ──Cursor──▶ typed values
//
// The cursor is directed by its caller, who knows the schema:
//
//	c.Reset(record)
//	if c.Object() {
//		for c.NextKey() {
//			switch string(c.Key()) {
//			case "id":
//				id, _ = c.Int64()
//			default:
//				c.Skip()
//			}
//		}
//	}
//	if err := c.End(); err != nil { … reject … }
//
// A Memo remembers an object or array in one place of the record, for what repeats from one record to the next; a Chain the keys in
// the order in which they come, for exports of which the decoder reads most fields.
//
// It promises: no allocation per record, no reflection, no tree; malformed text is found in skipped parts too; of a
// key that comes twice the last value wins if the caller assigns as it goes. A record is accepted exactly when
// encoding/json accepts it, with these deliberate differences:
//
//   - nesting deeper than MaxDepth and text that is not UTF-8 are errors;
//   - keys match exactly, not regardless of case;
//   - the typed readers take numbers and bools from strings, and integers with a fraction of zeros.
package jsonscan
