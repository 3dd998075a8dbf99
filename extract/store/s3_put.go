package store

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"waymark/internal/fault"
	"waymark/internal/object"
)

func (st *s3Store) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	if key == "" {
		return object.Info{}, fault.New(fault.Invalid, "write %s: the key is empty", st.URI(key))
	}
	if err := checkBody(body, size); err != nil {
		return object.Info{}, err
	}
	if size > st.part {
		return st.putParts(ctx, key, body, size, cond)
	}
	in := &s3.PutObjectInput{
		Bucket: aws.String(st.bucket), Key: aws.String(st.prefix + key), Body: body, ContentLength: aws.Int64(size),
	}
	in.IfNoneMatch, in.IfMatch = conditions(cond)
	out, err := st.client.PutObject(ctx, in)
	if err != nil {
		return object.Info{}, st.wrapPut(key, cond, err)
	}
	return object.Info{
		Key: key, Size: size, ETag: aws.ToString(out.ETag), VersionID: version(out.VersionId), Modified: time.Now().UTC(),
	}, nil
}

// conditions returns the headers for If-None-Match and If-Match.
func conditions(cond object.Condition) (ifNoneMatch, ifMatch *string) {
	if cond.IfAbsent {
		ifNoneMatch = aws.String("*")
	}
	if cond.IfMatch != "" {
		ifMatch = aws.String(cond.IfMatch)
	}
	return ifNoneMatch, ifMatch
}

// putParts uploads a large object in parts. The condition is checked when the parts become an object; whatever goes
// wrong before, the parts are removed.
func (st *s3Store) putParts(ctx context.Context, key string, body io.ReadSeeker, size int64, cond object.Condition) (object.Info, error) {
	created, err := st.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: aws.String(st.bucket), Key: aws.String(st.prefix + key),
	})
	if err != nil {
		return object.Info{}, st.wrapPut(key, cond, err)
	}
	up := &upload{st: st, key: aws.String(st.prefix + key), id: created.UploadId}
	parts, err := up.parts(ctx, body, size)
	var out *s3.CompleteMultipartUploadOutput
	if err == nil {
		in := &s3.CompleteMultipartUploadInput{
			Bucket: aws.String(st.bucket), Key: up.key, UploadId: up.id,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		}
		in.IfNoneMatch, in.IfMatch = conditions(cond)
		out, err = st.client.CompleteMultipartUpload(ctx, in)
	}
	if err != nil {
		up.abort(ctx)
		return object.Info{}, st.wrapPut(key, cond, err)
	}
	return object.Info{
		Key: key, Size: size, ETag: aws.ToString(out.ETag), VersionID: version(out.VersionId), Modified: time.Now().UTC(),
	}, nil
}

// upload is one multipart upload.
type upload struct {
	st  *s3Store
	key *string
	id  *string
}

// parts uploads every part, several at a time where body can be read at any place.
func (u *upload) parts(ctx context.Context, body io.ReadSeeker, size int64) ([]types.CompletedPart, error) {
	length := max(u.st.part, (size+maxParts-1)/maxParts)
	parts := make([]types.CompletedPart, (size+length-1)/length)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1)
	at, ok := body.(io.ReaderAt)
	if ok {
		g.SetLimit(partUploads)
	} else {
		at = &seekerAt{r: body}
	}
	for i := range parts {
		g.Go(func() error {
			off := int64(i) * length
			n := min(length, size-off)
			out, err := u.st.client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: aws.String(u.st.bucket), Key: u.key, UploadId: u.id, PartNumber: aws.Int32(int32(i + 1)),
				Body: io.NewSectionReader(at, off, n), ContentLength: aws.Int64(n),
			})
			if err != nil {
				return err
			}
			parts[i] = types.CompletedPart{
				PartNumber: aws.Int32(int32(i + 1)), ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32,
				ChecksumCRC32C: out.ChecksumCRC32C, ChecksumCRC64NVME: out.ChecksumCRC64NVME,
			}
			return nil
		})
	}
	return parts, g.Wait()
}

// abort removes the parts, also when ctx is over: forgotten parts cost money and no listing shows them.
func (u *upload) abort(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_, _ = u.st.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: aws.String(u.st.bucket), Key: u.key, UploadId: u.id,
	})
}

// seekerAt reads a plain ReadSeeker at any place, one caller at a time.
type seekerAt struct {
	mu sync.Mutex
	r  io.ReadSeeker
}

func (s *seekerAt) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
