package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"waymark/configs"
	"waymark/internal/sampledata"
	"waymark/internal/testenv"
)

// corpus is a set of exports with the configuration that reads them; objects are text, archives undone.
type corpus struct {
	config  string // with $DIR
	objects map[string]string
}

// shopCorpus is the sample shop: the smallest there is, over some days. Its Salesforce objects get a folder each, so that
// there may be several; contacts are a full export, as Salesforce's weekly one is.
func shopCorpus(t *testing.T, days int) corpus {
	t.Helper()
	c := corpus{objects: map[string]string{}}
	put := func(_ context.Context, name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		if name != sampledata.TruthFile {
			c.objects[inFolder.ReplaceAllString(name, "salesforce/$1/export-2.csv")] = plainText(t, b.Bytes())
		}
		return nil
	}
	opt := sampledata.Options{Seed: 11, Scale: 0.001, Days: days, Malformed: 1, Start: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}
	if _, err := sampledata.Generate(t.Context(), opt, put); err != nil {
		t.Fatal(err)
	}
	text := string(sampledata.Config(sampledata.ConfigOptions{Exports: "$DIR/exports", Lake: "$DIR/lake", Warehouse: "embedded:$DIR/warehouse"}))
	text = inFolder.ReplaceAllString(text, "salesforce/$1/*.csv")
	c.config = strings.Replace(text, "export: Contact\n", "export: Contact\n    mode: full\n", 1)
	if !strings.Contains(c.config, "mode: full") || !strings.Contains(c.config, "salesforce/Account/*.csv") {
		t.Fatalf("the configuration is another one:\n%s", c.config)
	}
	return c
}

var inFolder = regexp.MustCompile(`salesforce/(\w+)\.csv`)

// realCorpus is the first records of each of the real samples; empty where the samples are not at hand.
func realCorpus(t *testing.T, most int) corpus {
	t.Helper()
	c := corpus{objects: map[string]string{}}
	dir := ""
	t.Run("find the real samples", func(t *testing.T) { dir = testenv.Samples(t) })
	if dir == "" {
		return c
	}
	add := func(file, object, system, export, location string) {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		head, list := records(file, plainText(t, data))
		// There are no rates here: an amount in another currency would stop every publish.
		list = slices.DeleteFunc(list, func(r string) bool { return strings.Contains(r, "USD") })
		c.objects["real/"+object] = join(head, list[:min(len(list), most)])
		c.config += "  - { name: real-" + strings.ToLower(system+"-"+strings.ReplaceAll(export, "_", "-")) + ", system: " + system + ", export: " + export +
			", currency: PLN, location: \"$DIR/exports/real/" + location + "\" }\n"
	}
	for _, name := range []string{"tickets", "ticket_audits", "users", "satisfaction_ratings"} {
		add("zendesk/"+name+".ndjson", "zendesk/"+name+"/1.ndjson", "zendesk", name, "zendesk/"+name+"/*.ndjson")
	}
	for _, name := range []string{"Account", "Campaign", "CampaignMember", "Case", "Contact", "Lead", "Opportunity", "Task"} {
		add("salesforce/"+name+".csv", "salesforce/"+name+"/export-2.csv", "salesforce", name, "salesforce/"+name+"/*.csv")
	}
	add("ga4/ga4_events_sampled.bqexport.ndjson.gz", "ga4/events_20210131.json.gz", "ga4", "events", "ga4/*.json.gz")
	return c
}

// add puts the sources and objects of other beside those of c.
func (c *corpus) add(other corpus) {
	c.config = strings.TrimRight(c.config, "\n") + "\n" + other.config
	maps.Copy(c.objects, other.objects)
}

func plainText(t *testing.T, data []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return string(data)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (c corpus) parse(t *testing.T, dir string) *configs.Config {
	t.Helper()
	cfg, err := configs.Parse("waymark.yaml", []byte(strings.ReplaceAll(c.config, "$DIR", dir)), func(string) (string, bool) { return key, true })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// full reports whether only the newest object of the source counts.
func full(object string) bool {
	return object == "salesforce/Contact/export-2.csv" || strings.HasPrefix(object, "zendesk/schedule") ||
		strings.HasPrefix(object, "contracts/") || object == "targets.yaml"
}

// whole reports whether an object cannot be cut at any record: parts of a full export replace each other; an order of
// Shopify is several lines; tables of rates have more than one line of header; an intraday export goes with its day; a page
// of HubSpot is one document; costs of one campaign and day belong together.
func whole(object string) bool {
	return full(object) || strings.HasPrefix(object, "rates/") || strings.HasPrefix(object, "orders/orders_export") ||
		strings.Contains(object, "intraday") || strings.HasPrefix(object, "hubspot/") || strings.HasPrefix(object, "costs/")
}

// part names the nth object that an object is cut into. GA4's stay exports of their day.
func part(object string, n int) string {
	dir, base := path.Split(object)
	stem, ext, _ := strings.Cut(base, ".")
	return dir + stem + "-" + string(rune('0'+n/10)) + string(rune('0'+n%10)) + "." + ext
}

// records cuts a text into its records; head is what every object of it begins with.
func records(object, text string) (head string, list []string) {
	if !strings.Contains(object, ".csv") {
		return "", strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	}
	quoted, from := false, 0
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '\n' && !quoted:
			list = append(list, text[from:i+1])
			from = i + 1
		}
	}
	if from < len(text) {
		list = append(list, text[from:])
	}
	return list[0], list[1:]
}

// join is the inverse of records.
func join(head string, list []string) string {
	var b strings.Builder
	b.WriteString(head)
	for _, r := range list {
		b.WriteString(strings.TrimSuffix(r, "\n") + "\n")
	}
	return b.String()
}
