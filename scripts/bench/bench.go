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
	noLatency = "unlimited, no latency"
	byDefault = "5/s"
)

// quickSize is the largest row that is created and destroyed at 5 requests/s with -quick.
const quickSize = 100

// result is one line of the results table.
type result struct {
	CLI     string
	Row     row
	Subject string
	Rate    string
	Step    step
	Sample  sample // the median one by wall time
	Floor   sample // of the same step
	Runs    int
}

// ratio is the wall time over the floor's.
func (r result) ratio() float64 { return r.times(result{Sample: r.Floor}) }

// times is the wall time over that of another result.
func (r result) times(other result) float64 {
	return r.Sample.Wall.Seconds() / other.Sample.Wall.Seconds()
}

// bench is one run of the command.
type bench struct {
	settings
	clis     []*local.CLI
	subjects []subject
	idle     []subject // do nothing; only planned
	record
}

// record has the results of a run, from which the page is written.
type record struct {
	Conditions []string // how the results were obtained, a sentence each
	Results    []result
}

// samples are the measurements by step.
type samples map[step][]sample

// row measures a row with the first CLI, and without a limit with the others too.
func (b *bench) row(ctx context.Context, r row) error {
	for i, cli := range b.clis {
		floors, err := b.withoutLimit(ctx, cli, r)
		if err == nil && i == 0 && b.limited {
			err = b.atDefaultRate(ctx, cli, r, floors)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", cli.Name, err)
		}
	}
	return nil
}

// withoutLimit measures the floor and this provider without a rate limit. The two alternate, so that other load on the machine
// affects both.
func (b *bench) withoutLimit(ctx context.Context, cli *local.CLI, r row) (floors samples, err error) {
	own, floors, free, instant := b.subjects[0], samples{}, samples{}, samples{}
	idle := make([]samples, len(b.idle))
	for i := range idle {
		idle[i] = samples{}
	}
	otherPlans := func(p *workspace) error {
		for i, s := range b.idle {
			if err := b.measure(ctx, p, s, r, plan, idle[i]); err != nil {
				return err
			}
		}
		if err := p.w.sim.SetFaults(ctx, "[]"); err != nil {
			return err
		}
		if err := b.measure(ctx, p, own, r, plan, instant); err != nil {
			return err
		}
		return p.w.sim.SetFaults(ctx, latency)
	}
	for range b.repeat {
		if err := b.lifecycle(ctx, cli, r, floor, "", floors, nil); err != nil {
			return nil, err
		}
		if b.unlimited {
			if err := b.lifecycle(ctx, cli, r, own, "0", free, otherPlans); err != nil {
				return nil, err
			}
		}
	}
	b.add(cli, r, own.name, unlimited, free, floors)
	b.add(cli, r, own.name, noLatency, instant, floors)
	for i, s := range b.idle {
		b.add(cli, r, s.name, unlimited, idle[i], floors)
	}
	return floors, nil
}

// atDefaultRate measures this provider at its default rate, and the peers, once each.
func (b *bench) atDefaultRate(ctx context.Context, cli *local.CLI, r row, floors samples) (err error) {
	for i, s := range b.subjects {
		got := samples{}
		switch {
		case !b.quick || r.size() <= quickSize:
			err = b.lifecycle(ctx, cli, r, s, "", got, nil)
		case i == 0:
			err = b.planOnly(ctx, cli, r, s, got)
		default:
			continue // the rate limit of a peer cannot be lifted to prepare its state
		}
		if err != nil {
			return err
		}
		b.add(cli, r, s.name, byDefault, got, floors)
	}
	return nil
}

// lifecycle creates, plans and destroys a row on a simulator of its own. If otherPlans is not nil, it is called before the plan.
func (b *bench) lifecycle(ctx context.Context, cli *local.CLI, r row, s subject, requests string, into samples, otherPlans func(*workspace) error) error {
	return b.inWorkspace(ctx, cli, r, func(p *workspace) error {
		if err := p.write(s.configuration(r, requests)); err != nil {
			return err
		}
		for _, what := range []step{create, plan, destroy} {
			if what == plan && otherPlans != nil {
				if err := otherPlans(p); err != nil {
					return err
				}
			}
			if err := b.measure(ctx, p, s, r, what, into); err != nil {
				return err
			}
		}
		return nil
	})
}

// planOnly creates a row without a rate limit and plans it at the default rate.
func (b *bench) planOnly(ctx context.Context, cli *local.CLI, r row, s subject, into samples) error {
	return b.inWorkspace(ctx, cli, r, func(p *workspace) error {
		if err := p.write(s.configuration(r, "0")); err != nil {
			return err
		}
		if _, err := p.do(ctx, s, create); err != nil {
			return err
		}
		if err := p.write(s.configuration(r, "")); err != nil {
			return err
		}
		return b.measure(ctx, p, s, r, plan, into)
	})
}

// inWorkspace calls do with a new workspace on a new simulator for the row.
func (b *bench) inWorkspace(ctx context.Context, cli *local.CLI, r row, do func(*workspace) error) (err error) {
	w, err := newWorld(ctx, cli, b.bin, b.seed, r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p, err := w.workspace()
	if err != nil {
		return err
	}
	return do(p)
}

func (b *bench) measure(ctx context.Context, p *workspace, s subject, r row, what step, into samples) error {
	got, err := p.do(ctx, s, what)
	if err != nil {
		return err
	}
	fmt.Printf("%-9s %-16s %-16s %7.2f s  %s\n", r, s.name, what, got.Wall.Seconds(), got.Calls)
	into[what] = append(into[what], got)
	return nil
}

func (b *bench) add(cli *local.CLI, r row, name, rate string, got, floors samples) {
	for _, what := range []step{create, plan, destroy} {
		if len(got[what]) > 0 {
			b.Results = append(b.Results, result{CLI: cli.Name, Row: r, Subject: name, Rate: rate, Step: what,
				Sample: median(got[what]), Floor: median(floors[what]), Runs: len(got[what])})
		}
	}
}

// median returns the sample with the median wall time, and the largest memory of all samples.
func median(samples []sample) sample {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int { return int(a.Wall - b.Wall) })
	middle := sorted[len(sorted)/2]
	for _, s := range samples {
		middle.PeakBytes = max(middle.PeakBytes, s.PeakBytes)
	}
	return middle
}

// predicted is the expected wall time of a plan at 5 requests/s: the time of its calls and the floor.
func (r result) predicted() time.Duration {
	return time.Duration(float64(r.Sample.Calls.Total())/5*float64(time.Second)) + r.Floor.Wall
}

// pace is the ratio of the wall time to the predicted one.
func (r result) pace() float64 { return r.Sample.Wall.Seconds() / r.predicted().Seconds() }

// paceLimit is the target for pace.
func (r result) paceLimit() float64 {
	if r.Row.Policies > 0 {
		return 1.05
	}
	return 1.02
}
