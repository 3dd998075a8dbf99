package extract

import (
	"context"
	"io"

	"waymark/schemas"
)

// Input is one object to read.
type Input struct {
	Name string // for messages: the object's URI
	Size int64  // stored (compressed) bytes
	// Modified is the object's time in µs; record_version of records that carry no version of their own.
	Modified int64
	// Open reads the stored bytes from the start.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// ReadAt reads len(p) stored bytes at off, for formats with an index (Parquet).
	ReadAt func(ctx context.Context, p []byte, off int64) (int, error)
}

// Options are what the configuration says about a source; the zero value reads with defaults.
type Options struct {
	Fields       map[string]string // source field → canonical column, or attributes.NAME
	Currency     string            // currency of amounts that carry none
	DecimalComma bool              // numbers as 1.234,56
	Encoding     string            // "" recognises UTF-8 and UTF-16 by BOM; else windows-1250, windows-1251, …
	Delimiter    byte              // 0 recognises , ; and tab from the header
	Country      string            // ISO 3166 alpha-2 of national phone numbers
	TimeZone     string            // IANA zone of times that carry none; "" is UTC
	ChunkBytes   int               // 0 is DefaultChunkBytes
	MaxRecord    int               // largest record in bytes; 0 is DefaultMaxRecord
	MaxRatio     int               // largest decompression ratio; 0 is DefaultMaxRatio
	Buffers      *Buffers          // memory for chunks, of ChunkBytes each; nil is the stream's own
}

// Limits and sizes used where Options leave them 0.
const (
	DefaultChunkBytes = 8 << 20
	DefaultMaxRecord  = 16 << 20
	DefaultMaxRatio   = 1000
)

// ChunkSize is how many bytes the next chunk of a text of size bytes takes at most, when full is the most of all and offset have been taken.
// At both ends of a text of several chunks it is less, so that all workers have something to do early and are done at about the same time.
// A size of 0 is unknown.
func ChunkSize(full int, offset, size int64) int {
	most, least, left := int64(full), max(int64(full)/8, 1), size-offset
	if size < 4*most || left <= 0 {
		return full
	}
	return int(min(most, least+offset, max(least, left/3)))
}

// Chunk is a run of whole records, decoded by one worker. Chunks are cut by content and size only, so that the same
// object always gives the same chunks.
type Chunk struct {
	Index  int      // 0, 1, 2, …
	Data   []byte   // the records; nil when the format addresses them otherwise
	Offset int64    // byte offset of Data[0] in the decompressed UTF-8 text
	Line   int64    // 1-based line of Data[0]
	Ends   []uint32 // JSON: where its lines end, behind the line end, and SpaceBefore; nil where that is to be found out
	Part   int      // belongs to the format (Parquet: row group)
	First  int64    // Parquet: first row of the chunk within the row group
	Rows   int64    // Parquet: number of rows

	// Release gives Data back for reuse; the consumer calls it once when the chunk is decoded. It may be nil.
	Release func()
}

// SpaceBefore is added to an end of a line in front of whose line end there is space.
const SpaceBefore = 1 << 31

// Stream is one opened object. Next is called from one goroutine; each worker has its own Decoder.
type Stream interface {
	// Next returns the next chunk, or io.EOF. A *Quarantine error means that the object as a whole cannot be used.
	Next(ctx context.Context) (Chunk, error)
	// NewDecoder returns a decoder for one worker.
	NewDecoder() Decoder
	// News tells what the object holds that the export does not know; complete once every chunk is decoded.
	News() News
	// Close releases what Open acquired.
	Close() error
}

// Decoder decodes chunks into drafts.
type Decoder interface {
	// Decode emits the rows of every record in c. Records that cannot be used are rejected through sink and the
	// others go on. The error is sink's own, or a *Quarantine.
	Decode(ctx context.Context, c Chunk, sink schemas.Sink) error
}

// Export describes one export of one system. Values are immutable.
type Export struct {
	System, Name string
	// Version is raised when the same object would give other rows, so that objects already read are read again.
	Version int
	Tables  []*schemas.Table // the tables it writes, journey_event included
	// FullByDefault is true when every export holds the whole state, so that the newest replaces the older ones.
	FullByDefault bool
	// Columns are the source fields it knows, for `fields:` validation and suggestions; empty accepts any.
	Columns []string
	// Open recognises the object's format and opens it. A contract that is broken at the door (a missing required
	// column, a wrong type, an undecodable archive) is a *Quarantine.
	Open func(ctx context.Context, in Input, opt Options) (Stream, error)
	// Timed is true when rows appear with the object's time (Input.Modified), so that the same bytes written again later are read again.
	Timed bool
	// Supersedes, when not nil, returns for each key the key that replaces it ("" is none): GA4's daily file wins
	// over the intraday one. keys are all current keys of the source, sorted.
	Supersedes func(keys []string) map[string]string
}

// Quarantine says that an object breaks its contract and is set aside whole.
type Quarantine struct {
	Reason  schemas.Reason
	Field   string
	Line    int64
	Message string // without values from the object
}

func (q *Quarantine) Error() string {
	msg := string(q.Reason) + ": "
	if q.Field != "" {
		msg += q.Field + ": "
	}
	return msg + q.Message
}
