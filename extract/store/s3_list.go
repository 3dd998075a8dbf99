package store

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"waymark/internal/object"
)

// List skips keys that end in a slash: consoles and file gateways make such empty objects to stand for directories.
func (st *s3Store) List(ctx context.Context, prefix string, yield func(object.Info) error) error {
	pages := s3.NewListObjectsV2Paginator(st.client, &s3.ListObjectsV2Input{
		Bucket: aws.String(st.bucket), Prefix: aws.String(st.prefix + prefix),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, func(o *s3.Options) { o.APIOptions = append(o.APIOptions, readPages) })
		if err != nil {
			return st.wrap("list", prefix, err)
		}
		for i := range page.Contents {
			o := &page.Contents[i]
			key, inside := strings.CutPrefix(aws.ToString(o.Key), st.prefix)
			if !inside || key == "" || strings.HasSuffix(key, "/") {
				continue
			}
			if err := yield(object.Info{
				Key: key, Size: aws.ToInt64(o.Size), ETag: aws.ToString(o.ETag), Modified: aws.ToTime(o.LastModified).UTC(),
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *s3Store) Stat(ctx context.Context, key string) (object.Info, error) {
	out, err := st.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(st.bucket), Key: aws.String(st.prefix + key)})
	if err != nil {
		return object.Info{}, st.wrapHead(ctx, key, err)
	}
	return object.Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag),
		VersionID: version(out.VersionId), Modified: aws.ToTime(out.LastModified).UTC(),
	}, nil
}

// Delete of an absent key succeeds in S3 too; some compatible services say NoSuchKey.
func (st *s3Store) Delete(ctx context.Context, key string) error {
	_, err := st.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(st.bucket), Key: aws.String(st.prefix + key)})
	if err == nil || errorCode(err) == "NoSuchKey" {
		return nil
	}
	return st.wrap("delete", key, err)
}

// version returns the version id; "null" is S3's name for the only version of an unversioned object.
func version(id *string) string {
	if v := aws.ToString(id); v != "null" {
		return v
	}
	return ""
}
