package store

// relation is a set of pairs of ids, indexed in both directions.
type relation struct {
	forward, backward map[string]map[string]struct{}
}

func newRelation() relation {
	return relation{forward: map[string]map[string]struct{}{}, backward: map[string]map[string]struct{}{}}
}

// of returns the second ids of the pairs with a first id; with returns the first ids of the pairs with a second id.
func (r relation) of(first string) map[string]struct{}    { return r.forward[first] }
func (r relation) with(second string) map[string]struct{} { return r.backward[second] }

func (r relation) has(first, second string) bool {
	_, ok := r.forward[first][second]
	return ok
}

func (r relation) add(first, second string) {
	addID(r.forward, first, second)
	addID(r.backward, second, first)
}

func (r relation) remove(first, second string) {
	removeID(r.forward, first, second)
	removeID(r.backward, second, first)
}

func addID(index map[string]map[string]struct{}, key, id string) {
	if index[key] == nil {
		index[key] = map[string]struct{}{}
	}
	index[key][id] = struct{}{}
}

func removeID(index map[string]map[string]struct{}, key, id string) {
	delete(index[key], id)
	if len(index[key]) == 0 {
		delete(index, key)
	}
}
