//go:build linux

package chaos

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/extract/store"
	"waymark/internal/object"
	"waymark/internal/sampledata"
	"waymark/internal/testenv"
)

// The kinds of warehouse that a lane has.
const (
	embedded = "embedded" // the engine is the program's child
	served   = "served"   // `waymark engine serve` runs beside it, behind a proxy
)

// The states that a fault may find.
const (
	nothing = "first load"   // all exports are there, lake and warehouse are empty
	loaded  = "incremental"  // the first delivery is loaded, all exports are there
	touched = "small change" // all is loaded, and one small export was corrected
)

// account is the export that was corrected in the state touched.
const account = "salesforce/Account.csv"

// patience is how long any run may take before it counts as hanging: a hundred times what it takes.
const patience = 10 * time.Minute

// lane is one S3 server, one lake and one warehouse; faults run in it one after the other.
type lane struct {
	*world
	t               testing.TB
	kind            string
	dir             string
	s3              testenv.S3Server
	store           *proxy
	engine          *proxy   // nil when embedded
	server          *process // of the served engine
	config          string
	address, secret string // of the served engine
	extra           string // more configuration
	place           string // of the lake

	right   bool          // the lane is as a clean run over its exports leaves it
	version int           // of the accounts that the exports hold
	age     time.Duration // of the exports: each correction is later than the one before
}

func (w *world) newLane(t testing.TB, kind string) *lane {
	t.Helper()
	l := &lane{world: w, t: t, kind: kind, dir: t.TempDir(), s3: testenv.S3(t), place: "s3://" + lakeBucket}
	l.mkdir(filepath.Join(l.s3.Dir, lakeBucket))
	l.store = newProxy(t, strings.TrimPrefix(l.s3.Endpoint, "http://"), nameS3)
	l.config = filepath.Join(l.dir, "waymark.yaml")
	if kind == served {
		l.engine = newProxy(t, "", nameSQL)
		l.serve()
	}
	l.configure()
	t.Cleanup(l.close)
	return l
}

// configure writes the configuration.
func (l *lane) configure() {
	o := sampledata.ConfigOptions{Exports: "s3://" + exports, Lake: l.place, Warehouse: "embedded:" + l.warehouse(), Only: sources(),
		Extra: fmt.Sprintf("s3: { endpoint: %q, region: %s, path_style: true }\n%s", "http://"+l.store.address, l.s3.Region, l.extra)}
	if l.kind == served {
		o.Warehouse = "http://default@" + l.engine.address
		o.Extra += "\nwarehouse_password: ${env:CHAOS_PASSWORD}"
	}
	l.must(os.WriteFile(l.config, sampledata.Config(o), 0o600))
}

func (l *lane) warehouse() string { return filepath.Join(l.dir, "warehouse") }

// serve starts the served engine and points the proxy at it.
func (l *lane) serve() {
	l.t.Helper()
	p, err := startProcess(l.dir, l.env(), l.binary, "engine", "serve", "--dir", l.warehouse())
	l.must(err)
	l.server = p
	for range 1000 {
		if lines := strings.Fields(p.out.String()); len(lines) >= 5 {
			l.address, l.secret = strings.TrimPrefix(lines[0], "http://"), lines[4]
			if l.engine != nil {
				l.engine.point(l.address)
			}
			return
		}
		if !p.running() {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.t.Fatalf("the engine does not serve: %s%s", p.out.String(), p.err.String())
}

// close ends the served engine.
func (l *lane) close() {
	if l.server != nil {
		l.server.kill(both)
		l.server = nil
	}
}

func (l *lane) env(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + l.dir, "TMPDIR=" + l.dir, "WAYMARK_CACHE=" + testenv.CacheDir(l.t), "WAYMARK_KEY=" + privacyKey,
		"CHAOS_PASSWORD=" + l.secret, "AWS_ACCESS_KEY_ID=" + l.s3.AccessKey, "AWS_SECRET_ACCESS_KEY=" + l.s3.SecretKey, "AWS_REGION=" + l.s3.Region,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
	}, more...)
}

// reset brings the lane into one of the states that faults may find.
func (l *lane) reset(start string) {
	l.t.Helper()
	template := l.template(l.t, start)
	l.arm(nil, nil)
	if l.right && start == touched && l.place == "s3://"+lakeBucket {
		// Another correction of the small export does as well, and needs no copying.
		l.right, l.version, l.age = false, 1-l.version, l.age+time.Hour
		l.putAt(account, l.accounts(l.version), l.age)
		return
	}
	l.right, l.version, l.age = false, final, 60*24*time.Hour
	l.close()
	for name, place := range map[string]string{exports: filepath.Join(l.s3.Dir, exports), lakeBucket: filepath.Join(l.s3.Dir, lakeBucket), "warehouse": l.warehouse()} {
		l.must(os.RemoveAll(place))
		if _, err := os.Stat(filepath.Join(template, name)); err == nil {
			l.must(copyTree(l.t.Context(), filepath.Join(template, name), place))
		}
	}
	if l.kind == served {
		l.serve()
	}
}

// template returns the directory from which a state is copied; it is made once.
func (w *world) template(t testing.TB, start string) string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if dir := w.starts[start]; dir != "" {
		return dir
	}
	dir := filepath.Join(w.dir, "start "+start)
	l := w.newLane(t, embedded)
	switch start {
	case loaded:
		l.deliver(w.waves[0])
		l.mustRun()
	case touched:
		l.deliver(w.waves[1])
		l.put(account, w.accounts(older))
		l.mustRun()
		w.clean[older] = l.inspect()
	}
	l.deliver(w.waves[1])
	l.mkdir(dir)
	for name, place := range map[string]string{exports: filepath.Join(l.s3.Dir, exports), lakeBucket: filepath.Join(l.s3.Dir, lakeBucket), "warehouse": l.warehouse()} {
		if _, err := os.Stat(place); err == nil {
			l.must(copyTree(t.Context(), place, filepath.Join(dir, name)))
		}
	}
	w.starts[start] = dir
	return dir
}

