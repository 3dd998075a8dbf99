// Package testenv finds what tests need beside Go: the real sample exports, a real S3 server, the embedded engine and
// the Node clients of DuckDB and ClickHouse.
//
// A component that is not on the machine skips the test with a message that says how to install it; with
// WAYMARK_REQUIRE_COMPONENTS=1 (make test sets it) the test fails instead, so that nothing is skipped by accident. The
// sample exports are the exception: they are not part of the project and a clone is complete without them.
//
// Components live in the cache directory ($WAYMARK_CACHE, else waymark/ in the user's cache directory) and are put there
// by install.sh beside this file and by `waymark engine install`.
package testenv
