package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/fault"
	"waymark/internal/object"
	"waymark/internal/pipeline"
	"waymark/internal/testenv"
)

// Exports and lake in a real S3 server.
func TestRunOnS3(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	s := newSite(t)
	cfg := s.config("  - { name: surveys, system: survey, export: responses, location: \"s3://"+server.Bucket+"/in/**/*.csv\" }\n",
		"s3: { endpoint: \""+server.Endpoint+"\", region: "+server.Region+", path_style: true }")
	cfg.Lake = "s3://" + server.Bucket + "/lake"
	r := s.runner(cfg)
	bucket, err := store.OpenRoot(t.Context(), "s3://"+server.Bucket, store.S3Options{Endpoint: server.Endpoint, Region: server.Region, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	defer bucket.Close()
	put := func(key, text string) {
		t.Helper()
		if _, err := bucket.Put(t.Context(), key, strings.NewReader(text), int64(len(text)), object.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	put("in/2026/a.csv", surveys(0, 30))
	put("in/b.csv", surveys(30, 30))
	put("in/ignored.txt", "not an export")
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "60")
	put("in/b.csv", surveys(30, 29)) // corrected
	if _, err := r.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "59")
	s.verify(cfg)
	lease, err := pipeline.AcquireLease(t.Context(), r.LakeObjects, "other", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.AcquireLease(t.Context(), r.LakeObjects, "me", time.Now); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second lease: %v, want kind conflict", err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A bucket that does not exist and keys that are refused are named, with the kinds that exit 1 and 4.
func TestS3Mistakes(t *testing.T) {
	server := testenv.S3(t)
	server.SetEnv(t)
	s := newSite(t)
	top := "s3: { endpoint: \"" + server.Endpoint + "\", region: " + server.Region + ", path_style: true }"
	cfg := s.config("  - { name: lost, system: survey, export: responses, location: \"s3://no-such-bucket-here/in/*.csv\" }\n"+
		"  - { name: found, system: survey, export: responses, location: \"$DIR/in/*.csv\" }\n", top)
	s.write("in/a.csv", surveys(0, 5), time.Hour)
	_, err := s.runner(cfg).Run(t.Context(), nil)
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "no-such-bucket-here") || !strings.Contains(err.Error(), "lost") {
		t.Errorf("missing bucket: %v", err)
	}
	s.want("SELECT count() FROM cx_bi.fct_survey_response", "5") // the other source loaded all the same
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	cfg = s.config("  - { name: closed, system: survey, export: responses, location: \"s3://"+server.Bucket+"/in/*.csv\" }\n", top)
	if _, err := s.runner(cfg).Run(t.Context(), nil); !fault.Is(err, fault.Auth) {
		t.Errorf("wrong credentials: %v, want kind auth", err)
	}
}
