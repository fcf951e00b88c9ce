package checks

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestGroupsAndTheirEvidence(t *testing.T) {
	s := &snapshot.Snapshot{Cgroups: map[string]snapshot.Group{
		"/":       {Owned: true, Controllers: []string{"pids", "memory"}, Subtree: []string{"pids"}},
		"/b":      {Processes: 2, PidsMax: "max", MemoryMax: "4096", OOMKills: 3},
		"/a":      {},
		"/a/\x1b": {PidsMax: "20", PidsRefused: 1},
	}}
	if got := GroupsBelow(s); !slices.Equal(got, []string{"/a", "/a/\x1b", "/b"}) {
		t.Errorf("below: %q", got)
	}
	for path, want := range map[string]string{
		"/":       "[{the lab's own cgroup is the lab's to divide true} {cgroup.controllers of the lab's own cgroup pids memory} {cgroup.subtree_control of the lab's own cgroup pids}]",
		"/a":      "[{cgroup /a 0 process(es)}]",
		"/a/\x1b": `[{cgroup "/a/\x1b" 0 process(es)} {pids.max of cgroup "/a/\x1b" 20} {max in pids.events of cgroup "/a/\x1b" 1}]`,
		"/b":      "[{cgroup /b 2 process(es)} {pids.max of cgroup /b max} {max in pids.events of cgroup /b 0} {memory.max of cgroup /b 4096} {oom_kill in memory.events of cgroup /b 3}]",
		"/c":      "[{cgroup /c none}]",
	} {
		if got := fmt.Sprint(GroupEvidence(s, path)); got != want {
			t.Errorf("%q: %s\nwant %s", path, got, want)
		}
	}
	if got := fmt.Sprint(GroupEvidence(&snapshot.Snapshot{Cgroups: map[string]snapshot.Group{"/": {}}}, "/")); got != "[{the lab's own cgroup is the lab's to divide false} {cgroup.controllers of the lab's own cgroup none} {cgroup.subtree_control of the lab's own cgroup none}]" {
		t.Error(got)
	}
}
