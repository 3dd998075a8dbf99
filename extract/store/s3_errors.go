package store

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// wrap gives an error of the SDK its kind and says in our words what it was about. A cancelled context stays what it is.
func (st *s3Store) wrap(action, key string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var known *fault.Error // from the credentials provider
	if errors.As(err, &known) {
		return fault.New(known.Kind, "%s %s: %w", action, st.URI(key), known)
	}
	switch kind, code := kindOf(err), errorCode(err); {
	case code == "NoSuchBucket":
		return fault.New(fault.NotFound, "%s %s: bucket %s does not exist", action, st.URI(key), st.bucket)
	case kind == fault.NotFound && codeKinds[code] == fault.NotFound, kind == fault.NotFound && code == "":
		return fault.New(fault.NotFound, "%s %s: it does not exist", action, st.URI(key))
	case kind == fault.Conflict && action == "read":
		return changed(st.URI(key))
	default:
		return fault.New(kind, "%s %s: %w", action, st.URI(key), brief{err})
	}
}

// wrapHead asks again with a listing when a HEAD request says 404: its answer has no body to tell a missing key from a
// missing bucket or user.
func (st *s3Store) wrapHead(ctx context.Context, key string, err error) error {
	if kindOf(err) == fault.NotFound {
		_, lerr := st.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
			Bucket: aws.String(st.bucket), Prefix: aws.String(st.prefix + key), MaxKeys: aws.Int32(1),
		})
		if lerr != nil && errorCode(lerr) != "AccessDenied" { // reading a key does not need the right to list
			err = lerr
		}
	}
	return st.wrap("stat", key, err)
}

// wrapPut knows that a write with IfMatch to an absent key is a lost condition.
func (st *s3Store) wrapPut(key string, cond object.Condition, err error) error {
	if code := errorCode(err); cond.IfMatch != "" && kindOf(err) == fault.NotFound && code != "NoSuchBucket" {
		return fault.New(fault.Conflict, "write %s: it does not exist any more", st.URI(key))
	}
	if kindOf(err) == fault.Conflict {
		return fault.New(fault.Conflict, "write %s: it exists already or was changed by another", st.URI(key))
	}
	return st.wrap("write", key, err)
}

// codeKinds says what S3's error codes mean; codes that are not here go by their HTTP status.
var codeKinds = map[string]fault.Kind{
	"NoSuchBucket": fault.NotFound, "NoSuchKey": fault.NotFound, "NoSuchVersion": fault.NotFound, "NotFound": fault.NotFound,
	"PreconditionFailed": fault.Conflict, "ConditionalRequestConflict": fault.Conflict, "OperationAborted": fault.Conflict,
	"AccessDenied": fault.Auth, "InvalidAccessKeyId": fault.Auth, "SignatureDoesNotMatch": fault.Auth, "ExpiredToken": fault.Auth,
	"InvalidToken": fault.Auth, "AllAccessDisabled": fault.Auth, "AccountProblem": fault.Auth, "RequestTimeTooSkewed": fault.Auth,
	"XAdminUserNotFound": fault.Auth, // versitygw's InvalidAccessKeyId, with status 404
	"SlowDown":           fault.Transient, "InternalError": fault.Transient, "ServiceUnavailable": fault.Transient, "RequestTimeout": fault.Transient,
	"Throttling": fault.Transient, "ThrottlingException": fault.Transient, "TooManyRequests": fault.Transient, "BadDigest": fault.Transient,
	"PermanentRedirect": fault.Invalid, "AuthorizationHeaderMalformed": fault.Invalid, "InvalidBucketName": fault.Invalid,
	"EntityTooLarge": fault.Invalid, "KeyTooLongError": fault.Invalid, "NotImplemented": fault.Invalid, "InvalidObjectState": fault.Invalid,
}

// kindOf classifies an error of the SDK: by S3's code, else by HTTP status; what never got an answer is Transient.
func kindOf(err error) fault.Kind {
	if kind, ok := codeKinds[errorCode(err)]; ok {
		return kind
	}
	var resp *awshttp.ResponseError
	if !errors.As(err, &resp) {
		var sent *smithy.OperationError
		var before *smithy.InvalidParamsError
		var serialize *smithy.SerializationError
		if errors.As(err, &before) || errors.As(err, &serialize) || !errors.As(err, &sent) {
			return fault.Internal
		}
		return fault.Transient
	}
	switch status := resp.HTTPStatusCode(); {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.Auth
	case status == http.StatusNotFound:
		return fault.NotFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return fault.Conflict
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return fault.Transient
	case status >= 300:
		return fault.Invalid
	}
	return fault.Transient // an answer that could not be read to its end
}

// errorCode returns S3's code, "" when there is none.
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// brief prints what the service or the network said, without the SDK's account of its own layers.
type brief struct{ error }

func (b brief) Unwrap() error { return b.error }

func (b brief) Error() string {
	var api smithy.APIError
	if errors.As(b.error, &api) {
		switch code := api.ErrorCode(); {
		case code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed":
			return code + ": the bucket is in another region; set s3.region"
		case api.ErrorMessage() != "":
			return code + ": " + api.ErrorMessage()
		default:
			return code
		}
	}
	var resp *awshttp.ResponseError
	if errors.As(b.error, &resp) && resp.HTTPStatusCode() != 0 {
		return resp.Err.Error()
	}
	inner := b.error
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		var op *smithy.OperationError
		if !errors.As(inner, &op) {
			break
		}
		inner = next
	}
	return inner.Error()
}
