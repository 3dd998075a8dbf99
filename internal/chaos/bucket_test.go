//go:build linux

package chaos

import (
	"bytes"
	"context"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"waymark/extract/store"
	"waymark/internal/object"
)

// The versions of the accounts: those of the older one are not in the final one, so that partitions are to be dropped.
const (
	final = iota
	older
)

func (w *world) accounts(version int) []byte {
	data, err := os.ReadFile(filepath.Join(w.waves[1], account))
	if err != nil {
		panic(err) // this test wrote it
	}
	if version == older {
		return bytes.ReplaceAll(lines(data, 4), []byte("001Tn"), []byte("001Tm"))
	}
	return data
}

// deliver puts every export below dir into the bucket.
func (l *lane) deliver(dir string) {
	l.t.Helper()
	names, err := exportNames(dir)
	l.must(err)
	for _, name := range names {
		l.put(name, l.read(dir, name))
	}
}

func (l *lane) read(dir, name string) []byte {
	l.t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	l.must(err)
	return data
}

// put stores one export. Its time is later when it is what it is to be in the end, and else follows from its content:
// records that carry no version take it as theirs, so the same exports must have the same times, in whatever order
// they come.
func (l *lane) put(name string, data []byte) {
	l.t.Helper()
	h := fnv.New32()
	_, _ = h.Write(data)
	at := time.Duration(h.Sum32()%1_000_000) * time.Second
	if final, err := os.ReadFile(filepath.Join(l.waves[1], name)); err == nil && bytes.Equal(final, data) {
		at += 1_000_000 * time.Second
	}
	l.putAt(name, data, at)
}

// putAt stores one export as if that long after the epoch of these tests.
func (l *lane) putAt(name string, data []byte, after time.Duration) {
	l.t.Helper()
	bucket := l.bucket(exports)
	defer bucket.Close()
	_, err := bucket.Put(context.Background(), name, bytes.NewReader(data), int64(len(data)), object.Condition{})
	l.must(err)
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(after)
	l.must(os.Chtimes(filepath.Join(l.s3.Dir, exports, name), at, at))
}

// remove deletes one export.
func (l *lane) remove(name string) {
	l.t.Helper()
	bucket := l.bucket(exports)
	defer bucket.Close()
	l.must(bucket.Delete(context.Background(), name))
}

// bucket opens a bucket past the proxy.
func (l *lane) bucket(name string) store.Store {
	l.t.Helper()
	s, err := store.OpenRoot(context.Background(), "s3://"+name, store.S3Options{Endpoint: l.s3.Endpoint, Region: l.s3.Region, PathStyle: true})
	l.must(err)
	return s
}
