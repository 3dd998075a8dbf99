package engine_test

import (
	"testing"

	"waymark/internal/testenv"
	"waymark/load/engine"
)

// testenv does not import this package: it would bring the engine's bindings into every test binary.
func TestTestsRunOnTheInstalledVersion(t *testing.T) {
	if testenv.EngineVersion != engine.Version {
		t.Errorf("tests look for engine %s, waymark engine install installs %s", testenv.EngineVersion, engine.Version)
	}
}
