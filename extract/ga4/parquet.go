package ga4

import (
	"context"
	"errors"

	"waymark/extract"
)

func openParquet(ctx context.Context, in extract.Input, set settings, opt extract.Options) (extract.Stream, error) {
	return nil, errors.ErrUnsupported
}
