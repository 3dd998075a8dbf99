// Package chaos is the fault harness: it drives the real program against a real S3 server and the real engine, breaks
// what can break, and proves that one undisturbed run afterwards puts everything right.
//
//	exports, lake ◀── S3 server ◀── proxy ◀── waymark ──▶ proxy ──▶ served engine ──▶ marts
//	                                  │          ▲           │
//	                                  └──── fault: at the nth request of a kind, before, half way or after:
//	                                        SIGKILL, SIGSTOP, cut, slow, 500, 503, 412, half a body, a lie
//
// The embedded engine has no proxy in front: it is a child of the program and is killed with it, alone, or left to end
// by itself. Nothing in the program knows of this package: all faults come from outside.
//
// After each fault it demands: an exit code that the README lists, no panic and no secret in what was printed; then of
// one undisturbed run that it succeeds, that `waymark verify` finds no difference, and that every table of waymark_raw
// and waymark_mart and every view of cx_bi counts and hashes as after one clean run over the same exports.
//
//	make test     the short form: every class of faults
//	make chaos    the long form, which writes docs/reliability.md
//	go test ./internal/chaos -v -long -seed 7 -run 'TestChaos/faults/instants/embedded/0042'    repeats one fault
package chaos
