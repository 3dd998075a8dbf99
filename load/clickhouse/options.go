package clickhouse

import (
	"time"

	"github.com/rs/zerolog"
)

// Options say which warehouse to open. Either DSN or Address is set.
type Options struct {
	// DSN of a server: clickhouse://user:password@host:9440/?secure=true (native protocol) or
	// http://host:8123, https://host:8443 (HTTP).
	DSN string
	// Password replaces the DSN's, so that it can be kept out of the configuration file.
	Password string

	// Address (host:port) and Secret of the embedded engine.
	Address string
	Secret  string
	// Lost says why the embedded engine will never answer again; nil while it may.
	Lost func() error

	// StatementTimeout limits one statement; 0 is one hour.
	StatementTimeout time.Duration
	// RetryBudget limits the time spent waiting between attempts of one statement; 0 is 30 seconds, negative is none.
	RetryBudget time.Duration
	// Patience is how long Open goes on while the warehouse does not answer; 0 is 3 seconds: one that is down should be reported soon,
	// one that is just restarting deserves a second try.
	Patience time.Duration
	Log      zerolog.Logger
}

func (o Options) statementTimeout() time.Duration {
	if o.StatementTimeout > 0 {
		return o.StatementTimeout
	}
	return time.Hour
}

func (o Options) patience() time.Duration {
	if o.Patience > 0 {
		return o.Patience
	}
	return min(o.retryBudget(), 3*time.Second)
}

func (o Options) retryBudget() time.Duration {
	if o.RetryBudget == 0 {
		return 30 * time.Second
	}
	return max(o.RetryBudget, 0)
}
