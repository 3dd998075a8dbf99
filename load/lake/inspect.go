package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/internal/object"
)

const (
	dataPrefix      = "data/"
	manifestsPrefix = "manifests/"
	// asidePrefix is where damaged documents are kept for people to look at; nothing reads them.
	asidePrefix = "aside/"
)

// Sources returns the names under which there are manifests, whether configured or not, sorted.
func (l *Lake) Sources(ctx context.Context) ([]string, error) {
	var names []string
	err := l.objects.List(ctx, manifestsPrefix, func(info object.Info) error {
		name, _, _ := strings.Cut(strings.TrimPrefix(info.Key, manifestsPrefix), "/")
		if n := len(names); n == 0 || names[n-1] != name {
			names = append(names, name)
		}
		return nil
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("list manifests: %w", err)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// ReadableManifests is Manifests for callers that can go on without the corrupt ones, whose keys it returns. One that
// a newer version wrote fails the call all the same.
func (l *Lake) ReadableManifests(ctx context.Context, source string) (good []Manifest, broken []string, err error) {
	read, err := l.ReadManifests(ctx, source)
	return read.Good, read.Corrupt, err
}

// ManifestSet is what ReadManifests found of a source.
type ManifestSet struct {
	Good     []Manifest // in key order
	Corrupt  []string   // keys of those that cannot be read
	Unpacked int        // how many were not in the pack and had to be read one by one
}

// ReadManifests is ReadableManifests that also says what the pack was worth.
func (l *Lake) ReadManifests(ctx context.Context, source string) (out ManifestSet, err error) {
	if err := checkSource(source); err != nil {
		return out, err
	}
	var listed []object.Info
	var packed []Manifest
	both, inBoth := errgroup.WithContext(ctx)
	both.Go(func() (err error) { listed, err = l.listManifests(inBoth, source); return err })
	both.Go(func() (err error) { packed, err = l.unpack(inBoth, source); return err })
	if err := both.Wait(); err != nil {
		return out, err
	}
	good, left := current(packed, listed)
	out.Good, out.Unpacked = good, len(left)
	err = l.readEach(ctx, left, &out)
	return out, err
}

// readEach adds manifests that are read one by one.
func (l *Lake) readEach(ctx context.Context, left []object.Info, to *ManifestSet) error {
	if len(left) == 0 {
		return nil
	}
	read, damaged := make([]Manifest, len(left)), make([]bool, len(left))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(manifestReaders)
	for i := range left {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := l.readManifest(ctx, left[i].Key, &read[i])
			if errors.Is(err, ErrCorrupt) {
				damaged[i] = true
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i := range read {
		if damaged[i] {
			to.Corrupt = append(to.Corrupt, left[i].Key)
		} else {
			to.Good = append(to.Good, read[i])
		}
	}
	slices.SortFunc(to.Good, byKey)
	return nil
}

// RemoveManifest takes m's effect back: its object counts as never read. Its data files become garbage. An absent
// manifest is fine.
func (l *Lake) RemoveManifest(ctx context.Context, m *Manifest) error {
	if err := l.objects.Delete(ctx, m.Key()); err != nil {
		return fmt.Errorf("remove manifest %s: %w", m.Key(), err)
	}
	return nil
}

// SetAside moves the document at key, which is damaged, to where nothing reads it and returns that place. An absent
// one is fine. It may be repeated.
func (l *Lake) SetAside(ctx context.Context, key string) (string, error) {
	place := asidePrefix + key
	data, _, err := l.get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return place, nil
	}
	if err == nil {
		_, err = l.objects.Put(ctx, place, bytes.NewReader(data), int64(len(data)), object.Condition{})
	}
	if err == nil {
		err = l.objects.Delete(ctx, key)
	}
	if err != nil {
		return "", fmt.Errorf("set %s aside: %w", key, err)
	}
	return place, nil
}

// DataFiles yields every data file, named by a manifest or not, in key order.
func (l *Lake) DataFiles(ctx context.Context, yield func(object.Info) error) error {
	err := l.objects.List(ctx, dataPrefix, yield)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("list data files: %w", err)
	}
	return nil
}

// RemoveFile deletes a data file; an absent one is fine. The caller knows that no manifest names it, or that it is to be
// written again.
func (l *Lake) RemoveFile(ctx context.Context, key string) error {
	if !strings.HasPrefix(key, dataPrefix) {
		return fault.New(fault.Internal, "remove %s: not a data file", key)
	}
	if err := l.objects.Delete(ctx, key); err != nil {
		return fmt.Errorf("remove data file %s: %w", key, err)
	}
	return nil
}
