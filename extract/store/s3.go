package store

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"waymark/internal/fault"
)

// S3Options say where a bucket is. Credentials come from the AWS default chain (environment, shared files, container and
// instance roles, web identity).
type S3Options struct {
	Bucket    string
	Prefix    string        // keys of the store are relative to it; it counts as a directory
	Region    string        // "" is the default chain's; with an Endpoint us-east-1 when that has none either
	Endpoint  string        // "" is AWS; else http(s)://host:port of a compatible service
	PathStyle bool          // bucket in the path instead of in the host name
	Attempts  int           // of one request; 0 is 6
	Stall     time.Duration // longest silence of a connection; 0 is 60 s
}

// Sizes and limits of transfers.
const (
	defaultAttempts = 6
	defaultStall    = 60 * time.Second
	partSize        = 16 << 20 // objects above it are uploaded in parts
	partUploads     = 4        // parts of one object at a time
	maxParts        = 10_000   // S3's limit
	maxBackoff      = 10 * time.Second
)

type s3Store struct {
	client   *s3.Client
	http     *http.Transport // the client's
	bucket   string
	prefix   string // "" or ending in a slash
	attempts int
	stall    time.Duration
	part     int64
}

// OpenS3 opens a bucket, or a prefix in it, as a store. It makes no request: a missing bucket shows at the first use.
func OpenS3(ctx context.Context, opt S3Options) (Store, error) {
	if opt.Bucket == "" {
		return nil, fault.New(fault.Invalid, "open S3: no bucket")
	}
	if opt.Endpoint != "" && !strings.HasPrefix(opt.Endpoint, "http://") && !strings.HasPrefix(opt.Endpoint, "https://") {
		return nil, fault.New(fault.Invalid, "open s3://%s: endpoint %s has no http:// or https://", opt.Bucket, opt.Endpoint)
	}
	st := &s3Store{
		bucket: opt.Bucket, part: partSize,
		attempts: cmp.Or(opt.Attempts, defaultAttempts), stall: cmp.Or(opt.Stall, defaultStall),
	}
	if p := strings.Trim(opt.Prefix, "/"); p != "" {
		st.prefix = p + "/"
	}
	cfg, err := config.LoadDefaultConfig(ctx, st.configure(opt)...)
	if err != nil {
		return nil, fault.New(fault.Invalid, "open s3://%s: read the AWS configuration: %w", opt.Bucket, err)
	}
	if cfg.Region == "" {
		if opt.Endpoint == "" {
			return nil, fault.New(fault.Invalid, "open s3://%s: no region; set s3.region or AWS_REGION", opt.Bucket)
		}
		cfg.Region = "us-east-1"
	}
	cfg.Credentials = credentials{cfg.Credentials}
	// The configuration may have added a CA bundle to the client; the transport is ours so that Close can let go of it.
	st.http = cfg.HTTPClient.(*awshttp.BuildableClient).GetTransport()
	st.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: st.http, CheckRedirect: noRedirect}
		o.UsePathStyle = opt.PathStyle
		if opt.Endpoint != "" {
			o.BaseEndpoint = aws.String(opt.Endpoint)
			// Compatible services differ in the checksums they know; signatures cover the payload all the same.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
	})
	return st, nil
}

func (st *s3Store) configure(opt S3Options) []func(*config.LoadOptions) error {
	return []func(*config.LoadOptions) error{
		config.WithRegion(opt.Region),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(limitWaits)),
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = st.attempts
				o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
					return backoff(attempt), nil
				})
			})
		}),
	}
}

// limitWaits bounds every wait but the one for a body, which the reader watches itself.
func limitWaits(tr *http.Transport) {
	tr.ResponseHeaderTimeout = 60 * time.Second
	tr.IdleConnTimeout = 60 * time.Second
	tr.MaxIdleConns = 128
	tr.MaxIdleConnsPerHost = 64
	tr.DisableCompression = true // stored bytes, whatever their Content-Encoding says
}

// noRedirect keeps signed requests where they were sent; S3 answers a wrong region with a redirect.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (st *s3Store) URI(key string) string { return "s3://" + st.bucket + "/" + st.prefix + key }

func (st *s3Store) Close() error {
	st.http.CloseIdleConnections()
	return nil
}

// credentials marks the default chain's failures, which the SDK leaves without a type.
type credentials struct{ aws.CredentialsProvider }

func (c credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if c.CredentialsProvider == nil {
		return aws.Credentials{}, fault.New(fault.Auth, "no AWS credentials")
	}
	found, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		err = fault.New(fault.Auth, "find AWS credentials: %w", err)
	}
	return found, err
}

// backoff returns how long to wait before try n (1, 2, …): doubling, half of it at random.
func backoff(n int) time.Duration {
	d := min(200*time.Millisecond<<min(max(n-1, 0), 10), maxBackoff)
	return d/2 + rand.N(d/2)
}

// pause waits for d or the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
