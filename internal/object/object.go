// Package object names what an object store deals in. It is a leaf: extract/store implements stores over these types,
// the lake consumes them.
package object

import "time"

// Info describes one stored object. Identity is key + VersionID, or key + ETag + Size where there are no versions.
type Info struct {
	Key       string
	Size      int64 // stored bytes
	ETag      string
	VersionID string // "" when the store keeps no versions
	Modified  time.Time
}

// Condition makes a write conditional; the zero value writes always.
type Condition struct {
	IfAbsent bool   // only when the key does not exist (If-None-Match: *)
	IfMatch  string // only when the current ETag equals this one
}
