package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"waymark/configs"
	"waymark/internal/fault"
)

func (a *app) initCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use: "init", Short: "Write a commented configuration to start from", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			flags := os.O_CREATE | os.O_WRONLY | os.O_EXCL
			if force {
				flags = os.O_CREATE | os.O_WRONLY | os.O_TRUNC
			}
			f, err := os.OpenFile(a.configFile, flags, 0o644)
			if errors.Is(err, os.ErrExist) {
				return &fault.Error{Kind: fault.Invalid, Object: a.configFile, Err: errors.New("is there already"), Hint: "name another file with --config, or overwrite it with --force"}
			}
			if err != nil {
				return &fault.Error{Kind: fault.Invalid, Object: a.configFile, Err: err}
			}
			if _, err := f.WriteString(configs.Example); err != nil {
				f.Close()
				return fmt.Errorf("write %s: %w", a.configFile, err)
			}
			if err := f.Close(); err != nil {
				return fmt.Errorf("write %s: %w", a.configFile, err)
			}
			_, err = fmt.Fprintf(a.stdout, "wrote %s\nnext: edit it, export WAYMARK_KEY=\"$(openssl rand -hex 32)\", then waymark check\n", a.configFile)
			return err
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite an existing file")
	return cmd
}
