package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/fault"
)

// tarball is an npm package with the given files in order.
func tarball(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o755, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// fakeNPM is a command that does what script says, in the directory where npm would leave the archive.
func fakeNPM(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "npm")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

const payload = "the library"

func fixture(t *testing.T) (archive string, r release) {
	t.Helper()
	b := tarball(t, "package/index.js", "x", "package/libchdb.so", payload)
	archive = filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(archive, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return archive, release{pkg: "@scope/name", archive: digest(b), library: digest([]byte(payload)), size: int64(len(payload))}
}

func TestInstall(t *testing.T) {
	archive, r := fixture(t)
	calls := filepath.Join(t.TempDir(), "calls")
	var progress strings.Builder
	o := InstallOptions{CacheDir: t.TempDir(), NPM: fakeNPM(t, "echo \"$@\" >> "+calls+"; cp "+archive+" x.tgz"), Progress: &progress}
	for range 2 {
		s, err := install(t.Context(), o, r)
		if err != nil || !s.Installed {
			t.Fatal(s, err)
		}
		if b, err := os.ReadFile(s.Path); err != nil || string(b) != payload {
			t.Fatalf("%q %v", b, err)
		}
	}
	path := filepath.Join(o.CacheDir, "engine", Version, "libchdb.so")
	if err := os.WriteFile(path, []byte("the damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := install(t.Context(), o, r); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != payload {
		t.Fatalf("a damaged library was left alone: %q", b)
	}
	want := "pack @scope/name@" + Version + " --ignore-scripts --silent --loglevel=error\n"
	if b, _ := os.ReadFile(calls); string(b) != want+want {
		t.Fatalf("npm was called with %q", b)
	}
	if !strings.Contains(progress.String(), "fetching") || !strings.Contains(progress.String(), path) {
		t.Fatal(progress.String())
	}
	if left, _ := filepath.Glob(filepath.Join(o.CacheDir, "engine", ".install-*")); len(left) != 0 {
		t.Fatal(left)
	}
}

func TestInstallRefusals(t *testing.T) {
	archive, good := fixture(t)
	copyArchive := fakeNPM(t, "cp "+archive+" x.tgz")
	elsewhere := func(files ...string) (string, release) {
		b := tarball(t, files...)
		path := filepath.Join(t.TempDir(), "p.tgz")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r := good
		r.archive = digest(b)
		return fakeNPM(t, "cp "+path+" x.tgz"), r
	}
	emptyNPM, emptyRelease := elsewhere("package/index.js", "x")
	bigNPM, bigRelease := elsewhere("package/libchdb.so", payload+" and more")
	otherNPM, otherRelease := elsewhere("package/libchdb.so", "another lib")
	wrong := good
	wrong.archive = digest([]byte("x"))
	say := func(text string) string { return fakeNPM(t, "echo '"+text+"' >&2; exit 1") }
	for name, c := range map[string]struct {
		npm  string
		r    release
		kind fault.Kind
		text string
	}{
		"changed archive":  {copyArchive, wrong, fault.Invalid, "the archive has SHA-256"},
		"no library in it": {emptyNPM, emptyRelease, fault.Invalid, "no package/libchdb.so"},
		"wrong size":       {bigNPM, bigRelease, fault.Invalid, "wrong size"},
		"changed library":  {otherNPM, otherRelease, fault.Invalid, "the library has SHA-256"},
		"no npm":           {filepath.Join(t.TempDir(), "npm"), good, fault.Invalid, "npm pack"},
		"no archive":       {fakeNPM(t, "true"), good, fault.Internal, "0 archives"},
		"no network":       {say("npm error code ENOTFOUND"), good, fault.Transient, "ENOTFOUND"},
		"server error":     {say("npm error code E503"), good, fault.Transient, "E503"},
		"no such version":  {say("npm error code E404"), good, fault.NotFound, "E404"},
		"not allowed":      {say("npm error code E401"), good, fault.Auth, "E401"},
		"disk full":        {say("npm error code ENOSPC"), good, fault.Internal, "ENOSPC"},
		"something else":   {say("npm error boom"), good, fault.Internal, "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			o := InstallOptions{CacheDir: t.TempDir(), NPM: c.npm}
			s, err := install(t.Context(), o, c.r)
			if !fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) || s.Installed {
				t.Fatalf("%v %v", s, err)
			}
			if fault.HintOf(err) == "" && c.kind != fault.Internal && name != "no library in it" && name != "wrong size" {
				t.Errorf("no hint: %v", err)
			}
			if _, err := os.Stat(s.Path); !errors.Is(err, os.ErrNotExist) {
				t.Fatal("a refused library was installed")
			}
		})
	}
}

func TestInstallsAtOnce(t *testing.T) {
	archive, r := fixture(t)
	calls := filepath.Join(t.TempDir(), "calls")
	o := InstallOptions{CacheDir: t.TempDir(), NPM: fakeNPM(t, "echo x >> "+calls+"; sleep 0.2; cp "+archive+" x.tgz")}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := install(t.Context(), o, r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if b, _ := os.ReadFile(calls); string(b) != "x\n" {
		t.Fatalf("npm ran %d times", len(b)/2)
	}
}

func TestInstallStopsWithItsContext(t *testing.T) {
	_, r := fixture(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := install(ctx, InstallOptions{CacheDir: t.TempDir(), NPM: fakeNPM(t, "exec sleep 30")}, r)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Fatal(err, time.Since(began))
	}
}

func TestInstallIntoAForbiddenPlace(t *testing.T) {
	_, r := fixture(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := install(t.Context(), InstallOptions{CacheDir: file}, r); err == nil || !strings.Contains(err.Error(), "create the cache directory") {
		t.Fatal(err)
	}
}

func TestReleases(t *testing.T) {
	for _, platform := range [][2]string{{"linux", "amd64"}} {
		r, ok := releaseFor(platform[0], platform[1])
		if !ok || len(r.archive) != 64 || len(r.library) != 64 || r.size == 0 {
			t.Error(platform, r)
		}
	}
	if _, ok := releaseFor("plan9", "amd64"); ok {
		t.Error("plan9")
	}
}

func TestTail(t *testing.T) {
	var said tail
	for i := range 1000 {
		fmt.Fprintf(&said, "line %d\n", i)
	}
	if q := said.quote(); !strings.HasSuffix(q, "line 999") || len(q) > tailSize+20 {
		t.Fatal(q)
	}
}
