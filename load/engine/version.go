package engine

import (
	"os"
	"path/filepath"
	"runtime"
)

// Version is the npm version of @chdb/lib-<os>-<arch> that Waymark is tested with (ClickHouse 26.7).
const Version = "26.7.3-stable.1"

// release is one platform's package with the digests it must have.
type release struct {
	pkg     string // npm package
	archive string // SHA-256 of the tarball
	library string // SHA-256 of libchdb.so in it
	size    int64  // bytes of libchdb.so
}

// releaseFor is the release for a platform. linux/arm64, darwin/amd64 and darwin/arm64 are published too, under the same
// version; they are not listed because nobody has run this package on them: a digest is pinned by who tested it.
func releaseFor(goos, goarch string) (release, bool) {
	if goos == "linux" && goarch == "amd64" {
		return release{
			pkg:     "@chdb/lib-linux-x64-gnu",
			archive: "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad",
			library: "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5",
			size:    566330096,
		}, true
	}
	return release{}, false
}

// Status says whether the engine is installed, and where.
type Status struct {
	Installed bool   `json:"installed"`
	Version   string `json:"version"`
	Path      string `json:"path"`
	Digest    string `json:"digest,omitempty"` // SHA-256 that Install holds the library to; "" on a platform without a pinned one
}

// Inspect looks for the engine under cacheDir. It compares the size, not the digest: Install does that.
func Inspect(cacheDir string) Status {
	r, pinned := releaseFor(runtime.GOOS, runtime.GOARCH)
	return inspect(cacheDir, r, pinned)
}

func inspect(cacheDir string, r release, pinned bool) Status {
	s := Status{Version: Version, Digest: r.library, Path: filepath.Join(cacheDir, "engine", Version, "libchdb.so")}
	info, err := os.Stat(s.Path)
	s.Installed = err == nil && info.Mode().IsRegular() && info.Size() > 0 && (!pinned || info.Size() == r.size)
	return s
}
