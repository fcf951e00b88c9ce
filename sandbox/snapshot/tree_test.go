package snapshot

import (
	"fmt"
	"strings"
	"testing"
)

var host = Namespaces{User: 10, Mnt: 20, UTS: 30, IPC: 40, Net: 50, PID: 60, Cgroup: 70, Time: 80}

func with(n Namespaces, k Kind, inode uint64) Namespaces {
	n.set(k, inode)
	return n
}

// outline writes a tree down: a line for each node, with what is new in it, or "host", and its processes.
func outline(n *Node, indent string) string {
	name := "host"
	if !n.Host {
		var parts []string
		for _, k := range n.New {
			parts = append(parts, fmt.Sprintf("%s %d", k, n.NS.Of(k)))
		}
		name = strings.Join(parts, " ")
	}
	var procs []string
	for _, p := range n.Procs {
		s := fmt.Sprint(p.PID)
		if p.Shell != "" {
			s += "=" + p.Shell
		}
		if p.Ended() {
			s += "Z"
		}
		procs = append(procs, s)
	}
	out := indent + name + ": " + strings.Join(procs, " ")
	if len(n.Files) > 0 {
		out += " kept by " + strings.Join(n.Files, " ")
	}
	out += "\n"
	for _, c := range n.Children {
		out += outline(c, indent+"  ")
	}
	return out
}

