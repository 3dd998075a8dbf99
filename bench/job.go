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
	// hashed are those that spread rows by a hash of their key: each engine by its own, into as many values.
	hashed []string
}

func jobOf(kind sampledata.Bulk, input export) *job {
	j := &job{kind: kind, input: input, table: schemas.JourneyEvent}
	switch kind {
	case sampledata.BulkWebEvents: // the property's own days, so that a file is a day
		j.system, j.exportName, j.pattern, j.timezone = "ga4", "events", "ga4/*.json", sampledata.TimeZone
		j.keyed = []string{"event_id", "user_id", "device_id", "row_hash"}
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

// statements are a peer's SQL for the job with results below dir: once for each file where it says {{file}}, else once.
func (j *job) statements(peer, dir string) ([]string, error) {
	text, err := sqlFiles.ReadFile("sql/" + string(j.kind) + "." + peer + ".sql")
	if err != nil {
		return nil, err
	}
	sql := strings.NewReplacer("{{key}}", key, "{{out}}", dir, "{{glob}}", filepath.Join(j.input.Dir, j.pattern),
		"{{version}}", strconv.FormatInt(exportedAt.UnixMicro(), 10)).Replace(string(text))
	if !strings.Contains(sql, "{{file}}") {
		return []string{sql}, nil
	}
	var list []string
	for i, name := range j.input.Files {
		list = append(list, strings.NewReplacer("{{file}}", name, "{{name}}", strconv.Itoa(i)).Replace(sql))
	}
	return list, nil
}
