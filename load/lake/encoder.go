package lake

import "waymark/schemas"

// Encoder turns batches into row groups. It serves one goroutine and is meant to be reused.
type Encoder struct{}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder { return &Encoder{} }

// Encode sorts b by (partition, table sort order) and returns its row groups: at least one per partition, in order of
// partition. It does not keep or change b.
func (e *Encoder) Encode(b *schemas.Batch) ([]RowGroup, error) { panic("being written") }
