// Command bench measures Waymark: beside DuckDB and the ClickHouse engine on the same exports, and alone where the promise
// is about itself (a run with nothing new, memory, start-up).
//
//	sampledata ─▶ exports in the cache ─▶ waymark, DuckDB, ClickHouse ─▶ same rows? ─▶ interleaved runs ─▶ results/*.json ─▶ RESULTS.md
//
// Every part writes its figures to results/PART.json; RESULTS.md is made from those files and holds no figure that
// was typed. README.md says how to run parts and how to profile them.
package main
