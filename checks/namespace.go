package checks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var namespaceMessages = Messages{
	"ns.differs": {
		Found: say.Text{
			EN: "Shell {{shell}} is in the {{kind}} namespace {{ns}}; the host's is {{host-ns}}.",
			FR: "Le shell {{shell}} est dans l'espace de noms {{kind}} {{ns}} ; celui de l'hôte est {{host-ns}}."},
	},
	"ns.same-as-host": {
		Expected: say.Text{
			EN: "Shell {{shell}} is in a {{kind}} namespace of its own.",
			FR: "Le shell {{shell}} est dans un espace de noms {{kind}} à lui."},
		Found: say.Text{
			EN: "Shell {{shell}} is in the host's {{kind}} namespace, {{host-ns}}.",
			FR: "Le shell {{shell}} est dans l'espace de noms {{kind}} de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "`unshare` with the option for this kind starts a program in a new one; `man unshare` lists the options.",
			FR: "`unshare`, avec l'option de cette sorte, lance un programme dans un nouvel espace ; `man unshare` en donne la liste."},
	},
	"ns.no-shell": {
		Expected: say.Text{
			EN: "Shell {{shell}} is in a {{kind}} namespace of its own.",
			FR: "Le shell {{shell}} est dans un espace de noms {{kind}} à lui."},
		Found: say.Text{
			EN: "Shell {{shell}} is not open.",
			FR: "Le shell {{shell}} n'est pas ouvert."},
		Try: say.Text{
			EN: "`nslab shell {{shell}}` opens it again.",
			FR: "`nslab shell {{shell}}` l'ouvre à nouveau."},
	},
}

// Differs holds when the process nslab started for that shell is in another
// namespace of this kind than the lab's host.
func Differs(shell string, kind snapshot.Kind) Check {
	return func(v *View) Finding {
		host := v.Now.Host.Of(kind)
		args := v.Args("shell", shell, "kind", string(kind), "host-ns", NSName(kind, host))
		evidence := []Evidence{NSEvidence(kind, "host", host)}
		p, ok := v.Now.Shell(shell)
		inode := p.NS.Of(kind)
		if !ok || inode == 0 {
			return namespaceMessages.Miss("ns.no-shell", args, evidence...)
		}
		args["ns"] = NSName(kind, inode)
		evidence = append(evidence, NSEvidence(kind, "shell "+shell, inode))
		if inode == host {
			return namespaceMessages.Miss("ns.same-as-host", args, evidence...)
		}
		return namespaceMessages.Pass("ns.differs", args, evidence...)
	}
}

// Where chooses namespaces of a kind in a view, by ascending inode number.
type Where func(v *View, kind snapshot.Kind) []uint64

// Elsewhere chooses every namespace of the lab that is not the host's. Whether
// nslab made it or the learner, the kernel cannot tell.
func Elsewhere(v *View, kind snapshot.Kind) []uint64 {
	return slices.DeleteFunc(inodes(v.Now, kind), func(inode uint64) bool { return inode == v.Now.Host.Of(kind) })
}

// Made chooses the namespaces that the learner made: neither the host's nor one that was
// there when the lesson was opened, as those of nslab's own shells are.
func Made(v *View, kind snapshot.Kind) []uint64 {
	given := Given(v, kind)
	return slices.DeleteFunc(inodes(v.Now, kind), func(inode uint64) bool { return slices.Contains(given, inode) })
}

// Given lists the namespaces that the learner found and that are there: the host's, and those of View.Start. One that
// has ended is not among them, though the kernel may have given its inode number to another since (see [Still]).
func Given(v *View, kind snapshot.Kind) []uint64 { return givenOf(v, kind, inodes) }

// givenOf is Given among the namespaces that a snapshot is said to have.
func givenOf(v *View, kind snapshot.Kind, of func(*snapshot.Snapshot, snapshot.Kind) []uint64) []uint64 {
	given := []uint64{v.Now.Host.Of(kind)}
	if v.Start != nil {
		for _, inode := range of(v.Start, kind) {
			if Still(v.Start, v.Now, kind, inode) || lasted(v, kind, inode) {
				given = append(given, inode)
			}
		}
	}
	slices.Sort(given)
	return slices.Compact(given)
}

// lasted reports whether a namespace of View.Start has been there from look to look. Those who are in it now need not be those
// of the start: a shell that was given may leave behind what it started, or a bind mount that keeps its namespace.
func lasted(v *View, kind snapshot.Kind, inode uint64) bool {
	earlier := v.Start
	for _, s := range v.Seen {
		if s == v.Now {
			break // Now is one of the past
		}
		if !goesOn(earlier, s, kind, inode) {
			return false
		}
		earlier = s
	}
	return goesOn(earlier, v.Now, kind, inode)
}

func goesOn(earlier, later *snapshot.Snapshot, kind snapshot.Kind, inode uint64) bool {
	if Still(earlier, later, kind, inode) {
		return true
	}
	return len(earlier.In(kind, inode)) > 0 && len(later.In(kind, inode)) == 0 && holds(later, kind, inode)
}

// inodes lists the namespaces of a kind that the snapshot knows of: those that processes
// are in, and those that a bind mount keeps.
func inodes(s *snapshot.Snapshot, kind snapshot.Kind) []uint64 {
	var set []uint64
	add := func(inode uint64) {
		if inode != 0 && !slices.Contains(set, inode) { // 0 is of a process that was ending
			set = append(set, inode)
		}
	}
	for i := range s.Procs {
		add(s.Procs[i].NS.Of(kind))
	}
	if kind == snapshot.UTS {
		for inode := range s.UTS {
			add(inode)
		}
	}
	slices.Sort(set)
	return set
}

// NSName writes a namespace as the kernel does in /proc/PID/ns: uts:[4026531838].
func NSName(kind snapshot.Kind, inode uint64) string { return fmt.Sprintf("%s:[%d]", kind, inode) }

// Whose says in a few words whose namespace it is: "host", the nslab shell that is
// in it, the first process that is ("PID 9 (bash)", which every language reads), or "a bind mount".
func Whose(s *snapshot.Snapshot, kind snapshot.Kind, inode uint64) string {
	if inode == s.Host.Of(kind) {
		return "host"
	}
	for _, name := range slices.Sorted(maps.Keys(s.Shells)) {
		if p, ok := s.Shell(name); ok && p.NS.Of(kind) == inode {
			return "shell " + name
		}
	}
	if in := s.In(kind, inode); len(in) > 0 {
		return "PID " + Who(in[0])
	}
	return "a bind mount"
}

// ProcName names a process for people: "process 12 (bash)".
func ProcName(p snapshot.Process) string {
	return "process " + strconv.Itoa(p.PID) + " (" + Plain(p.Comm) + ")"
}

// Plain returns a string of the learner's making fit to be printed on
// somebody else's terminal: as it is, or quoted where it is empty or holds what would not print. The
// kernel takes any bytes for a host name or a process's name.
func Plain(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}
