package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"waymark/internal/sampledata"
)

// seed of every export, so that figures of different days are about the same bytes.
const seed = 1

// export is one bulk export on disk.
type export struct {
	Dir   string // holds the files as sampledata names them
	Files []string
	Bytes int64
}

// bulkExport returns a bulk export of the cache, made when it is not there.
func bulkExport(ctx context.Context, cache string, kind sampledata.Bulk, size float64) (export, error) {
	dir := filepath.Join(cache, fmt.Sprintf("%s-seed%d-size%g", kind, seed, size))
	return cached(dir, func(put sampledata.Put) error {
		return sampledata.GenerateBulk(ctx, kind, sampledata.BulkOptions{Seed: seed, Size: size}, put)
	})
}

// cached returns the export in dir. It is complete when its directory has its final name.
func cached(dir string, make func(sampledata.Put) error) (export, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		part := dir + ".part"
		if err := os.RemoveAll(part); err != nil {
			return export{}, err
		}
		fmt.Fprintf(os.Stderr, "making %s ...\n", filepath.Base(dir))
		if err := make(sampledata.Directory(part)); err != nil {
			return export{}, err
		}
		if err := dated(part); err != nil {
			return export{}, err
		}
		if err := os.Rename(part, dir); err != nil {
			return export{}, err
		}
	}
	e := export{Dir: dir}
	err := eachFile(dir, func(path string, info fs.FileInfo) error {
		e.Files, e.Bytes = append(e.Files, path), e.Bytes+info.Size()
		return nil
	})
	return e, err
}

// exportedAt is the time of every file: it becomes the version of records that carry none.
var exportedAt = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func dated(dir string) error {
	return eachFile(dir, func(path string, _ fs.FileInfo) error { return os.Chtimes(path, exportedAt, exportedAt) })
}

func eachFile(dir string, do func(path string, info fs.FileInfo) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return do(path, info)
	})
}

// warm reads the files once, so that no engine pays for the disk.
func (e export) warm() error {
	for _, name := range e.Files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
