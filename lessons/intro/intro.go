// Package intro is the first lesson: what namespaces are, how to see which ones
// a process is in, and the course's one line that makes a process with all of
// them new.
//
// intro.go says what each step asks of the kernel; diagnose.go recognises the
// wrong answers and states that learners reach, and words.go has the sentences for them.
package intro

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"unicode"

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
	Name: "intro",
	Shells: []lessons.Shell{
		{Name: "host"},
		// One kind, and none that a prompt, a list of processes or an interface gives away:
		// only the inode numbers tell.
		{Name: "isolated", Flags: unix.CLONE_NEWIPC},
	},
	Steps: []lessons.Step{
		{Name: "look", Shell: "host", Check: look, Question: true},
		{Name: "isolate", Shell: "host", Check: isolate, Needs: []string{"namespace:user"}},
		{Name: "syscall", Shell: "host", Check: called, Question: true, Needs: []string{"seccomp:listener"}},
	},
	Files: files,
}

// look: the answer names the kind of namespace that the lesson's two shells do not share. The
// kernel says which that is, in what the learner found or in what is there now.
var look = checks.Expect(
	say.Text{
		EN: "The one kind of namespace in which shell isolated differs from shell host.",
		FR: "La seule sorte d'espace de noms par laquelle le shell isolated diffère du shell host."},
	checks.Diagnose(named, unanswered, notPlainly, noKind, severalKinds, sharedKind))

func named(v *checks.View) checks.Finding {
	a := read(v)
	for _, s := range []*snapshot.Snapshot{v.Start, v.Now} {
		host, isolated, ok := shells(s)
		want := checks.Differing(isolated.NS, host.NS)
		if !ok || a.unclear || len(want) == 0 || !slices.Equal(a.kinds, want) {
			continue
		}
		var evidence []checks.Evidence
		for _, kind := range want {
			evidence = append(evidence, of(kind, host, isolated)...)
		}
		return words.Pass("intro.looked", v.Args("kinds", checks.KindNames(want),
			"ns", checks.NSName(want[0], isolated.NS.Of(want[0])), "host-ns", checks.NSName(want[0], host.NS.Of(want[0]))), evidence...)
	}
	f, _ := noKind(v)
	return f
}

// shells are the two shells that the step compares.
func shells(s *snapshot.Snapshot) (host, isolated snapshot.Process, ok bool) {
	host, ok1 := s.Shell("host")
	isolated, ok2 := s.Shell("isolated")
	return host, isolated, ok1 && ok2
}

// of is the evidence of one kind in both shells.
func of(kind snapshot.Kind, host, isolated snapshot.Process) []checks.Evidence {
	return []checks.Evidence{
		checks.NSEvidence(kind, "shell isolated", isolated.NS.Of(kind)), checks.NSEvidence(kind, "shell host", host.NS.Of(kind))}
}

// answer is what an answer to look says.
type answer struct {
	// kinds are those that it names, in the order of snapshot.Kinds.
	kinds []snapshot.Kind
	// unclear is set where it says not, all or but: which kind is meant is then anybody's guess.
	unclear bool
}

// kindWords are the words for each kind: the kernel's own, and those of people in either language.
var kindWords = map[string]snapshot.Kind{
	"user": snapshot.User, "users": snapshot.User, "utilisateur": snapshot.User, "utilisateurs": snapshot.User,
	"mnt": snapshot.Mnt, "mount": snapshot.Mnt, "mounts": snapshot.Mnt, "montage": snapshot.Mnt, "montages": snapshot.Mnt, "clone_newns": snapshot.Mnt,
	"uts": snapshot.UTS,
	"ipc": snapshot.IPC, "inter": snapshot.IPC, "interprocess": snapshot.IPC, "interprocessus": snapshot.IPC,
	"net": snapshot.Net, "network": snapshot.Net, "réseau": snapshot.Net, "reseau": snapshot.Net,
	"pid": snapshot.PID, "pids": snapshot.PID,
	"cgroup": snapshot.Cgroup, "cgroups": snapshot.Cgroup,
	"time": snapshot.Time, "temps": snapshot.Time,
}

var unclearWords = []string{"not", "no", "isn", "but", "except", "all", "every", "everything", "none", "nothing", "without", "neither", "nor",
	"pas", "non", "sauf", "excepté", "hormis", "tout", "tous", "toutes", "aucun", "aucune", "rien", "sans", "ni"}

// read reads the answer: kinds by their names, by the options and flags that ask for them, or by the inode number of
// a namespace that one of the two shells is in.
func read(v *checks.View) answer {
	var a answer
	named := map[snapshot.Kind]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(v.Answer), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	}) {
		if slices.Contains(unclearWords, word) {
			a.unclear = true
		}
		if kind, ok := kindWords[word]; ok {
			named[kind] = true
		} else if kind, ok := kindWords[strings.TrimPrefix(word, "clone_new")]; ok {
			named[kind] = true
		} else if inode, err := strconv.ParseUint(word, 10, 64); err == nil && inode != 0 {
			for _, s := range []*snapshot.Snapshot{v.Start, v.Now} {
				host, isolated, _ := shells(s)
				for _, kind := range snapshot.Kinds() {
					if inode == isolated.NS.Of(kind) || inode == host.NS.Of(kind) {
						named[kind] = true
					}
				}
			}
		}
	}
	for _, kind := range snapshot.Kinds() {
		if named[kind] {
			a.kinds = append(a.kinds, kind)
		}
	}
	return a
}

// kinds are those that the course's one line asks for.
var kinds = []snapshot.Kind{snapshot.User, snapshot.Mnt, snapshot.UTS, snapshot.IPC, snapshot.Net, snapshot.PID}

// isolate: some process shares none of these kinds with the host, however it got there: one unshare or several, nsenter,
// os.unshare of python.
var isolate = checks.Expect(
	say.Text{
		EN: "A process that shares none of these kinds of namespace with the host: user, mnt, uts, ipc, net, pid.",
		FR: "Un processus qui ne partage avec l'hôte aucune de ces sortes d'espaces de noms : user, mnt, uts, ipc, net, pid."},
	checks.Diagnose(
		words.Reword("intro.isolated", checks.DiffersInAll(kinds...)),
		notForked, spread, missing, withoutFork, ended, onlyFunction, endedAtOnce, checks.MadeAndGone(kinds...), checks.RefusedCall, refused, plain, nothingMade))
