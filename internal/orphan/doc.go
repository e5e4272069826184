// Package orphan finds access keys that may exist without a state, and revokes those that only this process knows.
//
// A creation is written to a journal before its request is sent. The journal is on the disk of this machine and is read
// by later processes. This is the life of an entry:
//
//	            Intend        Created          Referenced
//	(no entry) --------> intended ----> created ---------> confirmed
//	                        |              |                   |
//	                        |  Discarded   |  Discarded, Gone  |  Gone
//	                        v              v                   v
//	                       retired <---------------------------+
//
// An entry is retired by evidence only:
//   - Referenced: a later process was asked by its CLI for the id of the key, so that a state has it;
//   - Gone: the API proved that the key does not exist, or Listed: it does not list it;
//   - Discarded: the creation is known to have left nothing;
//   - the user deletes the folder, one of its files, or the key.
//
// The end of a process retires nothing: Terraform and OpenTofu stop a provider after its last resource, which can be long
// before the run ends and its state is saved.
//
// A confirmed entry is kept only if its key replaced another one in a rotation. If a later process is asked for the
// replaced key and not for the new one, an older state was restored, and no state has the new key.
//
// Find compares the keys that the API lists for an owner with the entries:
//
//	the tag of the key is a marker (key.Key.Unfinished)           -> Unfinished
//	entry created, 5 minutes old or older                         -> Unconfirmed
//	entry confirmed, a state has the key that this one replaced   -> RolledBack
//	entry of a process that still runs                            -> not an orphan
//
// The provider asks for orphans when it reads, plans or creates a key of an owner. A key that is in the state of the run is
// none once the CLI has asked for it, which it does in any order: see Recorder.MayFollow and providerdata.
//
// Journal and markers only warn: nothing in this package deletes a key because of a file or of a tag. A process deletes
// what it made itself and nobody else can know: run-scoped keys (Tracker, Reaper) and unfinished creations, which the
// creation itself discards when Tracker.Abandoned reports true. A key that was given to the CLI is never revoked here,
// because a state may have it and a service may use it.
//
// Entries of other machines are ignored. In a container without a persistent disk the journal is lost.
package orphan
