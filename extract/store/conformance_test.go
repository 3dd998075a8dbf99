package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"waymark/extract/store"
	"waymark/extract/store/storetest"
	"waymark/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDirectoryConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestS3Conforms(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	for name, prefix := range map[string]string{"bucket": "", "prefix": "lake/v1"} {
		t.Run(name, func(t *testing.T) {
			n := 0
			storetest.Run(t, func(t *testing.T) store.Store {
				n++
				bucket := fmt.Sprintf("%s-%d", name, n)
				if err := os.Mkdir(filepath.Join(server.Dir, bucket), 0o755); err != nil {
					t.Fatal(err)
				}
				return openS3(t, server, store.S3Options{Bucket: bucket, Prefix: prefix})
			})
		})
	}
}

// openS3 opens a bucket of the test server.
func openS3(t *testing.T, server testenv.S3Server, opt store.S3Options) store.Store {
	t.Helper()
	opt.Region, opt.PathStyle = server.Region, true
	if opt.Endpoint == "" {
		opt.Endpoint = server.Endpoint
	}
	if opt.Bucket == "" {
		opt.Bucket = server.Bucket
	}
	s, err := store.OpenS3(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
