// Package configs is Waymark's configuration: one strict YAML file.
//
//	Default ──▶ YAML file (unknown keys are errors with their line) ──▶ ${env:NAME}, ${file:PATH} ──▶ Validate
//
// It promises that every problem of a file is reported at once, each with file, line, path and what to do, and that a
// loaded Config is complete: no later code asks whether a value was given.
package configs
