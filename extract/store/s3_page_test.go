package store

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// answering is an HTTP client whose every answer has this body. The network is no part of what is tested here.
type answering struct{ body io.Reader }

func (a answering) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(a.body), Header: http.Header{}, Request: r}, nil
}

var pageClient = s3.New(s3.Options{Region: "eu", Credentials: aws.AnonymousCredentials{}, Retryer: aws.NopRetryer{}})

// listed is a page as the SDK reads it, or as List does.
func listed(t testing.TB, body io.Reader, own bool) (*s3.ListObjectsV2Output, error) {
	return pageClient.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("b")}, func(o *s3.Options) {
		o.HTTPClient = answering{body}
		if own {
			o.APIOptions = append(o.APIOptions, readPages)
		}
	})
}

// FuzzPage: what pageReader makes of a page is what the SDK makes of it.
func FuzzPage(f *testing.F) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`
	object := func(key string) string {
		return "<Contents><Key>" + key + `</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;9b2c&#34;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>17</Size><Owner><ID>1</ID><DisplayName>a</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>`
	}
	for _, page := range []string{
		head + "<Name>b</Name><Prefix>a/</Prefix><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b==</NextContinuationToken>" + object("a/1 &lt;ż&gt;") + "\n  " + object("a/&amp;lt;") + pageEnd,
		head + "<IsTruncated>false</IsTruncated><Prefix/>" + object("x") + "<CommonPrefixes><Prefix>y/</Prefix></CommonPrefixes>" + pageEnd,
		head + "<EncodingType>url</EncodingType>" + object("a%20b") + pageEnd, head + object("<![CDATA[a]]>") + pageEnd, head + object("a&#x41;b") + pageEnd,
		head + "<!-- none -->" + pageEnd, head + object("a") + "<Name><![CDATA[</Name><Name>]]></Name>" + pageEnd, `<?xml version="1.0" encoding="latin1"?><ListBucketResult>` + object("a") + pageEnd, head + object("a\nb") + pageEnd, head + object("a\xffb") + pageEnd, head + "<Contents><key>a</key><SIZE>x</SIZE></Contents>" + pageEnd,
		head + object("cut")[:40], "<Error><Code>SlowDown</Code></Error>", "", "<ListBucketResult/>", head + "<Contents/>" + pageEnd, head + "text" + pageEnd,
		head + `<Contents a="b"><Key>a</Key></Contents>` + pageEnd, head + "<Contents><Key>a</Key><Key>b</Key></Contents>" + pageEnd, head + "<IsTruncated>1</IsTruncated>" + pageEnd,
	} {
		f.Add(page)
	}
	f.Fuzz(func(t *testing.T, page string) {
		want, err := listed(t, strings.NewReader(page), false)
		got, gotErr := listed(t, strings.NewReader(page), true)
		if err != nil {
			return // what the SDK refuses, XML that is none, may be read all the same
		}
		if gotErr != nil {
			t.Fatalf("%v, the SDK reads it", gotErr)
		}
		same := cmp.Options{cmpopts.IgnoreFields(types.Object{}, "ChecksumAlgorithm", "ChecksumType", "Owner", "StorageClass", "RestoreStatus"), cmpopts.IgnoreUnexported(types.Object{}), cmpopts.EquateEmpty()}
		if d := cmp.Diff(want.Contents, got.Contents, same); d != "" {
			t.Error(d)
		}
		if aws.ToBool(want.IsTruncated) != aws.ToBool(got.IsTruncated) || aws.ToString(want.NextContinuationToken) != aws.ToString(got.NextContinuationToken) {
			t.Errorf("truncated %v, next %q; the SDK has %v, %q", aws.ToBool(got.IsTruncated), aws.ToString(got.NextContinuationToken), aws.ToBool(want.IsTruncated), aws.ToString(want.NextContinuationToken))
		}
	})
}

// A page of a real server is read here and not by the SDK, and one that breaks off is an error of reading, as it is there.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("testdata/page.xml")
	if err != nil {
		t.Fatal(err)
	}
	got := readPage(page)
	if got == nil || len(got.Contents) != 3 || !aws.ToBool(got.IsTruncated) || aws.ToString(got.Contents[2].Key) != "audits/000/000002.ndjson" {
		t.Fatalf("a page of versitygw: %+v", got)
	}
	_, want := listed(t, io.MultiReader(bytes.NewReader(page[:700]), failing{io.ErrUnexpectedEOF}), false)
	_, err = listed(t, io.MultiReader(bytes.NewReader(page[:700]), failing{io.ErrUnexpectedEOF}), true)
	if !errors.Is(err, io.ErrUnexpectedEOF) || want == nil || err.Error() != want.Error() {
		t.Errorf("a page that breaks off: %v, the SDK has %v", err, want)
	}
}

func BenchmarkPage(b *testing.B) {
	page, err := os.ReadFile("testdata/page.xml")
	if err != nil {
		b.Fatal(err)
	}
	from, to := bytes.Index(page, []byte("<Contents>")), bytes.LastIndex(page, []byte("</Contents>"))+len("</Contents>")
	page = bytes.Join([][]byte{page[:from], bytes.Repeat(page[from:to], 1000/3), page[to:]}, nil)
	for _, own := range []bool{false, true} {
		b.Run(map[bool]string{false: "SDK", true: "own"}[own], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := listed(b, bytes.NewReader(page), own); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
