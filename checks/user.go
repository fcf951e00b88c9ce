package checks

import (
	"fmt"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// InsideUID is the UID that a process has in its own user namespace: what id -u prints there. It reports
// false where the namespace's map has none, which shows as 65534 (user_namespaces(7)).
func InsideUID(s *snapshot.Snapshot, p snapshot.Process) (int64, bool) {
	return Inside(s.Users[p.NS.User].UIDMap, int64(p.UID))
}

// Inside translates an ID of the lab's host into a user namespace, by its map.
func Inside(idMap []snapshot.IDMap, id int64) (int64, bool) {
	for _, m := range idMap {
		if id >= m.Outside && id-m.Outside < m.Length {
			return m.Inside + id - m.Outside, true
		}
	}
	return 0, false
}

// IDMapText writes a map as /proc/PID/uid_map does, with single spaces.
func IDMapText(idMap []snapshot.IDMap) string {
	if len(idMap) == 0 {
		return "empty"
	}
	var lines []string
	for _, m := range idMap {
		lines = append(lines, fmt.Sprintf("%d %d %d", m.Inside, m.Outside, m.Length))
	}
	return strings.Join(lines, ", ")
}

// UserEvidence is the evidence of a user namespace: whose it is, its map as the host reads it, its parent.
func UserEvidence(s *snapshot.Snapshot, inode uint64) []Evidence {
	name := NSName(snapshot.User, inode)
	evidence := []Evidence{NSEvidence(snapshot.User, Whose(s, snapshot.User, inode), inode)}
	if inode == s.Host.User {
		return evidence
	}
	if u, ok := s.Users[inode]; ok {
		evidence = append(evidence, Evidence{What: "uid_map of " + name + ", read in the host", Value: IDMapText(u.UIDMap)})
	}
	if parent := s.Owners[inode]; parent != 0 {
		evidence = append(evidence, Evidence{What: "parent of " + name, Value: NSName(snapshot.User, parent)})
	}
	return evidence
}
