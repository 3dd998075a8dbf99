package store

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pageReader reads the answers to ListObjectsV2 in place of the SDK, whose reader takes 20 µs for each object: with a hundred
// thousand of them that is more than anything else a run without news does. It knows the form that S3 and its compatibles write; any
// other answer, and any error, it leaves to the SDK's reader.
type pageReader struct {
	sdk middleware.DeserializeMiddleware
}

// readPages has the pages of a client's listings read by pageReader.
func readPages(stack *middleware.Stack) error {
	r := &pageReader{}
	replaced, err := stack.Deserialize.Swap(r.ID(), r)
	r.sdk = replaced
	return err
}

func (*pageReader) ID() string { return "OperationDeserializer" }

func (r *pageReader) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	answer, ok := out.RawResponse.(*smithyhttp.Response)
	if err == nil && ok && answer.StatusCode == http.StatusOK {
		body, bad := io.ReadAll(answer.Body)
		if bad == nil {
			if page := readPage(body); page != nil {
				out.Result = page
				_ = answer.Body.Close() // it was read to its end
				return out, metadata, nil
			}
		}
		answer.Body = replay{io.MultiReader(bytes.NewReader(body), failing{bad}), answer.Body}
	}
	return r.sdk.HandleDeserialize(ctx, in, middleware.DeserializeHandlerFunc(
		func(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
			return out, metadata, err
		}))
}

// replay is a body that was read before.
type replay struct {
	io.Reader
	io.Closer
}

// failing ends a body as it ended when it was read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

const pageEnd = "</ListBucketResult>"

// readPage reads what List needs of a page; nil is a page of an unknown form.
func readPage(body []byte) *s3.ListObjectsV2Output {
	rest := bytes.TrimSpace(body)
	if prolog, after, ok := bytes.Cut(rest, []byte("?>")); ok && bytes.HasPrefix(prolog, []byte("<?xml ")) {
		rest = after
		if bytes.Contains(prolog, []byte("encoding")) && !bytes.Contains(bytes.ToUpper(prolog), []byte(`"UTF-8"`)) {
			return nil
		}
	}
	head, rest, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(">"))
	if bytes.Contains(rest, []byte("<!")) || string(head) != "<ListBucketResult" && !bytes.HasPrefix(head, []byte("<ListBucketResult ")) || !bytes.HasSuffix(rest, []byte(pageEnd)) {
		return nil
	}
	x := elements{rest: rest[:len(rest)-len(pageEnd)]}
	page := &s3.ListObjectsV2Output{Contents: make([]types.Object, 0, bytes.Count(rest, []byte("<Contents>")))}
	for x.next() {
		switch {
		case x.is("Contents"):
			page.Contents = append(page.Contents, types.Object{})
			if !readObject(x.value, &page.Contents[len(page.Contents)-1]) {
				return nil
			}
		case x.is("IsTruncated"):
			page.IsTruncated = aws.Bool(string(x.value) == "true")
			x.odd = x.odd || !*page.IsTruncated && string(x.value) != "false"
		case x.is("NextContinuationToken"):
			page.NextContinuationToken = x.text()
		case x.is("EncodingType"):
			x.odd = x.odd || len(x.value) > 0
		}
	}
	if x.odd {
		return nil
	}
	return page
}

func readObject(content []byte, o *types.Object) bool {
	x := elements{rest: content}
	for x.next() {
		switch {
		case x.is("Key"):
			o.Key = x.text()
		case x.is("ETag"):
			o.ETag = x.text()
		case x.is("Size"):
			n, err := strconv.ParseInt(string(x.value), 10, 64)
			o.Size, x.odd = &n, x.odd || err != nil
		case x.is("LastModified"):
			at, err := time.Parse(time.RFC3339, string(x.value))
			o.LastModified, x.odd = &at, x.odd || err != nil
		}
	}
	return !x.odd && o.Key != nil
}

// elements takes the content of an element apart into the elements that it consists of.
type elements struct {
	rest        []byte
	name, value []byte // of the element; value is its content as it is written
	odd         bool   // there is something else than plain elements
}

// next goes to the next element, and reports false at the end.
func (x *elements) next() bool {
	x.rest = bytes.TrimLeft(x.rest, " \t\r\n")
	if len(x.rest) == 0 || x.odd {
		return false
	}
	head := bytes.IndexByte(x.rest, '>')
	if x.rest[0] != '<' || head < 2 {
		x.odd = true
		return false
	}
	x.name, x.rest, x.value = x.rest[1:head], x.rest[head+1:], nil
	if x.name[len(x.name)-1] == '/' {
		x.name = x.name[:len(x.name)-1]
	} else {
		x.content()
	}
	for _, b := range x.name {
		x.odd = x.odd || b|0x20 < 'a' || b|0x20 > 'z'
	}
	return !x.odd
}

// content goes to behind the end of the element that began. None in a listing holds one of its own name.
func (x *elements) content() {
	end := 0
	for {
		at := bytes.Index(x.rest[end:], []byte("</"))
		if at < 0 {
			x.odd = true
			return
		}
		end += at
		if after, ok := bytes.CutPrefix(x.rest[end+2:], x.name); ok && len(after) > 0 && after[0] == '>' {
			x.value, x.rest = x.rest[:end], after[1:]
			return
		}
		end += 2
	}
}

// is reports the element's name; the SDK takes any case.
func (x *elements) is(name string) bool { return strings.EqualFold(string(x.name), name) }

// text is the value of an element that holds text alone.
func (x *elements) text() *string {
	x.odd = x.odd || bytes.IndexByte(x.value, '<') >= 0 || bytes.ContainsFunc(x.value, unicode.IsControl) || !utf8.Valid(x.value)
	before, rest, escaped := bytes.Cut(x.value, []byte("&"))
	text := append(make([]byte, 0, len(x.value)), before...)
	for escaped {
		name, after, _ := bytes.Cut(rest, []byte(";"))
		char, ok := entities[string(name)]
		x.odd = x.odd || !ok
		before, rest, escaped = bytes.Cut(after, []byte("&"))
		text = append(append(text, char), before...)
	}
	out := string(text)
	return &out
}

// entities are those that every XML has, and the numbers that Go writes for quotes; a text with others is odd.
var entities = map[string]byte{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "#34": '"', "#39": '\''}
