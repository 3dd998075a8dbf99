//go:build linux

package chaos

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

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
