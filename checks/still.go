package checks

import "github.com/nslab/nslab/sandbox/snapshot"

// Still reports whether a namespace of an earlier snapshot is there in a later
// one. Its inode number alone does not tell: the kernel gives the number of a namespace that has ended
// to the next that is made. So one of its processes must still be in it, or, where it had none (a bind mount kept it), nobody
// may be.
func Still(earlier, later *snapshot.Snapshot, kind snapshot.Kind, inode uint64) bool {
	was, is := false, false
	for i := range later.Procs {
		is = is || later.Procs[i].NS.Of(kind) == inode
	}
	for i := range earlier.Procs {
		p := &earlier.Procs[i]
		if p.NS.Of(kind) != inode {
			continue
		}
		was = true
		for j := range later.Procs {
			q := &later.Procs[j]
			if p.PID == q.PID && p.Start == q.Start && q.NS.Of(kind) == inode {
				return true
			}
		}
	}
	return !was && !is && holds(later, kind, inode)
}

// holds reports whether a snapshot knows of a namespace that nobody is in.
func holds(s *snapshot.Snapshot, kind snapshot.Kind, inode uint64) bool {
	ok := false
	switch kind {
	case snapshot.UTS:
		_, ok = s.UTS[inode]
	case snapshot.Net:
		_, ok = s.Net[inode]
	case snapshot.IPC:
		_, ok = s.IPC[inode]
	}
	return ok
}
