package testenv

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// EngineVersion is the version of the embedded engine that tests run on.
const EngineVersion = "26.7.3-stable.1"

// CacheDir returns the directory of the installed components.
func CacheDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("WAYMARK_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("find the user's cache directory: %v", err)
	}
	return filepath.Join(dir, "waymark")
}

// Samples returns the directory of the real sample exports ($WAYMARK_SAMPLES, else shared/samples beside the
// repository), or skips t.
func Samples(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("WAYMARK_SAMPLES")
	if dir == "" {
		dir = filepath.Join(repository(t), "..", "shared", "samples")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the real sample exports are not here; set WAYMARK_SAMPLES to their directory to run this test")
	}
	return dir
}

// Engine returns the path of the embedded engine's library.
func Engine(t testing.TB) string {
	t.Helper()
	path := filepath.Join(CacheDir(t), "engine", EngineVersion, "libchdb.so")
	require(t, path, "the embedded engine", "waymark engine install")
	return path
}

// NodeModules returns the node_modules directory with @duckdb/node-api and @clickhouse/client.
func NodeModules(t testing.TB) string {
	t.Helper()
	path := filepath.Join(CacheDir(t), "node", "node_modules")
	require(t, filepath.Join(path, "@duckdb", "node-api"), "DuckDB for Node", "sh internal/testenv/install.sh node")
	require(t, filepath.Join(path, "@clickhouse", "client"), "the ClickHouse client for Node", "sh internal/testenv/install.sh node")
	return path
}

// require skips t, or fails it where components are required, when path is not there.
func require(t testing.TB, path, what, command string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if os.Getenv("WAYMARK_REQUIRE_COMPONENTS") == "1" {
		t.Fatalf("%s is not installed; run: %s", what, command)
	}
	t.Skipf("%s is not installed; to run this test: %s", what, command)
}

// repository returns the root of the source tree, from this file's place in it.
func repository(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if ok && filepath.IsAbs(file) {
		return filepath.Join(filepath.Dir(file), "..", "..")
	}
	// Built with -trimpath: go test runs in the package's own directory, so look upwards.
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for d := dir; filepath.Dir(d) != d; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d
		}
	}
	return dir
}
