package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// S3Server is a running S3 server with one empty bucket.
type S3Server struct {
	Endpoint  string // http://127.0.0.1:PORT
	Region    string
	Bucket    string
	AccessKey string
	SecretKey string
	Dir       string // where the server keeps buckets, one directory each; a bucket is made by making a directory
}

// S3 starts a real S3 server (versitygw) for t and stops it when t ends. Addresses are path-style.
func S3(t testing.TB) S3Server {
	t.Helper()
	binary := filepath.Join(CacheDir(t), "bin", "versitygw")
	require(t, binary, "the S3 test server", "sh internal/testenv/install.sh versitygw")
	s, stop, err := ServeS3(binary, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// ServeS3 runs the S3 server at binary over dir, which holds buckets, until stop is called.
func ServeS3(binary, dir string) (s S3Server, stop func(), err error) {
	s = S3Server{Region: "us-east-1", Bucket: "exports", AccessKey: "waymark-test", SecretKey: "waymark-test-secret", Dir: dir}
	if err := os.MkdirAll(filepath.Join(s.Dir, s.Bucket), 0o755); err != nil {
		return s, nil, err
	}
	for try := 0; ; try++ {
		address, stop, err := s.start(binary)
		if err == nil {
			s.Endpoint = "http://" + address
			return s, stop, nil
		}
		if try == 4 { // another process can take the port between choosing and listening
			return s, nil, fmt.Errorf("start the S3 test server: %w", err)
		}
	}
}

// Environment is where the AWS default chain finds the server's credentials and nothing else.
func (s S3Server) Environment() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + s.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s.SecretKey, "AWS_SESSION_TOKEN=", "AWS_REGION=" + s.Region,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true"}
}

// SetEnv puts the server's credentials where the AWS default chain finds them, for the rest of t.
func (s S3Server) SetEnv(t testing.TB) {
	t.Helper()
	for _, pair := range s.Environment() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
}

func (s S3Server) start(binary string) (string, func(), error) {
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	temp, err := os.MkdirTemp("", "s3-server")
	if err != nil {
		return "", nil, err
	}
	log, err := os.Create(filepath.Join(temp, "log"))
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(binary, "--quiet", "--port", address, "--region", s.Region, "posix", s.Dir)
	cmd.Env = []string{"ROOT_ACCESS_KEY=" + s.AccessKey, "ROOT_SECRET_KEY=" + s.SecretKey, "HOME=" + temp, "PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = log, log
	dieWithParent(cmd)
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		// The kernel ends the server with the thread that started it, so that thread stays until the server is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(temp))
	}
	stop := func() { _ = cmd.Process.Kill(); <-ended; _ = os.RemoveAll(temp) }
	if err := waitForS3(address, ended); err != nil {
		text, _ := os.ReadFile(log.Name())
		stop()
		return "", nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(string(text)))
	}
	return address, stop, nil
}

// waitForS3 returns once the server answers.
func waitForS3(address string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("the server at %s does not answer", address)
		case <-tick.C:
		}
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
