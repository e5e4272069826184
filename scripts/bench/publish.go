package main

func conditions() string { return "" }
func (b *bench) publish(string) error {
	for _, r := range b.results {
		println(r.row.String(), r.subject, r.rate, string(r.step), r.Wall.String(), r.floor.Wall.String(), int(r.ratio()*100), r.Calls.String(), r.CPU.String(), r.PeakBytes>>20)
	}
	return nil
}
