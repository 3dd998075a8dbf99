// Runs statements in DuckDB. Last argument: the node_modules directory. Standard input: {"threads", "setup": [...],
// "statements": [...], "rows": bool}. Standard output: {"seconds" of the statements, "cpu" and "rss" that Node alone took
// before DuckDB was loaded, "version", "rows" of the last statement}.
import { createRequire } from 'node:module';
import { join } from 'node:path';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const job = JSON.parse(input);
const { userCPUTime, systemCPUTime } = process.resourceUsage();
const host = { cpu: (userCPUTime + systemCPUTime) / 1e6, rss: process.memoryUsage().rss };

const require = createRequire(join(process.argv.at(-1), 'x'));
const { DuckDBInstance } = require('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:', { threads: String(job.threads) })).connect();
for (const sql of job.setup ?? []) await connection.run(sql);
const version = (await connection.runAndReadAll('SELECT version()')).getRowsJson()[0][0];
const began = process.hrtime.bigint();
let rows;
for (const sql of job.statements) {
  if (job.rows) rows = (await connection.runAndReadAll(sql)).getRowsJson();
  else await connection.run(sql);
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
process.stdout.write(JSON.stringify({ seconds, ...host, version, rows }));
