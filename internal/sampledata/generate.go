package sampledata

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Put stores one file under name. It calls write exactly once.
type Put func(ctx context.Context, name string, write func(io.Writer) error) error

// Generate makes the exports, file after file, then truth.json, and returns the truth about them.
func Generate(ctx context.Context, opt Options, put Put) (*Truth, error) {
	g, err := newGenerator(opt)
	if err != nil {
		return nil, err
	}
	g.put = put
	for _, part := range []struct {
		what  string
		write func(context.Context) error
	}{
		{"web events", g.writeWeb}, {"tickets", g.writeTickets}, {"surveys", g.writeSurveys}, {"sales", g.writeSales},
		{"exchange rates", g.writeRates}, {"orders", g.writeOrders}, {"contracts", g.writeContracts}, {"costs", g.writeCosts}, {"mailings", g.writeMailings},
		{"targets", g.writeTargets},
	} {
		if err := part.write(ctx); err != nil {
			return nil, fmt.Errorf("make %s: %w", part.what, err)
		}
	}
	g.finish()
	truth, err := g.truth.JSON()
	if err != nil {
		return nil, fmt.Errorf("encode the truth: %w", err)
	}
	err = put(ctx, TruthFile, func(w io.Writer) error {
		_, err := w.Write(truth)
		return err
	})
	return g.truth, err
}

// TruthFile is the name under which the truth is stored, as JSON.
const TruthFile = "truth.json"

// Directory returns a Put that writes files below dir.
func Directory(dir string) Put {
	return func(_ context.Context, name string, write func(io.Writer) error) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("create directory of %s: %w", name, err)
		}
		f, err := os.Create(path)
		if err != nil {
			return fmt.Errorf("create %s: %w", name, err)
		}
		if err := errors.Join(write(f), f.Close()); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
}

type generator struct {
	opt   Options
	size  sizes
	zone  *time.Location
	start int64 // first instant, unix seconds
	end   int64 // the exports know nothing from here on
	put   Put
	truth *Truth

	places   []place
	sources  []traffic
	products []product
	clock    clock

	web     *web
	tickets []ticketSeed
	mood    []int8 // by customer: what service did to them
	polls   []poll
	sales   []*sale
	saleOf  map[string]*sale // by order number
	rates   *rates
	people  people

	bought     []shopped
	won        []won
	contracts  []contract
	helped     []helpVisit
	asked      []contact
	lastTicket int64 // newest thing known of a ticket, unix seconds
}

func newGenerator(opt Options) (*generator, error) {
	opt = opt.withDefaults()
	zone, err := time.LoadLocation(TimeZone)
	if err != nil {
		return nil, fmt.Errorf("load time zone %s: %w", TimeZone, err)
	}
	g := &generator{opt: opt, size: opt.sizes(), zone: zone, places: places(), sources: sources(), products: products()}
	g.start, g.end = g.midnight(0), g.midnight(opt.Days)
	g.clock = g.newClock(g.start-86_400, g.end+86_400)
	g.makeRates()
	g.mood = make([]int8, g.size.customers)
	g.people = people{groups: map[int][][]string{}, shared: map[string]bool{}}
	if g.hasShared() {
		g.people.shared[deviceID(g.kiosk().pseudoID)], g.people.shared[emailID(mailbox)] = true, true
	}
	g.truth = &Truth{
		Seed: opt.Seed, Scale: opt.Scale, Start: g.date(0), Days: opt.Days, TimeZone: TimeZone, Currency: Currency,
		ExportedAt: instant(g.end), Sources: map[string]*SourceTruth{}, Surveys: map[string]*Breakdown[ScoreTruth]{},
		Tickets: map[string]*TicketsTruth{},
	}
	return g, nil
}

func (g *generator) finish() {
	g.truth.People, g.truth.Shared = g.people.truth(), slices.Sorted(maps.Keys(g.people.shared))
	g.truth.Web.cells((*WebTruth).finish)
	g.truth.Shop.cells((*ShopTruth).finish)
	g.truth.Costs.cells(func(*CostTruth) {})
	g.truth.Sales.cells((*SalesTruth).finish)
	g.truth.Ratings.finish()
	for _, b := range g.truth.Surveys {
		b.cells((*ScoreTruth).finish)
	}
	for system, t := range g.truth.Tickets {
		var rows []*TicketTruth
		for _, r := range g.truth.TicketRow {
			if r.System == system {
				rows = append(rows, r)
			}
		}
		t.finish(rows, system == "zendesk")
	}
	g.truth.Customers = g.customerTruth()
	g.truth.Contacts24 = g.contactTruth()
	g.truth.Leads.ConversionRate = ratio(g.truth.Leads.Converted, g.truth.Leads.Created)
}

// source returns the counts of a source.
func (g *generator) source(name string) *SourceTruth { return cell(g.truth.Sources, name) }

// file stores one file of a source through a buffer.
func (g *generator) file(ctx context.Context, source, name string, write func(io.Writer) error) error {
	g.source(source).Files++
	return g.put(ctx, name, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 256<<10)
		if err := write(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// instant formats unix seconds as the APIs do.
func instant(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }
