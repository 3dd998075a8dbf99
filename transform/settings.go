package transform

import (
	"time"

	"waymark/internal/fault"
	"waymark/transform/journey"
	"waymark/transform/privacy"
)

// Settings are what a Finisher needs to know about the object whose records it finishes.
type Settings struct {
	Source   string // configured source name
	System   string
	Export   string
	Object   string         // the object's URI, for rejects
	Modified int64          // the object's time in µs: the version of records that carry none
	Key      []byte         // key of the pseudonyms, at least privacy.MinKey bytes
	Location *time.Location // reporting time zone; nil is UTC
	Rules    *journey.Rules // nil is journey.Default()
	Currency string         // of amounts that carry none
	Country  string         // ISO 3166 alpha-2 of national phone numbers, where the row does not say
}

// Check reports what makes s unusable.
func (s *Settings) Check() error {
	if s.System == "" || s.Export == "" {
		return fault.New(fault.Internal, "transform settings: system and export must be set")
	}
	_, err := privacy.NewKeyer(s.Key)
	return err
}

// Counts is what passed through a Finisher since its last Reset.
type Counts struct {
	Records int64 // records read from the source
	Rows    int64 // rows finished, of every table but reject
	Rejects int64 // records rejected, in whole or in part; a record may have more than one row in the reject table
}
