package testenv

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestS3AnswersAndStops(t *testing.T) {
	var endpoint string
	t.Run("server", func(t *testing.T) {
		s := S3(t)
		endpoint = s.Endpoint
		s.SetEnv(t)
		if got := os.Getenv("AWS_ACCESS_KEY_ID"); got != s.AccessKey {
			t.Errorf("AWS_ACCESS_KEY_ID = %q, want %q", got, s.AccessKey)
		}
		status, err := get(s.Endpoint + "/" + s.Bucket)
		if err != nil || status != http.StatusForbidden {
			t.Errorf("unsigned request: status %d, error %v, want 403", status, err)
		}
	})
	if endpoint == "" {
		t.Skip("no server was started")
	}
	if _, err := get(endpoint); err == nil {
		t.Error("the server still answers after its test ended")
	}
}

func get(url string) (int, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func TestCacheDirFollowsTheEnvironment(t *testing.T) {
	t.Setenv("WAYMARK_CACHE", "/somewhere")
	if got := CacheDir(t); got != "/somewhere" {
		t.Errorf("CacheDir = %q", got)
	}
}

func TestRepositoryHoldsGoMod(t *testing.T) {
	if _, err := os.Stat(filepath.Join(repository(t), "go.mod")); err != nil {
		t.Error(err)
	}
}

func TestSamplesSkipsWhereAbsent(t *testing.T) {
	t.Setenv("WAYMARK_SAMPLES", filepath.Join(t.TempDir(), "absent"))
	reached := false
	t.Run("absent", func(t *testing.T) {
		Samples(t)
		reached = true
	})
	if reached {
		t.Error("Samples returned although the directory is absent")
	}
}
