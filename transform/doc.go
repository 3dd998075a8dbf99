// Package transform finishes draft rows: it fills what no source can know and takes away what must not go further.
//
//	schemas.Row ──▶ pseudonyms ─▶ event_id, day or bucket ─▶ stage, touchpoint, channel ─▶ row_hash ──▶ schemas.Batch
//	      └──────▶ a row that cannot be used ──▶ row of the reject table, its record masked
//
// It promises that a finished row depends on the draft and the Settings alone: not on the worker, the chunk, the order
// or the time; that no raw identifier, e-mail address or rejected value reaches a Batch; and that every value fits its
// column's type. It does no I/O, reads no clock and logs nothing.
//
// Text is kept as the source states it, with three exceptions: text that is not UTF-8 rejects the row; an e-mail
// address inside any text becomes "email:" and its pseudonym in hexadecimal; text longer than MaxText bytes is cut, or
// rejects the row when the column is part of the table's key.
package transform
