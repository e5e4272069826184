package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// The rates a provider is measured at.
const (
	unlimited = "unlimited"
	byDefault = "5/s"
)

// limitedKeys is the most keys a row may have to be made and destroyed at 5 requests/s without -full.
const limitedKeys = 100

// result is one line of the table.
type result struct {
	Row     row
	Subject string
	Rate    string
	Step    step
	Sample  sample // the median one by wall time
	Floor   sample // of the same step
	Runs    int
}

// ratio is the wall time over the floor's.
func (r result) ratio() float64 { return r.Sample.Wall.Seconds() / r.Floor.Wall.Seconds() }

// bench is one run of the command.
type bench struct {
	settings
	cli      *local.CLI
	subjects []subject
	meter    string
	record
}

// record is what a run leaves, and what the page is made of.
type record struct {
	Conditions []string // how the results were obtained, a sentence each
	Results    []result
}

// row measures a row: the floor and this provider in turns, so that what else the machine does meets both; then what is
// slow by design, once.
func (b *bench) row(ctx context.Context, r row) (err error) {
	floors, free := map[step][]sample{}, map[step][]sample{}
	for range b.repeat {
		if err := b.circle(ctx, r, floor, "", floors); err != nil {
			return err
		}
		if b.unlimited {
			if err := b.circle(ctx, r, b.subjects[0], "0", free); err != nil {
				return err
			}
		}
	}
	b.add(r, b.subjects[0].name, unlimited, free, floors)
	if !b.limited {
		return nil
	}
	for i, s := range b.subjects {
		got := map[step][]sample{}
		switch {
		case b.full || r.Keys <= limitedKeys:
			err = b.circle(ctx, r, s, "", got)
		case i == 0:
			err = b.planOnly(ctx, r, s, got)
		default:
			continue // the pace of a peer cannot be lifted to prepare its state
		}
		if err != nil {
			return err
		}
		b.add(r, s.name, byDefault, got, floors)
	}
	return nil
}

// circle makes, plans and destroys a row in a world of its own.
func (b *bench) circle(ctx context.Context, r row, s subject, requests string, into map[step][]sample) error {
	return b.in(ctx, r, s, func(p *workspace) error {
		if err := p.write(s.configuration(r, requests)); err != nil {
			return err
		}
		for _, what := range []step{create, plan, destroy} {
			if err := b.measure(ctx, p, r, what, into); err != nil {
				return err
			}
		}
		return nil
	})
}

// planOnly makes a row without a limit and plans it at the default rate.
func (b *bench) planOnly(ctx context.Context, r row, s subject, into map[step][]sample) error {
	return b.in(ctx, r, s, func(p *workspace) error {
		if err := p.write(s.configuration(r, "0")); err != nil {
			return err
		}
		if _, err := p.do(ctx, create); err != nil {
			return err
		}
		if err := p.write(s.configuration(r, "")); err != nil {
			return err
		}
		return b.measure(ctx, p, r, plan, into)
	})
}

func (b *bench) in(ctx context.Context, r row, s subject, do func(*workspace) error) (err error) {
	w, err := newWorld(ctx, b.cli, b.bin, b.meter, b.seed, r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p, err := w.workspace(s)
	if err != nil {
		return err
	}
	return do(p)
}

func (b *bench) measure(ctx context.Context, p *workspace, r row, what step, into map[step][]sample) error {
	got, err := p.do(ctx, what)
	if err != nil {
		return err
	}
	fmt.Printf("%-9s %-16s %-16s %7.2f s  %s\n", r, p.subject.name, what, got.Wall.Seconds(), got.Calls)
	into[what] = append(into[what], got)
	return nil
}

func (b *bench) add(r row, name, rate string, got, floors map[step][]sample) {
	for _, what := range []step{create, plan, destroy} {
		if len(got[what]) > 0 {
			b.Results = append(b.Results, result{Row: r, Subject: name, Rate: rate, Step: what,
				Sample: median(got[what]), Floor: median(floors[what]), Runs: len(got[what])})
		}
	}
}

// median is the sample in the middle by wall time, with the largest memory of all.
func median(samples []sample) sample {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int { return int(a.Wall - b.Wall) })
	middle := sorted[len(sorted)/2]
	for _, s := range samples {
		middle.PeakBytes = max(middle.PeakBytes, s.PeakBytes)
	}
	return middle
}

// predicted is what a plan at 5 requests/s should take: the calls at their pace, and what the CLI takes anyway.
func (r result) predicted() time.Duration {
	return time.Duration(float64(r.Sample.Calls.Total())/5*float64(time.Second)) + r.Floor.Wall
}
