package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"waymark/load/engine"
)

func (a *app) engineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "engine", Short: "Install, inspect or serve the embedded warehouse",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(a.engineInstallCommand(), a.engineStatusCommand(), a.engineServeCommand(), a.engineChildCommand())
	return cmd
}

func (a *app) engineInstallCommand() *cobra.Command {
	return &cobra.Command{
		Use: "install", Short: "Fetch the embedded engine into the user's cache, once per machine", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cache, err := a.cacheDir()
			if err != nil {
				return err
			}
			status, err := engine.Install(cmd.Context(), engine.InstallOptions{CacheDir: cache, Progress: a.stderr})
			if err != nil {
				return err
			}
			return a.printEngine(status)
		},
	}
}

func (a *app) engineStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Print whether the embedded engine is installed", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			cache, err := a.cacheDir()
			if err != nil {
				return err
			}
			s := engine.Inspect(cache)
			if err := a.printEngine(s); err != nil {
				return err
			}
			if !s.Installed {
				return status(exitFailed)
			}
			return nil
		},
	}
}

func (a *app) printEngine(s engine.Status) error {
	if a.output == "json" {
		return printJSON(a.stdout, map[string]any{"installed": s.Installed, "version": s.Version, "path": s.Path})
	}
	what := "installed"
	if !s.Installed {
		what = "not installed: waymark engine install"
	}
	_, err := fmt.Fprintf(a.stdout, "engine %s  %s  %s\n", s.Version, what, s.Path)
	return err
}

// engineServeCommand runs the warehouse alone until it is interrupted; runs and queries of this machine join it.
func (a *app) engineServeCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the embedded warehouse so that other clients can connect", Args: noArgs,
		Long: "Serve the embedded warehouse of the configuration on loopback until interrupted. Address, user and password are\n" +
			"printed for other clients; runs and queries of this machine join it by themselves.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			memory := int64(0)
			if dir == "" {
				cfg, err := a.load()
				if err != nil {
					return err
				}
				if dir, err = embeddedDir(cfg.Warehouse); err != nil {
					return err
				}
				memory = int64(cfg.Resources.EngineMiB) << 20
			}
			return a.serveEngine(cmd.Context(), dir, memory)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "directory of the warehouse (default: that of the configuration)")
	return cmd
}

func (a *app) serveEngine(ctx context.Context, dir string, memory int64) error {
	p, err := a.startEngine(ctx, dir, memory, a.logger())
	if err != nil {
		return err
	}
	if p.Joined() {
		return usage("%s is being served already, at %s (process %d)", dir, p.Address(), p.PID())
	}
	fmt.Fprintf(a.stdout, "http://%s\nuser      default\npassword  %s\n", p.Address(), p.Secret())
	select {
	case <-ctx.Done():
		return p.Close()
	case <-p.Done():
		return p.Err()
	}
}

func embeddedDir(warehouse string) (string, error) {
	dir, ok := strings.CutPrefix(warehouse, "embedded:")
	if !ok {
		return "", usage("the configured warehouse is not embedded: %s", hidePassword(warehouse))
	}
	return dir, nil
}

// engineChildCommand is the process that Start spawns: it gets its orders from standard input and ends with its parent.
func (a *app) engineChildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "child", Hidden: true, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return engine.Child(cmd.Context(), a.stdin, a.stdout, a.logger())
		},
	}
}
