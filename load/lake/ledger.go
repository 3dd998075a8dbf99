package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// LedgerFormat is the version of ledgers this code writes and the newest it reads.
const LedgerFormat = 1

// Ledger says what a warehouse holds: one entry per published partition, keyed "<table>/<partition>".
// Fields are declared in the order of their JSON names.
type Ledger struct {
	Epoch      int64            `json:"epoch"` // of the publisher that wrote it last
	Format     int              `json:"format"`
	Intents    []Intent         `json:"intents,omitempty"` // publishes of one batch that were begun and not recorded as done
	Partitions map[string]Entry `json:"partitions"`
}

// Entry is the published state of one partition.
type Entry struct {
	Files       string `json:"files"`      // FileSet of the data files it was built from
	Generation  int64  `json:"generation"` // grows by one with every publish
	HashSum     uint64 `json:"hash_sum,string"`
	Mark        string `json:"mark,omitempty"`         // of the warehouse's files when rows and hash sum were last seen to be these
	PublishedAt int64  `json:"published_at,omitempty"` // µs; for people only, 0 when an earlier version published it
	Rows        int64  `json:"rows"`
}

// Intent is written, with those of its whole batch, before the first partition is replaced, so that a crash in between is seen and repaired.
type Intent struct {
	Epoch     int64  `json:"epoch"`
	Files     string `json:"files"`
	HashSum   uint64 `json:"hash_sum,string"`
	Partition string `json:"partition"` // "<table>/<partition>"; with Staging it tells what to replay
	Rows      int64  `json:"rows"`
	Staging   string `json:"staging"` // staging table; "" when the partition is dropped
}

// FileSet digests a set of data file keys: equal sets, in any order, give equal digests; the empty set gives "".
func FileSet(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(keys)))
	h := sha256.New()
	for _, key := range sorted {
		h.Write([]byte(key))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReadLedger returns the named ledger and its ETag; an absent one is empty and has ETag "".
func (l *Lake) ReadLedger(ctx context.Context, name string) (Ledger, string, error) {
	key, err := ledgerKey(name)
	if err != nil {
		return Ledger{}, "", err
	}
	data, info, err := l.get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return Ledger{Format: LedgerFormat, Partitions: map[string]Entry{}}, "", nil
	}
	if err != nil {
		return Ledger{}, "", fmt.Errorf("read ledger %s: %w", name, err)
	}
	var ledger Ledger
	if err := decodeDocument(key, data, LedgerFormat, &ledger); err != nil {
		return Ledger{}, "", fmt.Errorf("read ledger %s: %w", name, err)
	}
	if ledger.Partitions == nil {
		ledger.Partitions = map[string]Entry{}
	}
	return ledger, info.ETag, nil
}

// SwapLedger writes ledger if the stored one still has etag ("" means absent) and returns the new ETag.
// It is a Conflict (kind) when someone else wrote in between.
func (l *Lake) SwapLedger(ctx context.Context, name string, ledger Ledger, etag string) (string, error) {
	key, err := ledgerKey(name)
	if err != nil {
		return "", err
	}
	ledger.Format = LedgerFormat
	if ledger.Partitions == nil {
		ledger.Partitions = map[string]Entry{}
	}
	data, err := encodeDocument(ledger)
	if err != nil {
		return "", err
	}
	next, err := l.swap(ctx, key, data, object.Condition{IfAbsent: etag == "", IfMatch: etag})
	if err != nil {
		return "", fmt.Errorf("swap ledger %s: %w", name, err)
	}
	return next, nil
}

func ledgerKey(name string) (string, error) {
	if err := checkSource(name); err != nil {
		return "", fault.New(fault.Invalid, "ledger name %q cannot be part of a path", name)
	}
	return "ledger/" + name + ".json", nil
}
