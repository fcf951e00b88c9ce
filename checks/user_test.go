package checks

import (
	"fmt"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestInsideUIDFollowsTheMap(t *testing.T) {
	for what, c := range map[string]struct {
		idMap []snapshot.IDMap
		uid   int
		want  string
	}{
		"no map":            {nil, 0, "0 false"},
		"root":              {[]snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}, 0, "0 true"},
		"somebody":          {[]snapshot.IDMap{{Inside: 1000, Outside: 0, Length: 1}}, 0, "1000 true"},
		"not in the map":    {[]snapshot.IDMap{{Inside: 1000, Outside: 0, Length: 1}}, 1, "0 false"},
		"within a range":    {[]snapshot.IDMap{{Inside: 0, Outside: 5, Length: 1}, {Inside: 100, Outside: 1000, Length: 50}}, 1049, "149 true"},
		"behind a range":    {[]snapshot.IDMap{{Inside: 100, Outside: 1000, Length: 50}}, 1050, "0 false"},
		"all that there is": {[]snapshot.IDMap{{Length: 4294967295}}, 65534, "65534 true"},
	} {
		s := &snapshot.Snapshot{Users: map[uint64]snapshot.UserNS{7: {UIDMap: c.idMap}}}
		uid, ok := InsideUID(s, snapshot.Process{UID: c.uid, NS: snapshot.Namespaces{User: 7}})
		if got := fmt.Sprint(uid, " ", ok); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

func TestUserEvidence(t *testing.T) {
	s := &snapshot.Snapshot{Host: snapshot.Namespaces{User: 5}, Owners: map[uint64]uint64{5: 1, 6: 5, 7: 6},
		Users: map[uint64]snapshot.UserNS{5: {UIDMap: []snapshot.IDMap{{Length: 1}}}, 6: {}, 7: {UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 9, Length: 1}, {Inside: 1, Outside: 100, Length: 2}}}}}
	for inode, want := range map[uint64]string{
		5: "[{user namespace of host user:[5]}]",
		6: "[{user namespace of a bind mount user:[6]} {uid_map of user:[6], read in the host empty} {parent of user:[6] user:[5]}]",
		7: "[{user namespace of a bind mount user:[7]} {uid_map of user:[7], read in the host 0 9 1, 1 100 2} {parent of user:[7] user:[6]}]",
	} {
		if got := fmt.Sprint(UserEvidence(s, inode)); got != want {
			t.Errorf("%d: %s\nwant %s", inode, got, want)
		}
	}
}
