package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"waymark/load/clickhouse"
)

func (a *app) sqlCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "sql QUERY", Short: "Run one read-only statement on the warehouse",
		Long: "Run one read-only statement on the configured warehouse; - reads it from standard input.\n" +
			"csv has a header line, times are UTC ISO 8601, an absent value is empty.",
		Example: "  waymark sql \"SELECT kpi, value FROM cx_bi.kpi_period WHERE period = 'month'\" --format csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			query, err := a.query(args)
			if err != nil {
				return err
			}
			if a.output == "json" && !cmd.Flags().Changed("format") {
				format = "json"
			}
			write, ok := formats[format]
			if !ok {
				return usage("--format %q: use table, csv, json or ndjson", format)
			}
			cfg, err := a.load()
			if err != nil {
				return err
			}
			w, done, err := a.openWarehouse(cmd.Context(), cfg, a.logger())
			if err != nil {
				return err
			}
			rows, err := w.Query(cmd.Context(), query, nil, true)
			if err == nil {
				out := bufio.NewWriter(a.stdout)
				err = joinClose(write(out, rows), rows.Close())
				if flushErr := out.Flush(); err == nil {
					err = flushErr
				}
			}
			return joinClose(err, done())
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "table", "table, csv, json or ndjson")
	return cmd
}

func (a *app) query(args []string) (string, error) {
	if len(args) != 1 {
		return "", usage("sql takes one statement, in quotes")
	}
	query := args[0]
	if query == "-" {
		text, err := io.ReadAll(a.stdin)
		if err != nil {
			return "", fmt.Errorf("read the statement: %w", err)
		}
		query = string(text)
	}
	query = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(query), ";"))
	if query == "" {
		return "", usage("the statement is empty")
	}
	return query, nil
}

// formats are the ways to print a result.
var formats = map[string]func(io.Writer, *clickhouse.Rows) error{
	"table": writeTable, "csv": writeCSV, "json": writeJSONArray, "ndjson": writeNDJSON,
}

// writeTable holds the result in memory to align it; the other formats stream.
func writeTable(w io.Writer, rows *clickhouse.Rows) error {
	t := newTable(rows.Columns...)
	for i, typ := range rows.Types {
		t.right[i] = numeric(typ)
	}
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			return err
		}
		t.add(append([]string(nil), cells...)...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return t.print(w)
}

func writeCSV(w io.Writer, rows *clickhouse.Rows) error {
	out := csv.NewWriter(w)
	if err := out.Write(rows.Columns); err != nil {
		return err
	}
	for rows.Next() {
		cells, err := rows.Text()
		if err != nil {
			return err
		}
		// A lone empty cell would be a blank line, which readers skip.
		if len(cells) == 1 && cells[0] == "" {
			out.Flush()
			if _, err := io.WriteString(w, "\"\"\n"); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	if err := rows.Err(); err != nil {
		return err
	}
	return out.Error()
}

func writeNDJSON(w io.Writer, rows *clickhouse.Rows) error {
	for rows.Next() {
		if err := writeObject(w, rows); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeJSONArray(w io.Writer, rows *clickhouse.Rows) error {
	between := "["
	for rows.Next() {
		if _, err := io.WriteString(w, between); err != nil {
			return err
		}
		between = ",\n "
		if err := writeObject(w, rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if between == "[" {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "]\n")
	return err
}

// writeObject writes the current row; its keys are in the order of the columns.
func writeObject(w io.Writer, rows *clickhouse.Rows) error {
	values, err := rows.Values()
	if err != nil {
		return err
	}
	for i, name := range rows.Columns {
		between := ","
		if i == 0 {
			between = "{"
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		value, err := json.Marshal(clickhouse.JSONValue(values[i], rows.Types[i]))
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
		if _, err := fmt.Fprintf(w, "%s%s:%s", between, key, value); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "}")
	return err
}

func numeric(typ string) bool {
	typ = strings.TrimPrefix(strings.TrimPrefix(typ, "LowCardinality("), "Nullable(")
	for _, p := range []string{"Int", "UInt", "Float", "Decimal"} {
		if strings.HasPrefix(typ, p) {
			return true
		}
	}
	return false
}
