// Package laketest supports tests of the lake and of what stands on it: random batches, one canonical text form in
// which rows seen by different readers are compared, an object store in memory, and the conformance suite that every
// implementation of lake.Objects passes.
package laketest
