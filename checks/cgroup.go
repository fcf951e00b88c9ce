package checks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// GroupsBelow lists the cgroups that are below the lab's own, by path.
func GroupsBelow(s *snapshot.Snapshot) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Cgroups)), func(path string) bool { return path == "/" })
}

// GroupEvidence is the evidence of a cgroup and of what its controllers say (cgroups(7)).
func GroupEvidence(s *snapshot.Snapshot, path string) []Evidence {
	name := "cgroup " + Plain(path)
	g, ok := s.Cgroups[path]
	if !ok {
		return []Evidence{{What: name, Value: "none"}}
	}
	list := func(words []string) string {
		if len(words) == 0 {
			return "none"
		}
		return Plain(strings.Join(words, " "))
	}
	if path == "/" {
		return []Evidence{
			{What: "the lab's own cgroup is the lab's to divide", Value: strconv.FormatBool(g.Owned)},
			{What: "cgroup.controllers of the lab's own cgroup", Value: list(g.Controllers)},
			{What: "cgroup.subtree_control of the lab's own cgroup", Value: list(g.Subtree)},
		}
	}
	evidence := []Evidence{{What: name, Value: fmt.Sprintf("%d process(es)", g.Processes)}}
	if g.PidsMax != "" {
		evidence = append(evidence, Evidence{What: "pids.max of " + name, Value: g.PidsMax},
			Evidence{What: "max in pids.events of " + name, Value: fmt.Sprint(g.PidsRefused)})
	}
	if g.MemoryMax != "" {
		evidence = append(evidence, Evidence{What: "memory.max of " + name, Value: g.MemoryMax},
			Evidence{What: "oom_kill in memory.events of " + name, Value: fmt.Sprint(g.OOMKills)})
	}
	return evidence
}
