//go:build linux

package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// retryBudget is how long a run goes on trying: long enough for what passes here, and short for what never does.
const retryBudget = "15s"

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
	resources       string // more resources
	place           string // of the lake

	right   bool          // the lane is as a clean run over its exports leaves it
	ended   bool          // the last disturbed run did all there was to do
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
		Extra: fmt.Sprintf("s3: { endpoint: %q, region: %s, path_style: true }\nresources: { retry_budget: %s%s }", "http://"+l.store.address, l.s3.Region, retryBudget, l.resources)}
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
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
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
		l.correct() // another correction of the small export does as well, and needs no copying
		return
	}
	l.right, l.ended, l.version, l.age = false, false, final, 60*24*time.Hour
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

// correct delivers the other version of the small export.
func (l *lane) correct() {
	l.t.Helper()
	l.right, l.ended, l.version, l.age = false, false, 1-l.version, l.age+time.Hour
	l.putAt(account, l.accounts(l.version), l.age)
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
