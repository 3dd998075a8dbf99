package lake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// manifestReaders bounds how many manifests are read at once: a lake may have tens of thousands.
const manifestReaders = 32

// Lake reads and writes the documents of one lake. It holds no state and may be shared.
type Lake struct{ objects Objects }

// Open returns the lake in o.
func Open(o Objects) *Lake { return &Lake{objects: o} }

// OpenFile opens a data file by its key.
func (l *Lake) OpenFile(ctx context.Context, key string) (io.ReadCloser, error) {
	body, _, err := l.objects.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("open data file: %w", err)
	}
	return body, nil
}

// WriteManifest commits m. It may be repeated: an identical manifest that is already there is fine, another one is
// a Conflict (kind) and stays.
func (l *Lake) WriteManifest(ctx context.Context, m *Manifest) error {
	data, err := m.encode()
	if err != nil {
		return err
	}
	etag, err := l.swap(ctx, m.Key(), data, object.Condition{IfAbsent: true})
	if err != nil {
		return fmt.Errorf("write manifest %s: %w", m.Key(), err)
	}
	m.ETag = etag
	return nil
}

// ReplaceManifest puts m, made by newer code or configuration, in place of the manifest that was read with m.ETag.
// It is a Conflict (kind) when that changed meanwhile.
func (l *Lake) ReplaceManifest(ctx context.Context, m *Manifest) error {
	if m.ETag == "" {
		return fault.New(fault.Internal, "replace manifest %s: it was not read", m.Key())
	}
	data, err := m.encode()
	if err != nil {
		return err
	}
	etag, err := l.swap(ctx, m.Key(), data, object.Condition{IfMatch: m.ETag})
	if err != nil {
		return fmt.Errorf("replace manifest %s: %w", m.Key(), err)
	}
	m.ETag = etag
	return nil
}

// Manifests returns every manifest of source in key order. One that cannot be read fails the call.
func (l *Lake) Manifests(ctx context.Context, source string) ([]Manifest, error) {
	good, broken, err := l.ReadableManifests(ctx, source)
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("read manifest: %w", corrupt(broken[0]))
	}
	if err != nil {
		return nil, err
	}
	return good, nil
}

// listManifests lists the manifests of source in key order.
func (l *Lake) listManifests(ctx context.Context, source string) ([]object.Info, error) {
	var found []object.Info
	err := l.objects.List(ctx, manifestPrefix(source), func(info object.Info) error {
		if strings.HasSuffix(info.Key, ".json") {
			found = append(found, info)
		}
		return nil
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("list manifests of %s: %w", source, err)
	}
	slices.SortFunc(found, func(a, b object.Info) int { return strings.Compare(a.Key, b.Key) })
	return found, nil
}

func (l *Lake) readManifest(ctx context.Context, key string, m *Manifest) error {
	data, info, err := l.get(ctx, key)
	if err != nil {
		return fmt.Errorf("read manifest: %w", err)
	}
	if err := decodeDocument(key, data, ManifestFormat, m); err != nil {
		return fmt.Errorf("read manifest: %w", err)
	}
	if m.check() != nil || m.keyIs(key) != nil {
		return fmt.Errorf("read manifest: %w", corrupt(key))
	}
	m.ETag = info.ETag
	return nil
}

func (m *Manifest) encode() ([]byte, error) {
	m.Format = ManifestFormat
	if err := m.check(); err != nil {
		return nil, err
	}
	return encodeDocument(m)
}
