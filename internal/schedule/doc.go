// Package schedule says when a source is due: it reads cron expressions, computes the instants at which they fire and
// decides which of them a service has to run now.
//
//	expression + zone ─▶ Schedule: windows ─┐
//	missed, overlap, jitter ────────────────┼─▶ Plan.Due(history, now) ─▶ run these, pass over those, look again then
//	what the ledger says was done ──────────┘
//
// A run is keyed by its source and its window, the instant at which the expression fires. It promises: a local time that the
// clocks skip fires once, right after the gap; one that they repeat fires once, the first time; a window that the history
// holds is never due again, whichever way the clock was moved; deciding needs no state beside the history.
//
// It is the only importer of robfig/cron, for the parser alone: that library's own timer skips and repeats runs where clocks
// change and does not catch up after a suspend.
package schedule
