package pipeline

import (
	"fmt"
	"os"
	"strings"
)

// thisProcess names the process for others on the same machine: boot, process namespace, process id and start, so that
// neither another machine's number nor a number used again is mistaken for it. "" when the system does not tell.
func thisProcess() string {
	machine, pid := machineName(), os.Getpid()
	start, _ := processStart(pid)
	if machine == "" || start == "" {
		return ""
	}
	return fmt.Sprintf("%s %d %s", machine, pid, start)
}

// processGone reports whether the process of that name certainly has ended: it ran on this machine, where processes are
// seen, and is there no longer.
func processGone(name string) bool {
	rest, ok := strings.CutPrefix(name, machineName()+" ")
	var pid int
	var start string
	if n, _ := fmt.Sscan(rest, &pid, &start); !ok || n != 2 {
		return false
	}
	if own, _ := processStart(os.Getpid()); own == "" {
		return false
	}
	now, running := processStart(pid)
	return !running || now != "" && now != start
}

// machineName names the boot of the kernel and the process namespace; "" when unknown.
func machineName() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, err2 := os.Readlink("/proc/self/ns/pid")
	if err != nil || err2 != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + space
}

// processStart returns when the process started, in the kernel's ticks, "" when that cannot be read; false when it does
// not run. One that has ended and only waits for its parent to ask is not running.
func processStart(pid int) (string, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", !os.IsNotExist(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:])) // the command may hold spaces
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	return fields[19], true
}