func TestTreePutsEachProcessWithThoseThatShareItsNamespaces(t *testing.T) {
	initial := Process{PID: 1, NS: host}
	own := with(host, UTS, 31)
	box := with(with(with(host, User, 11), PID, 61), UTS, 32)
	inner := with(with(box, User, 12), PID, 62)
	for _, tt := range []struct {
		name string
		kind Kind
		snap Snapshot
		want string
	}{
		{"only the host", "", Snapshot{Procs: []Process{initial, {PID: 2, NS: host, Parent: 1}}, Shells: map[string]int{"host": 2}},
			"host: 1 2=host\n"},
		{"no process at all", "", Snapshot{}, "host: \n"},
		{"an own UTS namespace, of all kinds", "", Snapshot{
			Procs:  []Process{initial, {PID: 2, NS: host}, {PID: 3, NS: own}, {PID: 4, NS: own, Parent: 3}},
			Shells: map[string]int{"host": 2, "isolated": 3}},
			"host: 1 2=host\n  uts 31: 3=isolated 4\n"},
		{"an own UTS namespace, of its kind", UTS, Snapshot{
			Procs: []Process{initial, {PID: 2, NS: host}, {PID: 3, NS: own}}}, "host: 1 2\n  uts 31: 3\n"},
		{"an own UTS namespace, of another kind", Net, Snapshot{
			Procs: []Process{initial, {PID: 2, NS: host}, {PID: 3, NS: own}}}, "host: 1 2 3\n"},
		{"one below the other, back in the host's for a kind", "", Snapshot{Procs: []Process{initial, {PID: 3, NS: own},
			{PID: 4, NS: with(own, Net, 51), Parent: 3}, {PID: 5, NS: with(host, Net, 51), Parent: 4}}},
			"host: 1\n  uts 31: 3\n    net 51: 4\n      uts 30: 5\n"},
		{"the parent has ended", "", Snapshot{Procs: []Process{initial, {PID: 3, NS: own}, {PID: 4, NS: with(own, Net, 51), Parent: 1}}},
			"host: 1\n  uts 31: 3\n  uts 31 net 51: 4\n"},
		{"who joins does not move the node", UTS, Snapshot{Procs: []Process{initial, {PID: 3, NS: own, Start: 5},
			{PID: 4, NS: with(host, UTS, 32), Start: 6}, {PID: 5, NS: own, Parent: 4, Start: 7}}},
			"host: 1\n  uts 31: 3 5\n  uts 32: 4\n"},
		{"the oldest process comes first, whatever its number", UTS, Snapshot{Procs: []Process{initial,
			{PID: 3, NS: with(host, UTS, 33), Start: 9}, {PID: 9, NS: own, Start: 5}}},
			"host: 1\n  uts 31: 9\n  uts 33: 3\n"},
		{"nested PID namespaces", PID, Snapshot{Procs: []Process{{PID: 1, PIDs: []int{1}, NS: host},
			{PID: 5, PIDs: []int{5, 1}, NS: box, Parent: 1}, {PID: 6, PIDs: []int{6, 2, 1}, NS: inner, Parent: 5}}},
			"host: 1\n  pid 61: 5\n    pid 62: 6\n"},
		{"nested PID namespaces, the creator has ended", PID, Snapshot{Procs: []Process{{PID: 1, PIDs: []int{1}, NS: host},
			{PID: 5, PIDs: []int{5, 1}, NS: box, Parent: 1}, {PID: 6, PIDs: []int{6, 2, 1}, NS: inner, Parent: 1}}},
			"host: 1\n  pid 61: 5\n    pid 62: 6\n"},
		{"user namespaces, as the kernel nests them", User, Snapshot{Owners: map[uint64]uint64{12: 11, 11: 10},
			Procs: []Process{initial, {PID: 5, NS: box, Parent: 1}, {PID: 6, NS: inner, Parent: 1}}},
			"host: 1\n  user 11: 5\n    user 12: 6\n"},
		{"a user namespace that only others descend from", User, Snapshot{Owners: map[uint64]uint64{12: 11},
			Procs: []Process{initial, {PID: 6, NS: inner, Parent: 1}}},
			"host: 1\n  user 11: \n    user 12: 6\n"},
		{"a zombie stands with its parent", "", Snapshot{Procs: []Process{initial, {PID: 3, NS: own}, {PID: 4, Parent: 3, State: "Z"},
			{PID: 5, Parent: 0, State: "Z"}}},
			"host: 1 5Z\n  uts 31: 3 4Z\n"},
		{"a network namespace that a file keeps", "", Snapshot{Procs: []Process{initial}, Net: map[uint64]NetNS{50: {}, 52: {}},
			Mounts: map[uint64][]Mount{20: {{FSType: "nsfs", Root: "net:[52]", Point: "/run/netns/blue"}, {FSType: "tmpfs", Root: "/", Point: "/tmp"}},
				21: {{FSType: "nsfs", Root: "net:[52]", Point: "/run/netns/blue"}}}},
			"host: 1\n  mnt 21: \n  net 52:  kept by /run/netns/blue\n"},
		{"the file's namespace with a process in it", Net, Snapshot{Procs: []Process{initial, {PID: 4, NS: with(host, Net, 52)}},
			Mounts: map[uint64][]Mount{20: {{FSType: "nsfs", Root: "net:[52]", Point: "/run/netns/blue"}}}},
			"host: 1\n  net 52: 4 kept by /run/netns/blue\n"},
		{"UTS and IPC namespaces that files keep", UTS, Snapshot{Procs: []Process{initial}, UTS: map[uint64]UTSNS{30: {}, 35: {}, 34: {}}},
			"host: 1\n  uts 34: \n  uts 35: \n"},
		{"a file of another PID namespace", PID, Snapshot{Procs: []Process{initial},
			Mounts: map[uint64][]Mount{20: {{FSType: "nsfs", Root: "pid:[66]", Point: "/a"}, {FSType: "nsfs", Root: "nonsense", Point: "/b"}}}},
			"host: 1\n  pid 66:  kept by /a\n"},
		{"no such kind in this kernel", Time, Snapshot{Host: with(host, Time, 0), Procs: []Process{{PID: 1, NS: with(host, Time, 0)}}},
			"host: 1\n"},
		{"processes that are each other's ancestors", UTS, Snapshot{Procs: []Process{{PID: 3, Parent: 4, NS: own}, {PID: 4, Parent: 3, NS: with(host, UTS, 32)}}},
			"host: \n  uts 31: 3\n    uts 32: 4\n"},
		{"zombies that are each other's parents", "", Snapshot{Procs: []Process{{PID: 3, Parent: 4, State: "Z"}, {PID: 4, Parent: 3, State: "Z"}}},
			"host: 3Z 4Z\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.snap.Host == (Namespaces{}) {
				tt.snap.Host = host
			}
			// Maps have no order; the tree has.
			for range 5 {
				if got := outline(tt.snap.Tree(tt.kind), ""); got != tt.want {
					t.Fatalf("got\n%swant\n%s", got, tt.want)
				}
			}
		})
	}
}

func TestTreeTellsWhatIsOwnAndWhatIsShared(t *testing.T) {
	own := with(host, UTS, 31)
	s := &Snapshot{Host: host, Procs: []Process{{PID: 1, NS: host}, {PID: 2, NS: own}, {PID: 3, NS: with(own, Net, 51), Parent: 2}}}
	root := s.Tree("")
	inner := root.Children[0].Children[0]
	for _, tt := range []struct {
		name string
		got  []Kind
		want string
	}{
		{"root new", root.New, "[]"},
		{"root own", root.Own, "[]"},
		{"root shared", root.Shared, "[user mnt uts ipc net pid cgroup time]"},
		{"inner new", inner.New, "[net]"},
		{"inner own", inner.Own, "[uts net]"},
		{"inner shared", inner.Shared, "[user mnt ipc pid cgroup time]"},
	} {
		if got := fmt.Sprint(tt.got); got != tt.want {
			t.Errorf("%s: %s, not %s", tt.name, got, tt.want)
		}
	}
}
