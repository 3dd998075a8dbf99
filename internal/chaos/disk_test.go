//go:build linux

package chaos

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskFull gives the program's temporary directory, a lake in a directory and the embedded warehouse, each, a disk that
// is too small, then a larger one. It needs the right to mount a tmpfs.
func (w *world) diskFull(t *testing.T) {
	if err := mountable(t.TempDir()); err != nil {
		w.book.skip("disk full", "a small file system cannot be mounted here ("+err.Error()+"); run as root to try it")
		t.Skipf("no small file system can be mounted: %v", err)
	}
	for _, where := range []string{"lake in a directory", "embedded warehouse", "temporary files"} {
		t.Run(slug(where), func(t *testing.T) {
			l := w.newLane(t, embedded)
			shares := []float64{0.1, 0.4, 0.8}
			if !w.long {
				shares = shares[1:2]
			}
			for _, share := range shares {
				l.sub(t, fmt.Sprintf("%.0f", 100*share), func() { l.smallDisk(where, share) })
			}
		})
	}
}

func mountable(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		return err
	}
	return syscall.Unmount(dir, 0)
}

// smallDisk runs with a share of the space that the place needs, or little more than it has.
func (l *lane) smallDisk(where string, share float64) {
	l.t.Helper()
	disk := filepath.Join(l.dir, "disk")
	l.mkdir(disk)
	start, size, what := nothing, 0, fmt.Sprintf("%.0f %% of the space it needs", 100*share)
	switch where {
	case "lake in a directory":
		if !l.long {
			start, what = touched, "16 KiB left"
		}
		l.reset(start)
		l.place = disk
		size = int(share * float64(treeSize(filepath.Join(l.template(l.t, touched), lakeBucket))))
	case "embedded warehouse":
		size = int(share * float64(treeSize(filepath.Join(l.template(l.t, touched), "warehouse"))))
		if !l.long {
			start, what = touched, "16 KiB left"
		}
		l.reset(start)
	case "temporary files":
		start = touched
		l.reset(start)
		l.resources = ", temp: " + disk
		l.put("survey/responses-big.csv", bigExport())
		size = int(share * (12 << 20))
	}
	l.must(syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2g"))
	defer func() { l.must(syscall.Unmount(disk, syscall.MNT_DETACH)) }()
	if before := map[string]string{"lake in a directory": filepath.Join(l.s3.Dir, lakeBucket), "embedded warehouse": l.warehouse()}[where]; before != "" && start == touched {
		l.must(copyTree(l.t.Context(), before+"/.", disk)) // the S3 server keeps objects as a lake in a directory does
		size = treeSize(disk) + 16<<10
	}
	if where == "embedded warehouse" {
		l.must(os.RemoveAll(l.warehouse()))
		l.must(os.Symlink(disk, l.warehouse()))
	}
	l.resize(disk, max(size, 64<<10))
	l.configure()
	p := l.start("run")
	o := p.wait(patience)
	l.check(p, o)
	if o.code == 0 {
		l.t.Errorf("a run succeeded with %s", what)
	}
	l.resize(disk, 2<<30)
	done := []entry{{class: "disk full", fault: what, where: where, start: start, kind: l.kind, code: codeName(p, o)}}
	var last []string
	if where == "temporary files" { // the big export is no part of a clean run
		if l.long {
			l.mustRun()
			last = []string{"--prune", "--accept-loss"}
		}
		l.remove("survey/responses-big.csv")
	}
	l.recover(done, last...)
	l.right, l.place, l.resources = false, "s3://"+lakeBucket, ""
	l.configure()
}

func (l *lane) resize(disk string, size int) {
	l.t.Helper()
	l.must(syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", size)))
}

// bigExport is a survey whose rows do not fit into the memory that a transform keeps them in before it uses a file.
func bigExport() []byte {
	var b bytes.Buffer
	b.WriteString("Response ID,Sent,Date,Survey,Score,Comment,E-mail,Customer No,Ticket,Order,Channel,Branch\n")
	const rows = 250_000
	x := uint64(88172645463325252)
	for i := range rows {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		fmt.Fprintf(&b, "big-%d-%016x%016x,,2026-01-06 10:00:00,nps,%d,,,,,,,\n", i, x, x*0x9E3779B97F4A7C15, i%11)
	}
	return b.Bytes()
}

func treeSize(dir string) int {
	total := 0
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".lock") {
			return err
		}
		if info, err := d.Info(); err == nil {
			total += (int(info.Size()) + 4095) / 4096 * 4096
		}
		return nil
	})
	return total
}
