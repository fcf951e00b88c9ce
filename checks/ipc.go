package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// IPCElsewhere lists the IPC namespaces of a snapshot other than the host's, by ascending inode
// number, also those that only a bind mount keeps.
func IPCElsewhere(s *snapshot.Snapshot) []uint64 {
	var all []uint64
	for _, inode := range slices.Sorted(maps.Keys(s.IPC)) {
		if inode != s.Host.IPC {
			all = append(all, inode)
		}
	}
	return all
}

// IPCEvidence is the evidence of an IPC namespace and of what is in it (sysvipc(7), mq_overview(7)).
func IPCEvidence(s *snapshot.Snapshot, inode uint64) []Evidence {
	ipc, ok := s.IPC[inode]
	evidence := []Evidence{NSEvidence(snapshot.IPC, Whose(s, snapshot.IPC, inode), inode)}
	if !ok {
		return evidence
	}
	name := NSName(snapshot.IPC, inode)
	add := func(what string, objects []snapshot.IPCObject, one func(snapshot.IPCObject) string) {
		var list []string
		for _, o := range objects[:min(len(objects), 4)] {
			list = append(list, one(o))
		}
		if len(objects) > len(list) {
			list = append(list, fmt.Sprintf("%d more", len(objects)-len(list)))
		}
		if list == nil {
			list = []string{"none"}
		}
		evidence = append(evidence, Evidence{What: what + " in " + name, Value: strings.Join(list, ", ")})
	}
	add("message queues", ipc.Queues, func(o snapshot.IPCObject) string { return fmt.Sprintf("msqid %d", o.ID) })
	add("shared memory segments", ipc.Segments, func(o snapshot.IPCObject) string {
		return fmt.Sprintf("shmid %d (%d bytes, nattch %d)", o.ID, o.Bytes, o.Messages)
	})
	if len(ipc.Semaphores) > 0 {
		add("semaphore arrays", ipc.Semaphores, func(o snapshot.IPCObject) string { return fmt.Sprintf("semid %d", o.ID) })
	}
	if len(ipc.POSIX) > 0 {
		var names []string
		for _, name := range ipc.POSIX[:min(len(ipc.POSIX), 4)] {
			names = append(names, Plain("/"+name))
		}
		evidence = append(evidence, Evidence{What: "POSIX queues in " + name, Value: strings.Join(names, ", ")})
	}
	return evidence
}
