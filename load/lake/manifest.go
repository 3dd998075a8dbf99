package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strconv"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/object"
)

// ManifestFormat is the version of manifests this code writes and the newest it reads.
const ManifestFormat = 1

// The states of an object's manifest.
const (
	Committed   = "committed"   // its outputs count
	Quarantined = "quarantined" // it broke its contract; it has no outputs, and Reason says why
)

// ObjectRef names one version of one input object.
type ObjectRef struct {
	ETag      string `json:"etag"`
	Key       string `json:"key"`
	Modified  int64  `json:"modified"` // µs; for people and for the order of `full` exports, not part of the identity
	Size      int64  `json:"size"`     // stored bytes
	URI       string `json:"uri"`
	VersionID string `json:"version_id"`
}

// Ref returns the reference to the object that info describes at uri.
func Ref(uri string, info object.Info) ObjectRef {
	ref := ObjectRef{URI: uri, Key: info.Key, Size: info.Size, ETag: info.ETag, VersionID: info.VersionID}
	if !info.Modified.IsZero() {
		ref.Modified = info.Modified.UnixMicro()
	}
	return ref
}

// Identity is equal for two references exactly when they mean the same bytes of the same object: URI and version id,
// or URI, ETag and size where there are no versions.
func (r ObjectRef) Identity() string {
	text := r.URI + "\netag:" + r.ETag + "\nsize:" + strconv.FormatInt(r.Size, 10)
	if r.VersionID != "" {
		text = r.URI + "\nversion:" + r.VersionID
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// Manifest says what one input object became. Equal inputs, code and configuration give equal manifests, so it holds
// no clock times of the run. Fields are declared in the order of their JSON names.
type Manifest struct {
	Export      string    `json:"export"`
	Field       string    `json:"field,omitempty"`
	Fingerprint string    `json:"fingerprint"` // of the code and configuration that made the outputs
	Format      int       `json:"format"`
	Line        int64     `json:"line,omitempty"`
	Message     string    `json:"message,omitempty"`
	NewColumns  []string  `json:"new_columns,omitempty"` // fields of the object that the export does not know, sorted
	NewValues   []string  `json:"new_values,omitempty"`  // "field=value" that the vocabulary of the field does not have, sorted
	Object      ObjectRef `json:"object"`
	Outputs     []Output  `json:"outputs,omitempty"` // sorted by table and partition
	Reason      string    `json:"reason,omitempty"`  // of a quarantine
	Records     int64     `json:"records"`           // records read, rejected ones included
	Rejects     int64     `json:"rejects"`
	Rows        int64     `json:"rows"` // rows of all outputs
	Source      string    `json:"source"`
	Status      string    `json:"status"`
	System      string    `json:"system"`

	// ETag is of the stored manifest and Stored its key, both set by reading; ReplaceManifest needs them.
	ETag   string `json:"-"`
	Stored string `json:"-"`
}

// Key is where the manifest is kept: manifests/<source>/<first two digits>/<identity of the object>.json. The folders keep
// listings short: stores that keep objects as files read a whole folder for each page of one.
func (m *Manifest) Key() string {
	if m.Stored != "" {
		return m.Stored
	}
	identity := m.Object.Identity()
	return manifestPrefix(m.Source) + identity[:2] + "/" + identity + ".json"
}

// keyIs notes where the manifest was found: at its key, or where lakes before these folders kept it.
func (m *Manifest) keyIs(key string) error {
	m.Stored = ""
	if key != m.Key() && key != manifestPrefix(m.Source)+m.Object.Identity()+".json" {
		return corrupt(key)
	}
	m.Stored = key
	return nil
}

// byKey orders manifests whose key is known.
func byKey(a, b Manifest) int { return strings.Compare(a.Stored, b.Stored) }

// ManifestName takes a manifest's key apart: its source and the identity of its object.
func ManifestName(key string) (source, identity string) {
	source, rest, _ := strings.Cut(strings.TrimPrefix(key, manifestsPrefix), "/")
	return source, strings.TrimSuffix(path.Base(rest), ".json")
}

func manifestPrefix(source string) string { return manifestsPrefix + source + "/" }

// checkSource refuses source names that would leave their folder.
func checkSource(source string) error {
	if source == "" || strings.ContainsAny(source, "/\\\x00") || source == "." || source == ".." {
		return fault.New(fault.Invalid, "source name %q cannot be part of a path", source)
	}
	return nil
}

func (m *Manifest) check() error {
	if err := checkSource(m.Source); err != nil {
		return err
	}
	if m.Object.URI == "" || m.Status != Committed && m.Status != Quarantined {
		return fault.New(fault.Invalid, "manifest of source %s: needs an object and a status", m.Source)
	}
	return nil
}
