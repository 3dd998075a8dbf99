package pipeline

import (
	"context"
	"fmt"
	"io"
	"os"

	"waymark/load/lake"
	"waymark/schemas"
)

// readFile reads a data file that a manifest names, holding it against that.
func (r *Runner) readFile(ctx context.Context, o lake.Output, yield func(*schemas.Batch) error) error {
	body, err := r.Lake.OpenFile(ctx, o.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := os.CreateTemp(r.Config.Resources.Temp, "waymark-*.parquet")
	if err != nil {
		return fmt.Errorf("create temporary file: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // it lies among temporary files
	defer file.Close()
	n, err := io.Copy(file, body)
	if err != nil {
		return fmt.Errorf("read %s: %w", o.Key, err)
	}
	return lake.ReadOutput(ctx, file, n, o, yield)
}
