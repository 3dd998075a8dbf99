package engine

import (
	"os"
	"path/filepath"
)

// Version is the npm version of @chdb/lib-<os>-<arch> that Waymark is tested with (ClickHouse 26.7).
const Version = "26.7.3-stable.1"

// Status says whether the engine is installed, and where.
type Status struct {
	Installed bool   `json:"installed"`
	Version   string `json:"version"`
	Path      string `json:"path"`
	Digest    string `json:"digest,omitempty"` // SHA-256 of the library, as verified when it was installed
}

// Inspect looks for the engine under cacheDir; it reads no more than the file's presence.
func Inspect(cacheDir string) Status {
	s := Status{Version: Version, Path: filepath.Join(cacheDir, "engine", Version, "libchdb.so")}
	info, err := os.Stat(s.Path)
	s.Installed = err == nil && info.Mode().IsRegular() && info.Size() > 0
	return s
}
