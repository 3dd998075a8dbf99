// Command serve runs the embedded engine alone, for work with curl:
//
//	go run ./load/engine/enginetest/serve -dir /tmp/wh -addr 127.0.0.1:8123 -secret s
//	curl 'http://127.0.0.1:8123/?password=s' -d 'SELECT 1'
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/rs/zerolog"

	"waymark/load/engine"
)

func main() {
	dir := flag.String("dir", "warehouse", "the warehouse's directory")
	addr := flag.String("addr", "127.0.0.1:8123", "loopback address to serve on")
	secret := flag.String("secret", "waymark", "password of every request")
	library := flag.String("library", "", "path of libchdb.so; the installed one when empty")
	level := flag.String("log-level", "", "the engine's own log on stderr")
	memory := flag.Int64("memory", 0, "bytes the engine may use")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if *library == "" {
		cache, _ := os.UserCacheDir()
		*library = engine.Inspect(filepath.Join(cache, "waymark")).Path
	}
	err := engine.Serve(ctx, engine.ServeOptions{
		Library: *library, Dir: *dir, Addr: *addr, Secret: *secret, Log: zerolog.New(os.Stderr), LogLevel: *level, MemoryLimit: *memory,
		Ready: func(addr string) { fmt.Printf("serving on http://%s/?password=%s\n", addr, *secret) },
	})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
