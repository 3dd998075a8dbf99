package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"waymark/configs"
	"waymark/internal/fault"
	"waymark/internal/nearest"
)

// environment is all that a verb may know of the process it runs in.
type environment struct {
	self           string // path of this program
	lookup         configs.Lookup
	stdin          io.Reader
	stdout, stderr io.Writer
}

// app carries the global flags and what the verbs share.
type app struct {
	environment
	configFile string
	output     string // table or json
	logLevel   string
	quiet      bool
	stops      bool          // the verb ends by itself when it is interrupted
	patience   time.Duration // with a warehouse that does not answer; 0 is little
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, env environment) int {
	a := &app{environment: env}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && !a.stops {
		fmt.Fprintln(env.stderr, "waymark: interrupted; everything committed so far is kept, the next run goes on from there")
		return exitInterrupted
	}
	if err != nil {
		a.report(err)
	}
	return exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "waymark",
		Short: "One customer journey and every CX KPI, from the exports you already have",
		Long: "Waymark reads the exports of CRM, web analytics, ticketing and survey tools, turns them into one journey-event\n" +
			"stream and CX KPI facts, writes Parquet and publishes to ClickHouse, exactly once.",
		SilenceErrors: true, SilenceUsage: true,
		SuggestionsMinimumDistance: 2,
		PersistentPreRunE:          func(*cobra.Command, []string) error { return a.checkFlags() },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configFile, "config", "c", "waymark.yaml", "configuration file")
	flags.StringVarP(&a.output, "output", "o", "table", "how to print reports: table or json")
	flags.StringVar(&a.logLevel, "log-level", "", "debug, info, warn or error (default info; warn on a terminal)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress on the terminal")
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(a.initCommand(), a.checkCommand(), a.planCommand(), a.runCommand(), a.backfillCommand(), a.replayCommand(), a.gcCommand(), a.traceCommand(), a.statusCommand(), a.sqlCommand(),
		a.verifyCommand(), a.serveCommand(), a.demoCommand(), a.engineCommand(), a.versionCommand(), a.completionCommand())
	return root
}

func (a *app) checkFlags() error {
	if a.output != "table" && a.output != "json" {
		return usage("--output %q: use table or json", a.output)
	}
	if _, err := zerolog.ParseLevel(a.logLevel); err != nil {
		return usage("--log-level %q: use debug, info, warn or error", a.logLevel)
	}
	return nil
}

func unknownVerb(cmd *cobra.Command, given string) error {
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	e := fault.New(fault.Invalid, "unknown command %q", given)
	e.Hint = "commands: " + strings.Join(known, ", ")
	if s := nearest.Of(given, known); s != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", s)
	}
	return e
}

// noArgs refuses arguments with a message of the usual form.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no argument, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// load reads the configuration.
func (a *app) load() (*configs.Config, error) { return configs.Load(a.configFile, a.lookup) }

// logger writes JSON lines to stderr; people at a terminal see warnings only, as progress is shown there.
func (a *app) logger() zerolog.Logger {
	level, _ := zerolog.ParseLevel(a.logLevel)
	if a.logLevel == "" {
		level = zerolog.InfoLevel
		if a.terminal() {
			level = zerolog.WarnLevel
		}
	}
	w := a.stderr
	if a.terminal() {
		w = zerolog.ConsoleWriter{Out: a.stderr, NoColor: !a.color(), TimeFormat: "15:04:05"}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

// terminal reports whether stderr is one.
func (a *app) terminal() bool {
	f, ok := a.stderr.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (a *app) color() bool {
	_, off := a.lookup("NO_COLOR")
	return a.terminal() && !off
}
