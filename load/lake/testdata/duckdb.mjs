// Runs one query per line of standard input, {"sql": ...}, in DuckDB and prints its rows, arrays of text, as one line
// of JSON each. Argument: the node_modules directory.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2], 'x'));
const { DuckDBInstance } = require('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:')).connect();
for await (const line of createInterface({ input: process.stdin })) {
  const { sql } = JSON.parse(line);
  const reader = await connection.runAndReadAll(sql);
  process.stdout.write(JSON.stringify(reader.getRowsJson()) + '\n');
}
