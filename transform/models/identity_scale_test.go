package models_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"waymark/load/engine/enginetest"
	"waymark/transform/models"
)

// scaleEdges makes about 1.5 edges per identifier: components of 3, of 8, of 50 and of 1,500 identifiers, each a random tree
// with as many random edges again, and one chain of 1,000 identifiers seen in the order of the chain.
const scaleEdges = `INSERT INTO waymark_mart.identity_edge (left_id, left_kind, right_id, right_kind, first_seen_at, last_seen_date)
WITH
    {identifiers:UInt64} AS n,
    pair AS (
        SELECT i AS x, first + cityHash64(i, salt) % (i - first) AS y
        FROM (
            SELECT number AS i, arrayJoin([1, 2]) AS salt,
                toUInt64(number - number % multiIf(number < n * 0.3, 3, number < n * 0.6, 8, number < n * 0.97, 50, 1500)) AS first
            FROM numbers(assumeNotNull(n) - 1500)
        )
        WHERE i > first AND (salt = 1 OR cityHash64(i) % 10 < 8)
        UNION ALL
        SELECT n - 1000 + number AS x, n - 1001 + number AS y FROM numbers(1, 999)
    )
SELECT
    least(a, b) AS left_id, 'user' AS left_kind, greatest(a, b) AS right_id, 'user' AS right_kind,
    toDateTime64('2025-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(min(if(x > n - 1500, x - (n - 1500), cityHash64(x, y) % 30000000))) AS first_seen_at, '2025-01-01' AS last_seen_date
FROM (SELECT x, y, reinterpretAsUUID(sipHash128(toUInt64(x))) AS a, reinterpretAsUUID(sipHash128(toUInt64(y))) AS b FROM pair)
GROUP BY left_id, right_id`

// scaleRecords are the edges as records, so that identifiers are first seen with their first edge or up to 100 days before.
const scaleRecords = `INSERT INTO waymark_mart.identity_record (seen_date, user_id, first_seen_at)
SELECT '2025-01-01', id, min(at) FROM (
    SELECT arrayJoin([left_id, right_id]) AS id, first_seen_at - toIntervalSecond(if(sipHash64(id) % 4 = 0, sipHash64(id) % 8640000, 0)) AS at FROM waymark_mart.identity_edge
) GROUP BY id`

// TestIdentityScale times identity on WAYMARK_IDENTITY_SCALE identifiers within the engine's default memory limit.
func TestIdentityScale(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("WAYMARK_IDENTITY_SCALE"))
	if n < 10_000 {
		t.Skip("set WAYMARK_IDENTITY_SCALE to a number of identifiers, from 10000 on")
	}
	list, err := models.Load()
	if err != nil {
		t.Fatal(err)
	}
	options := enginetest.Options(t)
	options.MemoryLimit = 4 << 30
	w := &warehouse{t: t, process: enginetest.StartWith(t, options), settings: map[string]string{ // as load/clickhouse builds models
		"max_partitions_per_insert_block": "0", "max_bytes_before_external_sort": "1073741824", "max_bytes_before_external_group_by": "1073741824"}}
	w.exec("CREATE DATABASE waymark_mart", nil, nil)
	for _, m := range list {
		if strings.HasPrefix(m.Name, "identity_") || m.Name == "customer_key_history" {
			w.exec(martDDL(m, "waymark_mart.`"+m.Name+"`"), nil, nil)
		}
	}
	w.exec(scaleEdges, map[string]string{"identifiers": strconv.Itoa(n)}, nil)
	w.exec(scaleRecords, nil, nil)
	t.Logf("%s identifiers, %s edges", w.rows("SELECT count() FROM waymark_mart.identity_record", nil)[0][0], w.rows("SELECT count() FROM waymark_mart.identity_edge", nil)[0][0])
	lap := func(what, model string) {
		for _, m := range list {
			if m.Name != model {
				continue
			}
			started, cpu := time.Now(), w.cpu()
			w.fill(m, "waymark_mart.`"+model+"`", models.Defaults())
			built, builtCPU := time.Since(started), w.cpu()-cpu
			w.test(m, map[string]bool{"identity_edge": true, "identity_identifier": true, "identity_component": true}, models.Defaults())
			t.Logf("%-40s %6.1f s, %6.1f s of CPU, %d steps; with data tests %6.1f s; peak %s", what, built.Seconds(), builtCPU, w.steps, time.Since(started).Seconds(), w.peak())
		}
	}
	lap("identity_identifier", "identity_identifier")
	lap("identity_component from nothing", "identity_component")
	digest := func() string {
		return w.exec("SELECT count(), uniqExact(customer_key), sum(sipHash64(identifier, customer_key, links, links_hash)) FROM waymark_mart.identity_component", nil, nil)
	}
	w.incremental = true
	want := digest()
	lap("… again, nothing changed", "identity_component")
	if got := digest(); got != want {
		t.Errorf("from what was there: %s, from nothing: %s", got, want)
	}
	w.exec(`INSERT INTO waymark_mart.identity_edge (left_id, left_kind, right_id, right_kind, first_seen_at, last_seen_date)
		SELECT least(a, b), 'user', greatest(a, b), 'user', '2026-01-01 00:00:00', '2026-01-01' FROM (
			SELECT reinterpretAsUUID(sipHash128(toUInt64(cityHash64(number) % {identifiers:UInt64}))) AS a, reinterpretAsUUID(sipHash128(toUInt64(cityHash64(number, 1) % {identifiers:UInt64}))) AS b FROM numbers(1000)
		) WHERE a != b AND a IN (SELECT identifier FROM waymark_mart.identity_component) AND b IN (SELECT identifier FROM waymark_mart.identity_component)`,
		map[string]string{"identifiers": strconv.Itoa(n)}, nil)
	lap("identity_identifier", "identity_identifier")
	lap("identity_component, 1,000 edges more", "identity_component")
	got := digest()
	w.incremental = false
	lap("identity_component from nothing", "identity_component")
	if want := digest(); got != want {
		t.Errorf("from what was there: %s, from nothing: %s", got, want)
	}
	lap("customer_key_history", "customer_key_history")
	t.Logf("%s customers, %s former keys", w.rows("SELECT uniqExact(customer_key) FROM waymark_mart.identity_component", nil)[0][0],
		w.rows("SELECT count() FROM waymark_mart.customer_key_history", nil)[0][0])
}

// cpu is what the engine has used, in seconds.
func (w *warehouse) cpu() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.process.PID()))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// peak is the most memory that the engine ever held.
func (w *warehouse) peak() string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.process.PID()))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Join(strings.Fields(line), " ")
}
