package lake

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// A pack is a copy of all manifests of one source in one object, so that a run over a hundred thousand objects does not
// read a hundred thousand documents. It is a cache and nothing else: the listing says which manifests there are, and a
// packed one counts only while its ETag is the listed one. It may be deleted, damaged or old.
//
// It is zstd of a first line with the format, then the manifests with their keys and ETags, sorted by key, as encoding/gob writes them:
// read three times as fast as JSON.

// packFormat is raised when what follows means something else; another one is no pack.
const packFormat = "waymark pack 2\n"

func packKey(source string) string { return "packs/" + source + ".zst" }

// PackManifests writes the pack of a source anew. Its manifests are as ReadableManifests gave them.
func (l *Lake) PackManifests(ctx context.Context, source string, manifests []Manifest) error {
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	_, _ = io.WriteString(w, packFormat) // its errors come back from Close
	order := slices.Clone(manifests)
	for i := range order {
		order[i].Format, order[i].Stored = ManifestFormat, order[i].Key()
	}
	slices.SortFunc(order, byKey)
	out := gob.NewEncoder(w)
	for i := range order {
		if err := out.Encode(&order[i]); err != nil {
			return fmt.Errorf("pack manifests: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	if _, err := l.objects.Put(ctx, packKey(source), bytes.NewReader(buf.Bytes()), int64(buf.Len()), object.Condition{}); err != nil {
		return fmt.Errorf("pack manifests: %w", err)
	}
	return nil
}

// unpack returns the packed manifests in order of their keys; none when the pack cannot be read to its end.
func (l *Lake) unpack(ctx context.Context, source string) ([]Manifest, error) {
	body, _, err := l.objects.Get(ctx, packKey(source))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read pack of manifests: %w", err)
	}
	defer func() { _ = body.Close() }() // it was only read
	r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil, nil
	}
	defer r.Close()
	from := bufio.NewReader(r)
	if format, err := from.ReadString('\n'); err != nil || format != packFormat {
		return nil, nil
	}
	var out []Manifest
	names, in := interner{}, gob.NewDecoder(from)
	for {
		var m Manifest
		switch err := in.Decode(&m); {
		case errors.Is(err, io.EOF): // and what was read is what was written, by zstd's checksum
			return out, nil
		case err != nil:
			return nil, nil
		}
		if m.ETag != "" && m.Format == ManifestFormat && m.check() == nil && m.keyIs(m.Stored) == nil {
			names.manifest(&m)
			out = append(out, m)
		}
	}
}

// current moves those of the packed manifests that are as listed to the front and returns them, and what is listed besides. Both
// are in order of their keys.
func current(packed []Manifest, listed []object.Info) (same []Manifest, left []object.Info) {
	same = packed[:0]
	next := 0
	for _, info := range listed {
		for next < len(packed) && packed[next].Stored < info.Key {
			next++
		}
		if next < len(packed) && packed[next].Stored == info.Key && packed[next].ETag == info.ETag {
			same = append(same, packed[next])
			next++
		} else {
			left = append(left, info)
		}
	}
	return same, left
}

// interner keeps one copy of the words that manifests repeat.
type interner map[string]string

func (n interner) word(s *string) {
	if known, ok := n[*s]; ok {
		*s = known
		return
	}
	*s = strings.Clone(*s)
	n[*s] = *s
}

func (n interner) manifest(m *Manifest) {
	for _, s := range []*string{&m.Source, &m.System, &m.Export, &m.Status, &m.Fingerprint} {
		n.word(s)
	}
	for i := range m.Outputs {
		n.word(&m.Outputs[i].Table)
		n.word(&m.Outputs[i].Partition)
	}
}
