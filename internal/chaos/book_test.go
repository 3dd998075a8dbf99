//go:build linux

package chaos

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// book keeps what was tried and what could not be.
type book struct {
	mu      sync.Mutex
	entries []entry
	notes   map[string]string
	skipped map[string]string
	started time.Time
}

// entry is one fault that was tried and survived.
type entry struct {
	class, fault, where, start, kind string
	code                             string // how the disturbed run ended
	recovery                         time.Duration
}

func newBook() *book {
	return &book{notes: map[string]string{}, skipped: map[string]string{}, started: time.Now()}
}

func (b *book) add(e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, e)
}

// skip says what could not be tried on this machine.
func (b *book) skip(class, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.skipped[class] = why
}

func (b *book) note(class, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.notes[class] = text
}

// line of a table: faults that are alike.
type line struct {
	key   []string
	tried int
	codes map[string]int
	times []time.Duration
}

// group counts the entries by a key.
func group(entries []entry, key func(entry) []string) []*line {
	byKey := map[string]*line{}
	var out []*line
	for _, e := range entries {
		k := key(e)
		l := byKey[strings.Join(k, "\x00")]
		if l == nil {
			l = &line{key: k, codes: map[string]int{}}
			byKey[strings.Join(k, "\x00")] = l
			out = append(out, l)
		}
		l.tried++
		l.codes[e.code]++
		l.times = append(l.times, e.recovery)
	}
	slices.SortFunc(out, func(a, b *line) int { return slices.Compare(natural(a.key), natural(b.key)) })
	return out
}

// natural makes "2 transform" come before "10 models".
func natural(key []string) []string {
	out := slices.Clone(key)
	for i, k := range out {
		number, rest, _ := strings.Cut(k, " ")
		if len(number) == 1 && number >= "0" && number <= "9" {
			out[i] = "0" + number + " " + rest
		}
	}
	return out
}

func (l *line) median() time.Duration {
	slices.Sort(l.times)
	return l.times[len(l.times)/2]
}

func (l *line) longest() time.Duration { return slices.Max(l.times) }

func (l *line) ended() string {
	var parts []string
	for code, n := range l.codes {
		parts = append(parts, fmt.Sprintf("%s (%d×)", code, n))
	}
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return strings.Join(parts, ", ")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func (b *book) summary() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out strings.Builder
	fmt.Fprintf(&out, "%d faults tried and survived in %s\n", len(b.entries), time.Since(b.started).Round(time.Second))
	for _, l := range group(b.entries, func(e entry) []string { return []string{e.class} }) {
		fmt.Fprintf(&out, "%-36s %4d  recovery %s, longest %s  ended %s\n", l.key[0], l.tried, seconds(l.median()), seconds(l.longest()), l.ended())
	}
	for class, why := range b.skipped {
		fmt.Fprintf(&out, "not tried: %s: %s\n", class, why)
	}
	return out.String()
}

// publish writes docs/reliability.md.
func (b *book) publish(t *testing.T, w *world) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var out bytes.Buffer
	all := group(b.entries, func(entry) []string { return nil })[0]
	fmt.Fprintf(&out, "# Faults tried and survived\n\nWritten by `make chaos`; do not edit. %s, version %s, %s, seed %d, %d faults in %s on %d processors.\n\n",
		b.started.UTC().Format("2006-01-02"), version(t, w.binary), form(w.long), w.seed, len(b.entries), time.Since(b.started).Round(time.Second), runtime.NumCPU())
	out.WriteString("The harness (`internal/chaos`) drives the real program against a real S3 server and the real engine and breaks things from outside. A fault\n" +
		"counts as survived when the disturbed run ended with a documented exit code, without a panic and without a secret in its output, and then\n" +
		"one undisturbed run succeeded, `waymark verify` found no difference, and every table of `waymark_raw` and `waymark_mart` and every view of `cx_bi`\n" +
		"counted and hashed as after one clean run over the same exports. Any fault that is not survived fails the harness, and then this page is not written.\n\n" +
		"Recovery is the whole undisturbed run: a first load when nothing had been loaded. The times are of the machine and its load at that moment.\n\n")
	fmt.Fprintf(&out, "Median recovery %s, longest %s.\n\n## By class\n\n", seconds(all.median()), seconds(all.longest()))
	table(&out, []string{"fault"}, group(b.entries, func(e entry) []string { return []string{e.class} }))
	for _, class := range group(b.entries, func(e entry) []string { return []string{e.class} }) {
		fmt.Fprintf(&out, "\n## %s\n\n", class.key[0])
		mine := slices.DeleteFunc(slices.Clone(b.entries), func(e entry) bool { return e.class != class.key[0] })
		table(&out, []string{"where", "what", "state before", "engine"}, group(mine, func(e entry) []string { return []string{e.where, e.fault, e.start, e.kind} }))
	}
	out.WriteString(limits())
	for _, class := range slices.Sorted(maps.Keys(b.notes)) {
		fmt.Fprintf(&out, "- %s: %s.\n", class, b.notes[class])
	}
	for _, class := range slices.Sorted(maps.Keys(b.skipped)) {
		fmt.Fprintf(&out, "- %s was not tried in this run: %s.\n", class, b.skipped[class])
	}
	fmt.Fprintf(&out, "\n## To repeat\n\n    make chaos    # all of it; rewrites this page\n"+
		"    go test ./internal/chaos -v -long -seed %d -run 'TestChaos/faults/instants/embedded/0042'\n", w.seed)
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "reliability.md"), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func form(long bool) string {
	if long {
		return "long form (each fault by itself)"
	}
	return "short form (several faults before one recovery; `make chaos` is the long one)"
}

func table(out *bytes.Buffer, heads []string, lines []*line) {
	heads = append(heads, "tried", "survived", "the run ended with", "median recovery", "longest")
	fmt.Fprintf(out, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, l := range lines {
		cells := append(slices.Clone(l.key), fmt.Sprint(l.tried), fmt.Sprint(l.tried), l.ended(), seconds(l.median()), seconds(l.longest()))
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
	}
}

// limits is what is not injected, and why.
func limits() string {
	return `
## Not injected

- Loss of power: SIGKILL leaves the page cache intact, and a disk that forgets what it acknowledged needs a block device of its own. The program
  syncs what it writes to a directory; the S3 server and the engine have guarantees of their own.
- A replicated ClickHouse cluster and its Keeper: the harness has one engine.
- TLS handshakes, DNS and credentials that expire in the middle of a run: the proxies speak plain HTTP.
- The clock of the S3 server and of the engine: neither decides anything here.
- A moved clock is injected by building the program once more with another time.Now, as nothing outside of a static program can shift its clock;
  everything else is the program as it ships.
`
}

func version(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimPrefix(first, "waymark ")
}
