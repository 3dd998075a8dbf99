package main

import (
	"os/exec"
	"runtime"
)

// threads is what every engine gets.
const threads = 2

// pinnedCommand puts taskset before a command, so that on a larger machine every engine has the same two processors.
func pinnedCommand(args ...string) []string {
	if runtime.NumCPU() <= threads {
		return args
	}
	if path, err := exec.LookPath("taskset"); err == nil {
		return append([]string{path, "-c", "0,1"}, args...)
	}
	return args
}

func pinned(cmd *exec.Cmd) *exec.Cmd {
	args := pinnedCommand(append([]string{cmd.Path}, cmd.Args[1:]...)...)
	cmd.Path, cmd.Args = args[0], args
	return cmd
}
