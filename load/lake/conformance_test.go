package lake_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"waymark/extract/store"
	"waymark/internal/testenv"
	"waymark/load/lake"
	"waymark/load/lake/laketest"
)

func TestMemoryConforms(t *testing.T) {
	laketest.Run(t, func(*testing.T) lake.Objects { return &laketest.Memory{} })
}

func TestDirectoryConforms(t *testing.T) {
	laketest.Run(t, func(t *testing.T) lake.Objects { return openRoot(t, t.TempDir(), store.S3Options{}) })
}

func TestS3Conforms(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	n := 0
	laketest.Run(t, func(t *testing.T) lake.Objects {
		n++
		bucket := fmt.Sprint("lake-", n)
		if err := os.Mkdir(filepath.Join(server.Dir, bucket), 0o755); err != nil {
			t.Fatal(err)
		}
		return openRoot(t, "s3://"+bucket+"/prefix", store.S3Options{Region: server.Region, Endpoint: server.Endpoint, PathStyle: true})
	})
}

func openRoot(t *testing.T, place string, opt store.S3Options) lake.Objects {
	t.Helper()
	s, err := store.OpenRoot(t.Context(), place, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
