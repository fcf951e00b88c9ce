package checks

import (
	"slices"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var kindsMessages = Messages{
	"kinds.all-differ": {
		Found: say.Text{
			EN: "Process {{process}} shares none of these kinds of namespace with the host: {{kinds}}.",
			FR: "Le processus {{process}} ne partage avec l'hôte aucune de ces sortes d'espaces de noms : {{kinds}}."},
	},
	"kinds.some-shared": {
		Expected: say.Text{
			EN: "A process that shares none of these kinds of namespace with the host: {{kinds}}.",
			FR: "Un processus qui ne partage avec l'hôte aucune de ces sortes d'espaces de noms : {{kinds}}."},
		Found: say.Text{
			EN: "Every process of the lab shares at least one of them with the host.",
			FR: "Tout processus du labo en partage au moins une avec l'hôte."},
		Try: say.Text{
			EN: "`unshare` starts a program in new namespaces, one for each option; `unshare --help` lists them.",
			FR: "`unshare` lance un programme dans de nouveaux espaces de noms, un par option ; `unshare --help` en donne la liste."},
	},
}

// Differing lists the kinds of namespace that two processes do not share, in the order of
// [snapshot.Kinds], without those that the kernel did not show of both.
func Differing(a, b snapshot.Namespaces) []snapshot.Kind {
	return slices.DeleteFunc(snapshot.Kinds(), func(k snapshot.Kind) bool {
		return a.Of(k) == 0 || b.Of(k) == 0 || a.Of(k) == b.Of(k)
	})
}

// DiffersInAll holds when one process of the lab shares no namespace of these
// kinds with the host. Who made the namespaces, and in how many calls, the kernel cannot tell.
func DiffersInAll(kinds ...snapshot.Kind) Check {
	return func(v *View) Finding {
		args := v.Args("kinds", KindNames(kinds))
		var evidence []Evidence
		for _, p := range v.Now.Procs {
			if !Living(p) {
				continue
			}
			differing := Differing(p.NS, v.Now.Host)
			if slices.ContainsFunc(kinds, func(k snapshot.Kind) bool { return !slices.Contains(differing, k) }) {
				continue
			}
			args["process"] = Who(p)
			for _, k := range kinds {
				evidence = append(evidence, NSEvidence(k, ProcName(p), p.NS.Of(k)), NSEvidence(k, "host", v.Now.Host.Of(k)))
			}
			return kindsMessages.Pass("kinds.all-differ", args, evidence...)
		}
		for _, k := range kinds {
			evidence = append(evidence, NSEvidence(k, "host", v.Now.Host.Of(k)))
		}
		return kindsMessages.Miss("kinds.some-shared", args, evidence...)
	}
}

// KindNames writes kinds as a list.
func KindNames(kinds []snapshot.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// Living reports whether a process is neither a zombie nor ending: such a one is in no namespace any more.
func Living(p snapshot.Process) bool {
	return !p.Ended() && p.NS.PID != 0
}
