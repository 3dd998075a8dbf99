package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"waymark/internal/fault"
)

// npmPack downloads one package's tarball into dir and returns its path. npm brings the machine's own registry, proxy and
// credentials; no script of the package runs.
func npmPack(ctx context.Context, npm, pkg, dir string) (string, error) {
	if npm == "" {
		npm = "npm"
	}
	cmd := exec.CommandContext(ctx, npm, "pack", pkg+"@"+Version, "--ignore-scripts", "--silent", "--loglevel=error")
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	said := &tail{}
	cmd.Stderr, cmd.Stdout = said, said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("install the engine: npm pack: %w", ctx.Err())
		}
		return "", npmError(err, said.quote())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fault.New(fault.Internal, "install the engine: npm pack left %d archives%s", len(found), said.quote())
	}
	return found[0], nil
}

var (
	npmOffline  = regexp.MustCompile(`\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|E5\d\d|E429)\b`)
	npmRefused  = regexp.MustCompile(`\b(E401|E403|ENEEDAUTH)\b`)
	npmMissing  = regexp.MustCompile(`\b(E404|ETARGET)\b`)
	npmDiskFull = regexp.MustCompile(`\b(ENOSPC|EDQUOT)\b`)
)

// npmError gives npm's failure a kind by the code it prints.
func npmError(err error, said string) error {
	e := fault.New(fault.Internal, "install the engine: npm pack: %w%s", err, strings.ReplaceAll(said, "\n", " "))
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Hint = fault.Invalid, "install Node.js, which brings npm; or "+serverHint
	case npmDiskFull.MatchString(said):
		e.Hint = "the engine needs 750 MB while it is installed; free some space, or set WAYMARK_CACHE to another disk"
	case npmOffline.MatchString(said):
		e.Kind, e.Hint = fault.Transient, "npm could not reach its registry; check the network and try again"
	case npmRefused.MatchString(said):
		e.Kind, e.Hint = fault.Auth, "the registry refused npm; check npm's credentials"
	case npmMissing.MatchString(said):
		e.Kind, e.Hint = fault.NotFound, "npm's registry does not have this version; check which registry npm uses"
	}
	return e
}
