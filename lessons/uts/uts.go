// Package uts is the lesson on UTS namespaces: a host name and a domain name
// of one's own.
//
// uts.go says what each step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package uts

import (
	"embed"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "uts",
	Shells: []lessons.Shell{
		{Name: "isolated", Flags: unix.CLONE_NEWUTS},
		{Name: "host"},
	},
	Params: []lessons.Param{
		{Name: "name", Default: "nautilus", Kind: lessons.Kind{Form: lessons.HostName}},
		{Name: "domain", Default: "ocean.test", Kind: lessons.Kind{Form: lessons.DomainName}},
		{Name: "own", Default: "calypso", Kind: lessons.Kind{Form: lessons.HostName}},
	},
	Steps: []lessons.Step{
		{Name: "rename", Shell: "isolated", Check: rename},
		{Name: "domain", Shell: "isolated", Check: domain},
		{Name: "own", Shell: "host", Check: own},
		{Name: "share", Shell: "host", Check: share},
	},
	Files: files,
}

// rename: some UTS namespace other than the host's has the host name, and the host has kept its own. That
// need not be the one nslab made: the kernel cannot tell who made a namespace.
var rename = checks.Expect(
	say.Text{
		EN: "In a UTS namespace other than the host's, the host name is {{name}}; the host keeps its own.",
		FR: "Dans un espace de noms UTS autre que celui de l'hôte, le nom d'hôte est {{name}} ; l'hôte garde le sien."},
	checks.Diagnose(
		words.Reword("uts.renamed", checks.All(
			checks.HostNameIs(checks.Elsewhere, "name"), checks.HostKeepsHostName, checks.MachineKeepsHostName)),
		machineRenamed, hostRenamed("name"), wrongName(checks.Elsewhere, "name"),
		onlyFunction("hostname"), onlyPrompt("name"), onlyVariable("name"), onlyFile("name"),
		notNamed, endedAtOnce("hostname", "name"), ended("name"), refused("hostname", "name"), noIsolated,
		onlyLooked, notRenamed))

// domain is rename for the other name of the namespace.
var domain = checks.Expect(
	say.Text{
		EN: "In a UTS namespace other than the host's, the domain name is {{domain}}; the host keeps its own.",
		FR: "Dans un espace de noms UTS autre que celui de l'hôte, le nom de domaine est {{domain}} ; l'hôte garde le sien."},
	checks.Diagnose(
		words.Reword("uts.domain-set", checks.All(
			checks.DomainNameIs(checks.Elsewhere, "domain"), checks.HostKeepsDomainName)),
		hostDomain, wrongDomain,
		onlyFunction("domainname"), dnsDomain, endedAtOnce("domainname", "domain"), domainEnded,
		refused("domainname", "domain"), noIsolated, onlyLookedAtDomain, noDomain))

// own: the same as rename in a namespace that was not there when the lesson was opened.
var own = checks.Expect(
	say.Text{
		EN: "In a UTS namespace that you made yourself, the host name is {{own}}; the host keeps its own.",
		FR: "Dans un espace de noms UTS que vous avez créé vous-même, le nom d'hôte est {{own}} ; l'hôte garde le sien."},
	checks.Diagnose(
		words.Reword("uts.own", checks.All(
			checks.HostNameIs(checks.Made, "own"), checks.HostKeepsHostName, checks.MachineKeepsHostName)),
		machineRenamed, hostRenamed("own"), ownInGiven, wrongName(checks.Made, "own"),
		onlyFunction("hostname"), onlyPrompt("own"), onlyVariable("own"), onlyFile("own"),
		notNamed, otherKinds, endedAtOnce("hostname", "own"), ownEnded, withoutUTS, plainShell, checks.MadeAndGone(snapshot.UTS), checks.RefusedCall, refused("hostname", "own"), noneMade))

// share: the picture of the course.
var share = checks.Expect(
	say.Text{
		EN: "Two processes are in one UTS namespace that you made yourself, while a third, one of yours too, is still in the host's.",
		FR: "Deux processus sont dans un même espace de noms UTS que vous avez créé vous-même, tandis qu'un troisième, à vous aussi, est encore dans celui de l'hôte."},
	checks.Diagnose(shared,
		noneInHost, apart, joinedWithoutUTS, onlyWaits, alone, nobody, sharedGiven, sharedEnded, otherKinds, withoutUTS, plainShell, noneShared))

// shared is the verdict of step share.
//
// What counts as two: any two processes that live in the same namespace, however they got
// there - born in it, joined with nsenter or setns(2), a parent and its child in the
// background - as long as the namespace is one the learner made ([checks.Made]). A process
// with several threads is one; a zombie is none. An unshare, nsenter or sudo
// that only waits for the program it started there (unshare --fork) is none either: it is that
// program's way in, and nothing was shared on purpose. A program in front of a shell
// counts while it runs; a session judges when the prompt is back, and then it is gone.
//
// What counts as the third: any living process in the host's namespace but the lab's
// init, which is always there.
func shared(v *checks.View) checks.Finding {
	host := inHost(v)
	for _, inode := range checks.Made(v, snapshot.UTS) {
		in := living(v.Now, inode)
		if len(in) < 2 || len(host) == 0 {
			continue
		}
		return words.Pass("uts.shared", v.Args(
			"ns", checks.NSName(snapshot.UTS, inode), "first", pid(in[0]), "second", pid(in[1]),
			"third", pid(host[0]), "host-ns", checks.NSName(snapshot.UTS, v.Now.Host.UTS)),
			append(evidenceOf(v.Now, inode, in), evidenceOf(v.Now, v.Now.Host.UTS, host)...)...)
	}
	return noneSharedFinding(v)
}

// living lists the processes in a UTS namespace that count.
func living(s *snapshot.Snapshot, inode uint64) []snapshot.Process {
	return slices.DeleteFunc(s.In(snapshot.UTS, inode), func(p snapshot.Process) bool {
		return p.Ended() || waits(s, p)
	})
}

// waits says that a process is there only to wait for the program it started.
func waits(s *snapshot.Snapshot, p snapshot.Process) bool {
	if !slices.Contains([]string{"unshare", "nsenter", "sudo"}, p.Comm) {
		return false
	}
	return slices.ContainsFunc(s.Procs, func(child snapshot.Process) bool {
		return child.Parent == p.PID && child.NS.UTS == p.NS.UTS && !child.Ended()
	})
}

// inHost lists the processes in the host's UTS namespace that count as the third.
func inHost(v *checks.View) []snapshot.Process {
	return slices.DeleteFunc(living(v.Now, v.Now.Host.UTS), func(p snapshot.Process) bool { return p.PID == 1 })
}

func pid(p snapshot.Process) string { return strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")" }

// evidenceOf is the evidence of a UTS namespace and of the first few processes in it.
func evidenceOf(s *snapshot.Snapshot, inode uint64, in []snapshot.Process) []checks.Evidence {
	evidence := []checks.Evidence{checks.NSEvidence(snapshot.UTS, checks.Whose(s, snapshot.UTS, inode), inode)}
	for _, p := range in[:min(len(in), 4)] {
		evidence = append(evidence, checks.NSEvidence(snapshot.UTS, checks.ProcName(p), inode))
	}
	return slices.Compact(evidence)
}
