// Package privacy makes personal data unreadable before it leaves the process: identifiers become keyed pseudonyms
// and rejected records are masked.
//
//	raw identifier ──normalise──▶ canonical text ──HMAC-SHA-256(key)──▶ 16 bytes
//
// It promises that equal identifiers give equal pseudonyms whatever their spelling (case, spaces, punctuation of a
// phone number), that different kinds and name spaces never meet, that nobody without the key can go back, and that a
// masked record keeps its shape and nothing else.
package privacy
