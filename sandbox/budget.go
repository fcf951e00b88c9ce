package sandbox

import (
	"cmp"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A lab may hold far more than any lesson has in it: thousands of network devices, hundreds of namespaces, mounts without
// end. A look takes in so much and no more, whatever there is, so that who waits for it is answered soon on a busy machine too.
// What is left out the snapshot says (Omitted). Each bound is many times what a lesson needs.
const (
	// maxLookProcs is how many processes a look reads: more than a lab may have where the kernel counts them for it (maxProcs).
	maxLookProcs = 512
	// maxLookReads is how often processes are read in one look, all passes together (observer.processes).
	maxLookReads = 640
	// maxLookNamespaces is how many namespaces of each kind a look goes into.
	maxLookNamespaces = 64
	// maxLookPins is how many mounts of namespaces' files it follows, maxLookOverlays how many overlays it lists.
	maxLookPins, maxLookOverlays = 256, 16
	// maxLookFile is how much it reads of a file that is a table, in whole lines, and maxLookBytes of all of them.
	maxLookFile, maxLookBytes = 512 << 10, 1 << 20
	// maxLookMessages is how many answers it takes in over netlink(7).
	maxLookMessages = 4096
)

// effort counts what a look has done.
type effort struct {
	reads      atomic.Int64 // of processes
	files      atomic.Int64 // opened below /proc
	bytes      atomic.Int64 // read of tables
	namespaces atomic.Int64 // gone into
	mounts     atomic.Int64 // gone through to files: pins and overlays
	messages   atomic.Int64 // over netlink
}

// looked, if set, is told what a look has done.
var looked func(*effort)

// errEnough is the end of an answer of which a look takes in no more.
var errEnough = errors.New("more than a look takes in")

// hear counts an answer over netlink.
func (e *effort) hear() error {
	if e.messages.Add(1) > maxLookMessages {
		return errEnough
	}
	return nil
}

// omit notes that the look has taken in seen of all there is of one thing; 0 of 0 where it is not known how much that is.
func (o *observer) omit(what string, seen, of int) {
	i := slices.IndexFunc(o.snap.Omitted, func(m snapshot.Omission) bool { return m.What == what })
	if i < 0 {
		o.snap.Omitted = append(o.snap.Omitted, snapshot.Omission{What: what, Seen: seen, Of: of})
		slices.SortFunc(o.snap.Omitted, func(a, b snapshot.Omission) int { return cmp.Compare(a.What, b.What) })
	} else if m := &o.snap.Omitted[i]; of > m.Of {
		m.Seen, m.Of = seen, of
	}
}

// admit reports whether the look goes into a namespace. Whichever it is asked about first come first: the host's.
func (o *observer) admit(kind snapshot.Kind, inode uint64) bool {
	key := nsKey{kind, inode}
	if in, asked := o.admitted[key]; asked {
		return in
	}
	o.asked[kind]++
	in := o.asked[kind] <= maxLookNamespaces
	if o.admitted[key] = in; in {
		o.effort.namespaces.Add(1)
	} else {
		o.omit(snapshot.OmittedNamespaces, maxLookNamespaces, o.asked[kind])
	}
	return in
}