// The versions of the accounts: those of the older one are not in the final one, so that partitions are to be dropped.
const (
	final = iota
	older
)

func (w *world) accounts(version int) []byte {
	data, err := os.ReadFile(filepath.Join(w.waves[1], account))
	if err != nil {
		panic(err) // this test wrote it
	}
	if version == older {
		return bytes.ReplaceAll(lines(data, 4), []byte("001Tn"), []byte("001Tm"))
	}
	return data
}

// deliver puts every export below dir into the bucket.
func (l *lane) deliver(dir string) {
	l.t.Helper()
	names, err := exportNames(dir)
	l.must(err)
	for _, name := range names {
		l.put(name, l.read(dir, name))
	}
}

func (l *lane) read(dir, name string) []byte {
	l.t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	l.must(err)
	return data
}

// put stores one export. Its time is later when it is what it is to be in the end, and else follows from its content:
// records that carry no version take it as theirs, so the same exports must have the same times, in whatever order
// they come.
func (l *lane) put(name string, data []byte) {
	l.t.Helper()
	h := fnv.New32()
	_, _ = h.Write(data)
	at := time.Duration(h.Sum32()%1_000_000) * time.Second
	if final, err := os.ReadFile(filepath.Join(l.waves[1], name)); err == nil && bytes.Equal(final, data) {
		at += 1_000_000 * time.Second
	}
	l.putAt(name, data, at)
}

// putAt stores one export as if that long after the epoch of these tests.
func (l *lane) putAt(name string, data []byte, after time.Duration) {
	l.t.Helper()
	bucket := l.bucket(exports)
	defer bucket.Close()
	_, err := bucket.Put(context.Background(), name, bytes.NewReader(data), int64(len(data)), object.Condition{})
	l.must(err)
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(after)
	l.must(os.Chtimes(filepath.Join(l.s3.Dir, exports, name), at, at))
}

// remove deletes one export.
func (l *lane) remove(name string) {
	l.t.Helper()
	bucket := l.bucket(exports)
	defer bucket.Close()
	l.must(bucket.Delete(context.Background(), name))
}

// bucket opens a bucket past the proxy.
func (l *lane) bucket(name string) store.Store {
	l.t.Helper()
	s, err := store.OpenRoot(context.Background(), "s3://"+name, store.S3Options{Endpoint: l.s3.Endpoint, Region: l.s3.Region, PathStyle: true})
	l.must(err)
	return s
}

// start begins a verb in the lane.
func (l *lane) start(args ...string) *process {
	l.t.Helper()
	return l.startWith(l.binary, l.env(), args...)
}

func (l *lane) startWith(binary string, env []string, args ...string) *process {
	l.t.Helper()
	p, err := startProcess(l.dir, env, binary, append(args, "-c", l.config)...)
	l.must(err)
	l.t.Cleanup(func() { p.kill(both) })
	return p
}

// mustRun is one undisturbed run.
func (l *lane) mustRun(args ...string) outcome {
	l.t.Helper()
	o := l.start(append([]string{"run"}, args...)...).wait(patience)
	if o.code != 0 {
		l.t.Fatalf("the undisturbed run ended with exit code %d:\n%s", o.code, tail(o.stdout+o.stderr))
	}
	return o
}

// inspect holds the warehouse against lake and ledger with `waymark verify` and returns the digest of all that is
// published. An embedded warehouse is served meanwhile, so that its engine starts once.
func (l *lane) inspect() string {
	l.t.Helper()
	if l.kind == embedded {
		l.serve()
		defer l.close()
	}
	if o := l.start("verify").wait(patience); o.code != 0 {
		l.t.Fatalf("verify ended with exit code %d:\n%s", o.code, tail(o.stdout+o.stderr))
	}
	return l.digest()
}

// digest counts and hashes every published table and every view that people read.
func (l *lane) digest() string {
	l.t.Helper()
	var parts []string
	names := l.query("SELECT database, name FROM system.tables WHERE database IN ('waymark_raw', 'waymark_mart', 'cx_bi') ORDER BY database, name")
	for row := range strings.Lines(names) {
		database, name, _ := strings.Cut(strings.TrimSpace(row), "\t")
		// As text, because the hash of a tuple that holds a NULL is NULL.
		parts = append(parts, fmt.Sprintf("SELECT '%s.%s' AS t, count() AS n, sum(cityHash64(toString(tuple(*)))) AS h FROM %s.`%s`", database, name, database, name))
	}
	return l.query("SELECT * FROM (" + strings.Join(parts, " UNION ALL ") + ") ORDER BY t")
}

// query asks the engine itself, past every proxy, for tab-separated text.
func (l *lane) query(sql string) string {
	l.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+l.address, strings.NewReader(sql+" FORMAT TSV"))
	l.must(err)
	req.Header.Set("X-ClickHouse-Key", l.secret)
	resp, err := http.DefaultClient.Do(req)
	l.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	l.must(err)
	if resp.StatusCode != http.StatusOK {
		l.t.Fatalf("%.200s: %s", sql, text)
	}
	return string(text)
}

func (l *lane) mkdir(path string) {
	l.t.Helper()
	l.must(os.MkdirAll(path, 0o755))
}

func (l *lane) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}
