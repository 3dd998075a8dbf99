package main

import (
	"embed"
	"path/filepath"
	"strconv"
	"strings"

	"waymark/internal/sampledata"
	"waymark/schemas"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// job is one export and what is to become of it.
type job struct {
	kind               sampledata.Bulk
	input              export
	table              *schemas.Table
	system, exportName string
	pattern            string // of the input's files, relative to its directory
	timezone           string // of reporting days
	more               string // of the source's configuration
	// keyed are the columns whose values differ from engine to engine by nature: pseudonyms and hashes.
	keyed []string
	// byFile says of which peers the SQL runs for each file; nil where files are not days.
	byFile map[string]bool
	// hashed are those that spread rows by a hash of their key: each engine by its own, into as many values.
	hashed []string
}

func jobOf(kind sampledata.Bulk, input export) *job {
	j := &job{kind: kind, input: input, table: schemas.JourneyEvent}
	switch kind {
	case sampledata.BulkWebEvents: // the property's own days, so that a file is a day
		j.system, j.exportName, j.pattern, j.timezone = "ga4", "events", "ga4/*.json", sampledata.TimeZone
		j.keyed, j.byFile = []string{"event_id", "user_id", "device_id", "row_hash"}, map[string]bool{}
	case sampledata.BulkTicketAudits:
		j.system, j.exportName, j.pattern, j.timezone = "zendesk", "ticket_audits", "zendesk/*.ndjson", "UTC"
		j.keyed = []string{"event_id", "contact_id", "row_hash"}
	case sampledata.BulkContacts:
		j.table = schemas.Customer
		j.system, j.exportName, j.pattern, j.timezone = "salesforce", "Contact", "salesforce/*.csv", "UTC"
		j.more = ", fields: { Customer_Number__c: user_id }"
		j.keyed = []string{"email_id", "phone_id", "user_id", "contact_id", "account_id", "row_hash"}
		j.hashed = []string{"bucket"}
	}
	return j
}

// shape is how a peer's SQL goes over an export whose files are days.
type shape struct{ whole, file string } // what it writes to: over all files at once, and for one file

// shapes are by peer.
var shapes = map[string]shape{
	"duckdb":     {"'{{out}}/days' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date))", "'{{out}}/{{name}}.parquet' (FORMAT parquet, COMPRESSION zstd)"},
	"clickhouse": {"file('{{out}}/{_partition_id}.parquet', Parquet) PARTITION BY event_date", "file('{{out}}/{{name}}.parquet', Parquet)"},
}

// statements are a peer's SQL for the job with results below dir: one, or with byFile one for each file.
func (j *job) statements(peer, dir string) ([]string, error) {
	text, err := sqlFiles.ReadFile("sql/" + string(j.kind) + "." + peer + ".sql")
	if err != nil {
		return nil, err
	}
	to := shapes[peer].whole
	inputs := []string{filepath.Join(j.input.Dir, j.pattern)}
	if j.byFile[peer] {
		to, inputs = shapes[peer].file, j.input.Files
	}
	var list []string
	for i, from := range inputs {
		sql := strings.ReplaceAll(string(text), "{{to}}", to)
		list = append(list, strings.NewReplacer("{{key}}", key, "{{out}}", dir, "{{from}}", from, "{{name}}", strconv.Itoa(i),
			"{{version}}", strconv.FormatInt(exportedAt.UnixMicro(), 10)).Replace(sql))
	}
	return list, nil
}
