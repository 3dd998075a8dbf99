package testenv

import (
	"os/exec"
	"syscall"
)

// dieWithParent makes the kernel end cmd when the test process dies, even by SIGKILL.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
