// Package pid is the lesson on PID namespaces: process numbers of one's own, why
// ps does not believe in them, and what PID 1 is for.
//
// pid.go says what each step asks of the kernel; diagnose.go recognises the
// wrong answers and states that learners reach, and words.go has the sentences for them.
package pid

import (
	"embed"
	"slices"
	"strconv"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// Lesson is the lesson. Shell isolated is isolated by the learner, not by nslab: it begins in the host's namespaces.
var Lesson = &lessons.Lesson{
	Name:   "pid",
	Shells: []lessons.Shell{{Name: "isolated"}, {Name: "host"}},
	Steps: []lessons.Step{
		{Name: "first", Shell: "isolated", Check: first},
		{Name: "two-pids", Shell: "host", Check: twoPIDs, Question: true},
		{Name: "illusion", Shell: "isolated", Check: illusion, Question: true},
		{Name: "proc", Shell: "isolated", Check: ownProc},
		{Name: "init-dies", Shell: "isolated", Check: initDies},
	},
	Files: files,
}

// first: a shell has number 1 in a PID namespace that the learner made. A process that is called like a
// shell and runs another program is none.
var first = checks.Expect(
	say.Text{
		EN: "A shell that has number 1 in a PID namespace that you made.",
		FR: "Un shell qui porte le numéro 1 dans un espace de noms PID que vous avez créé."},
	checks.Diagnose(isFirst,
		onlyNamed, notShell, notForked, onlyFunction("unshare"), withoutFork, left, withoutPID, otherKinds, endedAtOnce, checks.MadeAndGone(snapshot.PID), checks.RefusedCall, refused, plain, noneMade))

func isFirst(v *checks.View) checks.Finding {
	for _, p := range checks.Firsts(v) {
		if checks.IsShell(p) {
			return words.Pass("pid.first", args(v, "process", checks.Who(p), "ns", checks.NSName(snapshot.PID, p.NS.PID)), about(v, p)...)
		}
	}
	f, _ := noneMade(v)
	return f
}

// twoPIDs: the answer is the number that the lab's PID namespace gives to a process that has number 1 in a
// namespace of the learner's, now or while it lasted.
var twoPIDs = checks.Expect(
	say.Text{
		EN: "The PID that the host sees for the shell that is PID 1 in its own namespace.",
		FR: "Le PID que l'hôte voit pour le shell qui est PID 1 dans son propre espace de noms."},
	checks.Diagnose(outside,
		nobody, noAnswer("pid.no-pid-answered"), noNumber, severalNumbers, insideNumber, waiters, machines, namespaces, shellsOwn, members, others, noProcess))

func outside(v *checks.View) checks.Finding {
	if n, ok := number(v); ok {
		for _, p := range everFirst(v) {
			if p.PID == n {
				return words.Pass("pid.outside", args(v, "process", checks.Who(p), "number", strconv.Itoa(n),
					"ns", checks.NSName(snapshot.PID, p.NS.PID)), about(v, p)...)
			}
		}
	}
	f, _ := nobodyFinding(v)
	return f
}

// illusion: ps reads /proc, and that is the host's.
var illusion = checks.Expect(
	say.Text{
		EN: "What ps reads, and what still shows the processes of the host.",
		FR: "Ce que ps lit, et qui montre encore les processus de l'hôte."},
	checks.Diagnose(saysProc,
		noAnswer("pid.no-why-answered"), notRead, severalPaths, mounts, notIsolated, elsewhere))

// ownProc: a process in a PID namespace of the learner's sees that namespace's processes in /proc, by a mount in a mount
// namespace that is not the host's; the host's /proc shows what it did.
var ownProc = checks.Expect(
	say.Text{
		EN: "A process in a PID namespace that you made whose /proc shows that namespace's processes, in a mount namespace of its own; the host's /proc is unharmed.",
		FR: "Un processus, dans un espace de noms PID que vous avez créé, dont le /proc montre les processus de cet espace, dans un espace de noms de montage à lui ; le /proc de l'hôte est intact."},
	checks.Diagnose(checks.All(hasProc, checks.HostKeepsProc),
		overHosts, hostsGone, mountedElsewhere, notProc, wrongProc, notMounted, sharedMounts, procWithoutPID, notForked,
		onlyFunction("ps"), withoutFork, procLeft, noProcMade))

func hasProc(v *checks.View) checks.Finding {
	if f, ok := procMade(v); ok {
		return f
	}
	f, _ := noProcMade(v)
	return f
}

func procMade(v *checks.View) (checks.Finding, bool) {
	made := checks.Made(v, snapshot.PID)
	for _, p := range v.Now.Procs {
		if checks.Living(p) && p.NS.Mnt != v.Now.Host.Mnt && p.ProcNS == p.NS.PID && slices.Contains(made, p.NS.PID) {
			return words.Pass("pid.own-proc", args(v, "process", checks.Who(p), "ns", checks.NSName(snapshot.PID, p.NS.PID),
				"mnt", checks.NSName(snapshot.Mnt, p.NS.Mnt)),
				append(about(v, p), procEvidence(p)...)...), true
		}
	}
	return none, false
}

// initDies: a PID namespace of the learner's held more than its PID 1, and holds nobody any more. Who ended PID 1, and with
// which signal, the kernel does not keep.
var initDies = checks.Expect(
	say.Text{
		EN: "A PID namespace that you made, with a PID 1 and at least one more process in it, has ended: PID 1 was ended, and all went with it.",
		FR: "Un espace de noms PID que vous avez créé, avec un PID 1 et au moins un autre processus, a disparu : PID 1 a été terminé, et tout le reste avec lui."},
	checks.Diagnose(allEnded,
		orphaned, fromInside, politely, lives, membersEnded, alone, endedAlone, noNamespace))

func allEnded(v *checks.View) checks.Finding {
	for _, e := range endedOnes(v) {
		if len(e.others) == 0 {
			continue
		}
		evidence := []checks.Evidence{{What: "pid namespace that has ended", Value: checks.NSName(snapshot.PID, e.init.NS.PID)},
			{What: "PID 1 in it", Value: checks.ProcName(e.init)}}
		for _, p := range e.others[:min(len(e.others), 4)] {
			evidence = append(evidence, checks.Evidence{What: "ended with it", Value: checks.ProcName(p)})
		}
		return words.Pass("pid.all-ended", args(v, "process", checks.Who(e.init), "number", strconv.Itoa(len(e.others)),
			"others", procNames(e.others), "ns", checks.NSName(snapshot.PID, e.init.NS.PID)), evidence...)
	}
	f, _ := noNamespace(v)
	return f
}
