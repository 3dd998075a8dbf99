package store

import (
	"path/filepath"
	"regexp"
	"strings"

	"waymark/internal/fault"
)

// Schemes of locations.
const (
	SchemeS3   = "s3"
	SchemeFile = "file"
)

// Location says where a source's objects are: the place to list and the pattern their keys match.
//
// Nothing in a location is percent-decoded. A location that ends in a slash (or names a bucket only) means everything
// under it; one without a glob character means exactly that key; a backslash takes the next character as it is.
type Location struct {
	Scheme  string
	Bucket  string // of SchemeS3
	Dir     string // of SchemeFile: the directory that keys are relative to
	Prefix  string // the longest start of Pattern without a glob: what to list
	Pattern string // what keys match

	glob bool
	re   *regexp.Regexp
}

// ParseLocation reads "s3://bucket/path/*.json.gz", "./dir/*.csv", "/abs/file.ndjson" or "file:///abs/**".
func ParseLocation(s string) (Location, error) {
	switch {
	case s == "":
		return Location{}, fault.New(fault.Invalid, "location is empty")
	case strings.ContainsRune(s, 0):
		return Location{}, fault.New(fault.Invalid, "location contains a NUL byte")
	case strings.HasPrefix(s, "s3://"):
		return parseS3(s)
	case strings.HasPrefix(s, "file://"):
		path := strings.TrimPrefix(s, "file://")
		if !strings.HasPrefix(path, "/") {
			return Location{}, fault.New(fault.Invalid, "location %s: a file URL names no host: file:///absolute/path", s)
		}
		return parseFile(path)
	}
	if scheme, _, ok := strings.Cut(s, "://"); ok && isScheme(scheme) {
		return Location{}, fault.New(fault.Invalid, "location %s: scheme %s is not known (s3://, file:// or a path)", s, scheme)
	}
	return parseFile(s)
}

func parseS3(s string) (Location, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(s, "s3://"), "/")
	if bucket == "" {
		return Location{}, fault.New(fault.Invalid, "location %s: no bucket", s)
	}
	if strings.ContainsAny(bucket, `*?[]{}\ @:`) {
		return Location{}, fault.New(fault.Invalid, "location %s: %q is not a bucket name", s, bucket)
	}
	return Location{Scheme: SchemeS3, Bucket: bucket}.compile(s, key)
}

// parseFile splits a path at the last slash before the first glob character: the directory is opened, the rest matched.
func parseFile(s string) (Location, error) {
	path := filepath.ToSlash(s)
	literal, _ := literalPrefix(path)
	cut := strings.LastIndexByte(path[:literal], '/') + 1
	dir, pattern := path[:cut], path[cut:]
	switch pattern {
	case ".", "..":
		dir, pattern = path+"/", ""
	}
	dir = unescape(dir)
	if dir == "" {
		dir = "."
	}
	return Location{Scheme: SchemeFile, Dir: filepath.Clean(filepath.FromSlash(dir))}.compile(s, pattern)
}

func (l Location) compile(s, pattern string) (Location, error) {
	if pattern == "" || strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	re, err := compileGlob(pattern)
	if err != nil {
		return Location{}, fault.New(fault.Invalid, "location %s: %w", s, err)
	}
	end, glob := literalPrefix(pattern)
	l.Pattern, l.Prefix, l.glob, l.re = pattern, unescape(pattern[:end]), glob, re
	return l, nil
}

// Match reports whether key, relative to the bucket or to Dir, belongs to the location.
func (l Location) Match(key string) bool { return l.re != nil && l.re.MatchString(key) }

// Glob reports whether the location can match more than one key. A trailing slash alone does not make it a glob.
func (l Location) Glob() bool { return l.glob && l.Pattern != l.Prefix+"**" }

// String returns the location as it would be written.
func (l Location) String() string {
	if l.Scheme == SchemeS3 {
		return "s3://" + l.Bucket + "/" + l.Pattern
	}
	return filepath.Join(l.Dir, filepath.FromSlash(l.Pattern))
}

// path returns the file path of a location without glob.
func (l Location) path() string { return filepath.Join(l.Dir, filepath.FromSlash(l.Prefix)) }

// isScheme tells "gs" in gs://bucket from a directory that happens to end in a colon.
func isScheme(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '+' && c != '.' && c != '-' {
			return false
		}
	}
	return s != "" && s[0] != '.'
}
