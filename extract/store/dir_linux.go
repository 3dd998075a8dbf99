package store

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func changeTime(st *syscall.Stat_t) int64 { return st.Ctim.Nano() }

// startWriting has the system write f to the disk while other files are written; Sync still has to be called.
func startWriting(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return // then Sync does all of it
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.SyncFileRange(int(fd), 0, 0, unix.SYNC_FILE_RANGE_WRITE) })
}
