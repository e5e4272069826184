// Package orphan finds access keys that may exist without a state (orphans), and revokes the keys that only this process
// knows.
//
// It has three parts:
//
//   - The Journal keeps, on the disk of this machine, one entry for each creation. A Recorder writes the entries, and returns
//     the orphans of an owner.
//   - The Tracker has the run-scoped keys of this process and the changes under way.
//   - The Reaper revokes the keys of the Tracker when the process ends.
//
// The life of an entry, with the methods of Recorder that change it:
//
//	            Intend        Created          Referenced
//	(no entry) --------> intended ----> created ---------> confirmed
//	                        |              |                   |
//	                        |  Discarded   |  Discarded, Gone  |  Gone
//	                        v              v                   v
//	                       retired <---------------------------+
//
// An entry is written before CreateAccessKey is sent. Only evidence confirms or retires it:
//
//   - Referenced: the CLI asked a later process for the id of the key, so a state has the key.
//   - Gone: the API has shown that the key does not exist. Listed: a list of the owner's keys does not have the key.
//   - Discarded: the creation has left no key.
//   - The user deletes the key, the folder, or one of its files.
//
// The end of a process is no evidence: Terraform and OpenTofu stop a provider after its last resource, long before the run
// ends and saves its state.
//
// A confirmed entry is kept only if its key replaced another key in a rotation. If a later process is asked for the replaced
// key and not for the new one, an older state was restored, and no state has the new key.
//
// Find compares the keys that the API lists for an owner with the entries:
//
//	the tag of the key is a marker (key.Key.Unfinished)           -> Unfinished
//	entry created, 5 minutes old or older                         -> Unconfirmed
//	entry confirmed, a state has the key that this one replaced   -> RolledBack
//	entry of a process that is still running                      -> not an orphan
//
// The provider looks for orphans when it reads, plans or creates a key of an owner. The CLI asks for the keys of its state in
// any order, so the provider waits before it names a key that the state may have: see Recorder.MayFollow and providerdata.
//
// Nothing in this package deletes a key because of a file or a tag: the journal and the markers only lead to warnings. A
// process deletes only keys that it created and that nobody else can know: run-scoped keys (Tracker, Reaper), and keys of
// unfinished creations, which key.Service.Create discards if Tracker.Abandoned returns true. It never deletes a key that it
// returned to the CLI, because a state may have the key and a service may use it.
//
// Entries of other machines and of other endpoints are ignored. In a container without a persistent disk the journal is lost.
package orphan
