//go:build linux

package chaos

import (
	"net/http"
	"regexp"
	"strings"
)

// nameS3 names a request to the S3 server: method and what it is about.
func nameS3(r *http.Request, _ []byte) string {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if key == "" {
		if bucket == exports {
			return "LIST exports"
		}
		folder, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("prefix"), "/"), "/")
		return "LIST " + folder
	}
	if bucket == exports {
		return r.Method + " export"
	}
	folder, rest, nested := strings.Cut(key, "/")
	if folder == "ledger" {
		folder += " " + strings.TrimSuffix(rest, ".json")
	} else if !nested {
		folder = strings.TrimSuffix(key, ".json")
	}
	return r.Method + " " + folder
}

var statements = []struct {
	name string
	expr *regexp.Regexp
}{
	{"create staging", regexp.MustCompile("(?i)^CREATE (OR REPLACE )?TABLE [^(]*waymark_stage")},
	{"load staging", regexp.MustCompile("(?is)^INSERT INTO `?waymark_stage`?.*FORMAT Parquet")},
	{"fill staging", regexp.MustCompile("(?i)^INSERT INTO `?waymark_stage")},
	{"merge staging", regexp.MustCompile("(?i)^OPTIMIZE TABLE `?waymark_stage")},
	{"audit staging", regexp.MustCompile("(?is)^SELECT _partition_id.*FROM `?waymark_stage")},
	{"verify raw", regexp.MustCompile("(?is)^SELECT _partition_id.*FROM `?waymark_raw")},
	{"verify mart", regexp.MustCompile("(?is)^SELECT _partition_id.*FROM `?waymark_mart")},
	{"replace raw", regexp.MustCompile("(?i)^ALTER TABLE `?waymark_raw.* REPLACE PARTITION")},
	{"replace mart", regexp.MustCompile("(?i)^ALTER TABLE `?waymark_mart.* REPLACE PARTITION")},
	{"drop partition", regexp.MustCompile("(?i)^ALTER TABLE `?waymark_(raw|mart).* (DROP|MOVE) PARTITION")},
	{"drop staging", regexp.MustCompile("(?i)^DROP TABLE IF EXISTS `?waymark_stage")},
	{"create table", regexp.MustCompile("(?i)^CREATE TABLE ")},
	{"create view", regexp.MustCompile("(?i)^CREATE (OR REPLACE )?VIEW")},
	{"record run", regexp.MustCompile("(?i)^INSERT INTO `?waymark_ops")},
	{"test model", regexp.MustCompile("(?is)^(SELECT|WITH).*waymark_stage")},
	{"read", regexp.MustCompile("(?i)^(SELECT|WITH|DESCRIBE|SHOW)")},
}

// nameSQL names a request to the engine by its statement.
func nameSQL(r *http.Request, body []byte) string {
	sql := r.URL.Query().Get("query")
	if sql == "" {
		sql = string(body)
	}
	sql = strings.TrimSpace(sql)
	for _, s := range statements {
		if s.expr.MatchString(sql) {
			return s.name
		}
	}
	first, _, _ := strings.Cut(sql, " ")
	return "other " + strings.ToLower(first)
}
