//go:build !linux

package testenv

import "os/exec"

// dieWithParent does nothing where the kernel has no such service; the test's cleanup still ends the process.
func dieWithParent(*exec.Cmd) {}
