// Package pipeline is one run: it joins extract, transform and load.
//
//	discover ─▶ transform ─▶ commit ─▶ plan ─▶ stage ─▶ audit ─▶ publish ─▶ verify ─▶ models
//	 listing     chunks of     one        which    fresh    counts and  REPLACE     same     the same
//	 against     one object    manifest   partitions tables  hashes of   PARTITION   counts   steps for
//	 manifests   on all cores  an object  changed           manifests   per ledger           each mart
//
// It promises what LOAD_PROTOCOL promises: every step may be repeated; a manifest is written after all that it names;
// a partition is a function of the files its manifests name and is replaced whole; the ledger says what was published
// and an intent in it says what is being published. It owns the interfaces it consumes.
package pipeline
