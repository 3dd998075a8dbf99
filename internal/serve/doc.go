// Package serve runs every source on its schedule for as long as it is let.
//
//	look, at least every 30 s ─▶ what is due (schedule) ─▶ claim the windows ─▶ one run for all of them ─▶ settle
//	     ▲                        lake: schedule document     compare-and-swap     pipeline: models once     compare-and-swap
//	     └──────────────────────────────────────────────────────────────────────────────────────────────────────┘
//
// It promises: a window that is settled is never run again, by this service or another one on the same lake; while one service
// runs a window no other does; a source that fails does not keep the others from running; failures that may pass are tried
// again, less and less often, until the source's next window takes their place. The pipeline makes runs repeatable, so
// a window that a crashed service had begun is simply run again once its claim has run out.
//
// The HTTP endpoint answers /healthz (the loop turns), /readyz (the lake answers) and /metrics. Labels hold names of
// configured sources and nothing of their data.
package serve
