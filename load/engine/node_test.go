package engine_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/testenv"
)

// nodeScript uses @clickhouse/client as its documentation shows and prints what it saw.
const nodeScript = `
const { createClient } = require('@clickhouse/client');
const { Readable } = require('stream');
(async () => {
  const seen = {};
  const options = { url: 'http://' + process.env.ENGINE_ADDRESS, username: 'default', password: process.env.ENGINE_SECRET };
  const client = createClient({ ...options, compression: { request: true, response: true }, clickhouse_settings: { max_threads: 2 } });
  seen.ping = (await client.ping()).success;
  await client.command({ query: 'CREATE TABLE node (id UInt32, name String) ENGINE = MergeTree ORDER BY id' });
  const inserted = await client.insert({ table: 'node', values: [{ id: 1, name: 'a' }, { id: 2, name: "it's" }], format: 'JSONEachRow' });
  seen.written = inserted.summary && inserted.summary.written_rows;
  await client.insert({ table: 'node', values: Readable.from([{ id: 3, name: 'c' }]), format: 'JSONEachRow' });
  const rows = await client.query({ query: 'SELECT id, name FROM node WHERE id <= {max:UInt32} ORDER BY id', query_params: { max: 2 }, format: 'JSONEachRow' });
  seen.rows = await rows.json();
  const json = await client.query({ query: 'SELECT count() AS n FROM node', format: 'JSON' });
  seen.json = (await json.json()).data;
  let streamed = 0;
  const big = await client.query({ query: 'SELECT number FROM numbers(100000)', format: 'JSONCompactEachRow' });
  for await (const chunk of big.stream()) streamed += chunk.length;
  seen.streamed = streamed;
  try { await client.query({ query: 'SELECT * FROM nowhere' }); } catch (e) { seen.code = e.code; seen.type = e.type; }
  try { await createClient({ ...options, password: 'wrong' }).query({ query: 'SELECT 1' }); } catch (e) { seen.denied = e.code; }
  await client.close();
  console.log(JSON.stringify(seen));
})().catch((e) => { console.error(e); process.exit(1); });
`

func TestClickHouseClientForNode(t *testing.T) {
	modules := testenv.NodeModules(t)
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	p := sharedEngine(t)
	script := filepath.Join(t.TempDir(), "client.js")
	if err := os.WriteFile(script, []byte(nodeScript), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, script)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "ENGINE_ADDRESS="+p.Address(), "ENGINE_SECRET="+p.Secret())
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	var seen any
	if err := json.Unmarshal(out, &seen); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, _ := json.Marshal(seen)
	want := `{"code":"60","denied":"516","json":[{"n":3}],"ping":true,"rows":[{"id":1,"name":"a"},{"id":2,"name":"it's"}],"streamed":100000,"type":"UNKNOWN_TABLE","written":"2"}`
	if string(got) != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}
