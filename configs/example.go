package configs

import _ "embed"

// Example is the commented configuration that `waymark init` writes. A test loads it.
//
//go:embed waymark.example.yaml
var Example string
