package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"waymark/internal/fault"
	"waymark/internal/object"
)

func (d *dirStore) List(ctx context.Context, prefix string, yield func(object.Info) error) error {
	dir := strings.TrimSuffix(prefix[:strings.LastIndexByte(prefix, '/')+1], "/")
	if dir == "" {
		return d.list(ctx, ".", prefix, yield)
	}
	if !fs.ValidPath(dir) {
		return nil // no key looks like that
	}
	return d.list(ctx, dir, prefix, yield)
}

// entry is one name in a directory; its sort key puts directories where their contents belong in the order of keys.
type entry struct {
	sort string
	key  string
	dir  bool
}

// list walks dir, a path in the root. Directories behind symbolic links are not entered: that is how loops arise.
func (d *dirStore) list(ctx context.Context, dir, prefix string, yield func(object.Info) error) error {
	entries, err := d.entries(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case e.dir && (strings.HasPrefix(e.sort, prefix) || strings.HasPrefix(prefix, e.sort)):
			err = d.list(ctx, e.key, prefix, yield)
		case !e.dir && strings.HasPrefix(e.key, prefix):
			err = d.yieldFile(ctx, e.key, yield)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *dirStore) entries(dir string) ([]entry, error) {
	f, err := d.root.Open(filepath.FromSlash(dir))
	if err != nil {
		if dir != "." && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) {
			return nil, nil // the prefix asks for a place that is not there, or it has just been removed
		}
		return nil, dirError("list", d.URI(dir), err)
	}
	defer f.Close()
	found, err := f.ReadDir(-1)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return nil, nil
		}
		return nil, dirError("list", d.URI(dir), err)
	}
	entries := make([]entry, 0, len(found))
	for _, e := range found {
		key := e.Name()
		if dir != "." {
			key = dir + "/" + key
		}
		switch {
		case strings.HasPrefix(e.Name(), own):
		case e.IsDir():
			entries = append(entries, entry{sort: key + "/", key: key, dir: true})
		case e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0:
			entries = append(entries, entry{sort: key, key: key})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.sort, b.sort) })
	return entries, nil
}

// yieldFile passes on one file; one that vanished since the directory was read, or a link to nothing or to a directory,
// is no object.
func (d *dirStore) yieldFile(ctx context.Context, key string, yield func(object.Info) error) error {
	if !fs.ValidPath(key) {
		return fault.New(fault.Invalid, "list %s: a file's name is not UTF-8", d.dir)
	}
	info, err := d.glance(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return yield(info)
}
