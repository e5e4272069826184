package credential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Leftovers tells of an owner's keys whose creation was never finished, as warnings, each key once in a process. A run
// that is killed between the API's answer and its own leaves such a key: it works, and nobody has its secret. Of keys that
// had been finished by then the Ledger tells.
//
// It makes no call. It looks at what the last shared read of that owner brought, and says nothing where there was none,
// nor of keys that this process is making or was asked to read: those are somebody's. A write drops that read: whoever makes
// a key asks before.
func (k *Keeper) Leftovers(o Owner) []Notice { return k.tell(k.untold(k.lastRead(o))) }

// HasLeftovers reports whether Leftovers has something to tell.
func (k *Keeper) HasLeftovers(o Owner) bool { return len(k.untold(k.lastRead(o))) > 0 }

// LookForLeftovers is Leftovers for whoever makes a key that was not planned, and whose owner's keys nobody has listed
// therefore: it lists them, once an owner in a process. A list that cannot be had is no reason not to make a key, and
// nothing is told.
func (k *Keeper) LookForLeftovers(ctx context.Context, o Owner) []Notice {
	if _, looked := k.looked.LoadOrStore(o, true); looked {
		return k.Leftovers(o)
	}
	keys, _ := k.List(ctx, o)
	return k.tell(k.untold(keys))
}

func (k *Keeper) tell(keys []Key) (notices []Notice) {
	for _, key := range keys {
		if _, told := k.told.LoadOrStore(key.ID, true); !told {
			notices = append(notices, k.leftover(key))
		}
	}
	return notices
}

// untold are those of the keys that are left over, and that nobody was told of.
func (k *Keeper) untold(all []Key) (keys []Key) {
	for _, key := range all {
		if _, told := k.told.Load(key.ID); (key.Unfinished() || k.lost(key.ID)) && !told && !k.knows(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// lastRead is what the last shared read of an owner's keys brought.
func (k *Keeper) lastRead(o Owner) []Key {
	keys, _ := k.keys.peek(k.knownName(o), freshFor)
	return keys
}

// knownName is the owner's name as far as it is known without a call.
func (k *Keeper) knownName(o Owner) string {
	if o.UserID == "" {
		return o.UserName
	}
	users, _ := k.users.peek(allUsers, freshFor)
	if i := slices.IndexFunc(users, func(u User) bool { return u.ID == o.UserID }); i >= 0 {
		return users[i].Name
	}
	return "\x00" // the name of nobody
}

// knows reports whether this process is making the key, or was asked for it by its id.
func (k *Keeper) knows(key Key) bool {
	_, making := k.markers.Load(key.Tag)
	_, asked := k.asked.Load(key.ID)
	return making || asked
}

// leftover says what was found, how old it is, and which commands remove it.
func (k *Keeper) leftover(key Key) Notice {
	if !key.Unfinished() {
		return k.lostKey(key, "")
	}
	age := k.Now().Sub(key.Created)
	said := fmt.Sprintf("Access key %s of %s is %s old and %s. Its tag, %s, is that of a creation that was not finished. "+
		"A run that is killed at that moment leaves such a key, and nobody has its secret.", key.ID, nameOf(key.UserName), oldness(age), key.State, key.Tag)
	if age < createLimit {
		said += " A run that is creating keys at this moment may still finish it: look again when no other run is at work."
	}
	return Notice{
		Summary: summaryOf("Unfinished access key found", key.ID),
		Detail: said + " If a configuration has this key, its next apply sets the tag right. Else remove it, with OUTSCALE's command line:\n\n" +
			strings.Join(removal(key, k.Now()), "\n"),
	}
}

// removal are the commands that delete a key: a user's key must be INACTIVE first, an update must repeat the expiry lest
// the API remove it (A1), and an expired key may have to live once more to be deleted (A3).
func removal(key Key, now time.Time) []string {
	user := ""
	if key.UserName != "" {
		user = " --UserName " + key.UserName
	}
	var commands []string
	if key.State != Inactive || key.Expired(now) {
		off := "oapi-cli UpdateAccessKey --AccessKeyId " + key.ID + user + " --State INACTIVE"
		switch {
		case key.Expired(now):
			off += " --ExpirationDate " + now.Add(24*time.Hour).UTC().Format(time.RFC3339)
		case key.Expires != nil:
			off += " --ExpirationDate " + date(key.Expires)
		}
		commands = append(commands, off)
	}
	return append(commands, "oapi-cli DeleteAccessKey --AccessKeyId "+key.ID+user)
}

// summaryOf is a summary that no other key has: of warnings with the same summary the CLIs show one.
func summaryOf(what, id string) string { return what + ": " + id }

// oldness is an age in the largest unit that says enough.
func oldness(age time.Duration) string {
	age = max(age, 0)
	switch {
	case age < 2*time.Minute:
		return fmt.Sprintf("%d seconds", int(age.Seconds()))
	case age < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(age.Minutes()))
	case age < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(age.Hours()))
	}
	return fmt.Sprintf("%d days", int(age.Hours()/24))
}
