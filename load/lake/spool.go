package lake

import "context"

// Spool collects the row groups of one input object and makes its files. It serves one goroutine.
type Spool struct{}

// NewSpool returns a spool that holds up to memory bytes and the rest in a temporary file in dir ("" is the system's).
func NewSpool(dir string, memory int64) *Spool { return &Spool{} }

// Add appends row groups; calls must come in chunk order.
func (s *Spool) Add(groups []RowGroup) error { panic("being written") }

// Finish writes one file per (table, partition) into o and returns them in order of table and partition. Files that are there
// already are left as they are. Nothing refers to them before a manifest does.
func (s *Spool) Finish(ctx context.Context, o Objects) ([]Output, error) { panic("being written") }

// Close releases the spool and its temporary file.
func (s *Spool) Close() error { return nil }
