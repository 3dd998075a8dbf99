//go:build unix

package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// lockFile excludes the writers of other processes. The kernel releases the lock with the process.
func (d *dirStore) lockFile(ctx context.Context) (unlock func(), err error) {
	f, err := d.root.OpenFile(own+"lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, dirError("lock", d.dir, err)
	}
	wait := time.Millisecond
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, dirError("lock", d.dir, err)
		}
		if err := pause(ctx, wait); err != nil {
			f.Close()
			return nil, err
		}
		wait = min(2*wait, 20*time.Millisecond)
	}
}

func identify(st fs.FileInfo) fileID {
	id := fileID{size: st.Size(), mtime: st.ModTime().UnixNano()}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		id.inode, id.changed = sys.Ino, changeTime(sys)
	}
	return id
}
