package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// progress is how many bytes must have come over one connection for its loss to count as the first one again.
const progress = 256 << 10

func (st *s3Store) Get(ctx context.Context, key string) (io.ReadCloser, object.Info, error) {
	r := &s3Reader{st: st, ctx: ctx, info: object.Info{Key: key}, end: -1}
	if err := r.connect(); err != nil {
		return nil, object.Info{}, err
	}
	return r, r.info, nil
}

func (st *s3Store) Open(ctx context.Context, info object.Info) (io.ReadCloser, error) {
	r := &s3Reader{st: st, ctx: ctx, info: info, end: -1}
	if err := r.connect(); err != nil {
		return nil, err
	}
	return r, nil
}

func (st *s3Store) ReadAt(ctx context.Context, info object.Info, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fault.New(fault.Internal, "read %s: negative offset", st.URI(info.Key))
	}
	if len(p) == 0 {
		return 0, nil
	}
	if off >= info.Size {
		return 0, io.EOF
	}
	short := off+int64(len(p)) > info.Size
	if short {
		p = p[:info.Size-off]
	}
	r := &s3Reader{st: st, ctx: ctx, info: info, off: off, end: off + int64(len(p))}
	if err := r.connect(); err != nil {
		return 0, err
	}
	defer r.disconnect()
	return fullRead(r, p, short)
}

// s3Reader reads one version of an object and connects again where a connection broke off.
type s3Reader struct {
	st   *s3Store
	ctx  context.Context // of the Open call, which bounds the reader's life
	info object.Info
	off  int64 // next byte of the object
	end  int64 // where to stop; -1 is the end of the object

	body   io.ReadCloser
	cancel context.CancelFunc
	watch  *time.Timer // ends a connection that has gone silent
	since  int64       // off when the connection began
	failed int         // connections lost without progress between them
}

// connect asks for the rest of the object; the first time it also learns what the object is.
func (r *s3Reader) connect() error {
	ctx, cancel := context.WithCancel(r.ctx)
	in := &s3.GetObjectInput{Bucket: aws.String(r.st.bucket), Key: aws.String(r.st.prefix + r.info.Key)}
	if r.info.VersionID != "" {
		in.VersionId = aws.String(r.info.VersionID)
	}
	if r.info.ETag != "" {
		in.IfMatch = aws.String(r.info.ETag)
	}
	switch {
	case r.end >= 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", r.off, r.end-1))
	case r.off > 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", r.off))
	}
	out, err := r.st.client.GetObject(ctx, in)
	if err != nil {
		cancel()
		return r.st.wrap("read", r.info.Key, err)
	}
	if r.info.ETag == "" && in.Range == nil {
		r.info = object.Info{
			Key: r.info.Key, Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag),
			VersionID: version(out.VersionId), Modified: aws.ToTime(out.LastModified).UTC(),
		}
	}
	if in.Range != nil && out.ContentRange == nil { // a service without ranges would start again from the first byte
		out.Body.Close()
		cancel()
		return fault.New(fault.Internal, "read %s: the service ignores ranges", r.st.URI(r.info.Key))
	}
	r.body, r.cancel, r.since = out.Body, cancel, r.off
	r.watch = time.AfterFunc(r.st.stall, cancel)
	return nil
}

func (r *s3Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if r.body == nil {
			if r.complete() {
				return 0, io.EOF
			}
			if err := r.connect(); err != nil {
				return 0, err
			}
		}
		r.watch.Reset(r.st.stall)
		n, err := r.body.Read(p)
		r.off += int64(n)
		if err == nil {
			return n, nil
		}
		r.disconnect()
		if errors.Is(err, io.EOF) && r.complete() {
			err = nil
		}
		if err != nil {
			err = r.retry(err)
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// complete reports whether every byte asked for has come.
func (r *s3Reader) complete() bool {
	if r.end >= 0 {
		return r.off >= r.end
	}
	return r.off >= r.info.Size
}

// retry waits before the next connection, or says that there will be none.
func (r *s3Reader) retry(cause error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.off-r.since >= progress {
		r.failed = 0
	}
	r.failed++
	if r.failed >= r.st.attempts {
		return fault.New(fault.Transient, "read %s: the connection broke %d times at byte %d: %w",
			r.st.URI(r.info.Key), r.failed, r.off, cause)
	}
	return pause(r.ctx, backoff(r.failed))
}

func (r *s3Reader) disconnect() {
	if r.body == nil {
		return
	}
	r.watch.Stop()
	r.cancel() // before Close, which would else read the rest of a long body to keep the connection
	_ = r.body.Close()
	r.body = nil
}

func (r *s3Reader) Close() error {
	r.disconnect()
	return nil
}
