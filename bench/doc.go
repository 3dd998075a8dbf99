// Package bench measures how fast exports become Parquet: the sample shop's exports, end to end through store, decoders,
// transform, encoder and manifests, without a warehouse. README.md says how to run and profile it.
package bench
