package store

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"waymark/internal/fault"
)

// answer is an error as the SDK builds it from an HTTP answer.
func answer(status int, code string) error {
	err := errors.New("no body")
	if code != "" {
		err = &smithy.GenericAPIError{Code: code, Message: "what the service says"}
	}
	return &smithy.OperationError{ServiceID: "S3", OperationName: "X", Err: &awshttp.ResponseError{
		RequestID: "r",
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
		},
	}}
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   fault.Kind
	}{
		{404, "NoSuchBucket", fault.NotFound}, {404, "NoSuchKey", fault.NotFound}, {404, "", fault.NotFound},
		{403, "AccessDenied", fault.Auth}, {403, "InvalidAccessKeyId", fault.Auth}, {403, "SignatureDoesNotMatch", fault.Auth},
		{403, "RequestTimeTooSkewed", fault.Auth}, {400, "ExpiredToken", fault.Auth}, {401, "", fault.Auth}, {403, "", fault.Auth},
		{412, "PreconditionFailed", fault.Conflict}, {409, "ConditionalRequestConflict", fault.Conflict}, {412, "", fault.Conflict},
		{503, "SlowDown", fault.Transient}, {500, "InternalError", fault.Transient}, {502, "", fault.Transient},
		{400, "RequestTimeout", fault.Transient}, {429, "", fault.Transient}, {503, "SomethingNew", fault.Transient},
		{301, "PermanentRedirect", fault.Invalid}, {400, "AuthorizationHeaderMalformed", fault.Invalid}, {400, "SomethingNew", fault.Invalid},
		{200, "", fault.Transient},
	} {
		if got := kindOf(answer(c.status, c.code)); got != c.want {
			t.Errorf("%d %s: %v, want %v", c.status, c.code, got, c.want)
		}
	}
	sent := &smithy.OperationError{Err: errors.New("connection reset")}
	if got := kindOf(sent); got != fault.Transient {
		t.Errorf("no answer: %v, want transient", got)
	}
	if got := kindOf(errors.New("else")); got != fault.Internal {
		t.Errorf("other error: %v, want internal", got)
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	st := &s3Store{bucket: "acme", prefix: "lake/"}
	for want, err := range map[string]error{
		"write s3://acme/lake/k: AccessDenied: what the service says":                               answer(403, "AccessDenied"),
		"write s3://acme/lake/k: bucket acme does not exist":                                        answer(404, "NoSuchBucket"),
		"write s3://acme/lake/k: PermanentRedirect: the bucket is in another region; set s3.region": answer(301, "PermanentRedirect"),
		"write s3://acme/lake/k: connection reset":                                                  &smithy.OperationError{ServiceID: "S3", Err: errors.New("connection reset")},
		"write s3://acme/lake/k: no body":                                                           answer(502, ""),
	} {
		if got := st.wrap("write", "k", err).Error(); got != want {
			t.Errorf("error %q\nwant  %q", got, want)
		}
	}
	if err := st.wrap("read", "k", answer(412, "PreconditionFailed")); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "changed") {
		t.Errorf("refused read: %v", err)
	}
	if err := st.wrap("read", "k", &smithy.OperationError{Err: context.Canceled}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var api smithy.APIError
	if !errors.As(st.wrap("read", "k", answer(500, "InternalError")), &api) {
		t.Error("the service's error is not in the chain")
	}
}

func TestBackoffIsBounded(t *testing.T) {
	for n := 1; n < 100; n++ {
		if d := backoff(n); d <= 0 || d > maxBackoff {
			t.Errorf("try %d waits %v", n, d)
		}
	}
}
