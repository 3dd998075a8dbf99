package store

import (
	"context"
	"io"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// Store holds objects under string keys. Keys are slash-separated and relative to the store's root (the bucket, the
// prefix in it, or the directory). Methods may be called from many goroutines.
type Store interface {
	// List yields every object whose key starts with prefix, in the byte order of keys; an error of yield ends it. The
	// ETag of a large object is "" where knowing it means reading the object: Stat does so, unless Open read it to its end.
	List(ctx context.Context, prefix string, yield func(object.Info) error) error
	// Stat describes the current version of key.
	Stat(ctx context.Context, key string) (object.Info, error)
	// Get opens the current version of key and describes it.
	Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error)
	// Open opens the version that info names; Conflict when the object is another one by now. An info with a key only
	// opens the current version.
	Open(ctx context.Context, info object.Info) (io.ReadCloser, error)
	// ReadAt reads stored bytes as io.ReaderAt does, from the version that info names.
	ReadAt(ctx context.Context, info object.Info, p []byte, off int64) (int, error)
	// Put writes the size bytes of body, from its start; Conflict when cond does not hold. A write whose answer was lost
	// on the way is tried again and can then find its own object there: on Conflict compare the content.
	Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error)
	// Delete removes key; an absent key is fine.
	Delete(ctx context.Context, key string) error
	// URI names key for people and manifests: s3://bucket/key, or the file's path.
	URI(key string) string
	// Close gives back what the store holds; readers must be closed before.
	Close() error
}

// Open opens the store that loc's keys live in, to read from: a missing directory is NotFound.
func Open(ctx context.Context, loc Location, opt S3Options) (Store, error) {
	if loc.Scheme == SchemeFile {
		return OpenDir(loc.Dir)
	}
	opt.Bucket, opt.Prefix = loc.Bucket, ""
	return OpenS3(ctx, opt)
}

// OpenRoot opens the place itself as the root of a store, to read and write: keys are relative to s3://bucket/prefix, or
// to the directory, which is created when it is absent.
func OpenRoot(ctx context.Context, place string, opt S3Options) (Store, error) {
	loc, err := ParseLocation(place)
	if err != nil {
		return nil, err
	}
	if loc.Glob() {
		return nil, fault.New(fault.Invalid, "location %s: a pattern cannot be written to", place)
	}
	if loc.Scheme == SchemeFile {
		return CreateDir(loc.path())
	}
	opt.Bucket, opt.Prefix = loc.Bucket, loc.Prefix
	return OpenS3(ctx, opt)
}

// checkBody makes sure that body holds size bytes, and rewinds it.
func checkBody(body io.ReadSeeker, size int64) error {
	end, err := body.Seek(0, io.SeekEnd)
	if err != nil {
		return fault.New(fault.Internal, "measure body: %w", err)
	}
	if end != size {
		return fault.New(fault.Internal, "body has %d bytes, not %d", end, size)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return fault.New(fault.Internal, "rewind body: %w", err)
	}
	return nil
}

// fullRead reads as io.ReaderAt promises: io.EOF when p reaches past the end of the object.
func fullRead(r io.Reader, p []byte, short bool) (int, error) {
	n, err := io.ReadFull(r, p)
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}
