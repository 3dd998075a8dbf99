package clickhouse

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"waymark/load/engine"
	"waymark/load/engine/enginetest"
	"waymark/schemas"
)

// shared is the engine that most tests use, started by the first of them.
var shared struct {
	once    sync.Once
	process *engine.Process
	dir     string
	err     error
}

func TestMain(m *testing.M) {
	if enginetest.IsChild() {
		os.Exit(enginetest.RunChild())
	}
	code := m.Run()
	if shared.process != nil {
		_ = shared.process.Close()
		_ = os.RemoveAll(shared.dir)
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// process gives the shared engine.
func process(t testing.TB) *engine.Process {
	t.Helper()
	options := enginetest.Options(t)
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "waymark-warehouse"); shared.err != nil {
			return
		}
		options.Dir = shared.dir
		shared.process, shared.err = engine.Start(context.Background(), options)
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.process
}

// open gives a warehouse on the shared engine with every raw table empty and no staging tables.
func open(t testing.TB) *Warehouse {
	t.Helper()
	w := connect(t, Options{})
	if err := w.Migrate(t.Context(), schemas.Tables()); err != nil {
		t.Fatal(err)
	}
	names, err := w.ListStagings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		must(t, w.DropStaging(t.Context(), n))
	}
	for _, table := range schemas.Tables() {
		must(t, w.Exec(t.Context(), "TRUNCATE TABLE "+RawTable(table).SQL(), nil))
	}
	return w
}

// connect opens the shared engine with what else o says.
func connect(t testing.TB, o Options) *Warehouse {
	t.Helper()
	p := process(t)
	o.Address, o.Secret, o.Log = p.Address(), p.Secret(), zerolog.Nop()
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// texts reads one column of a query as text.
func texts(t testing.TB, w *Warehouse, sql string) []string {
	t.Helper()
	rows, err := w.Query(t.Context(), sql, nil, true)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var values []string
	for rows.Next() {
		text, err := rows.Text()
		must(t, err)
		values = append(values, text[0])
	}
	must(t, rows.Err())
	return values
}

// DropPartition takes a partition away as nobody but a stranger does.
func (w *Warehouse) DropPartition(ctx context.Context, t Table, partition string) error {
	id, err := PartitionID(partition)
	if err != nil {
		return err
	}
	return w.exec(ctx, statement{
		what:       fmt.Sprintf("drop partition %s of %s", partition, t),
		sql:        fmt.Sprintf("ALTER TABLE %s DROP PARTITION ID %s", t.SQL(), literal(id)),
		repeatable: true,
	})
}
