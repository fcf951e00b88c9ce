// Package user is the lesson on user namespaces: root inside and nobody
// special outside, the maps between the two, and what such a root may not do.
//
// user.go says what each step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package user

import (
	"embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// unprivileged: a machine may forbid user namespaces, and has labs all the same where root asks.
var unprivileged = []string{"namespace:user"}

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "user",
	Shells: []lessons.Shell{
		{Name: "host"},
		// Its user namespace maps 0 to 0.
		{Name: "isolated", Flags: unix.CLONE_NEWUSER},
	},
	Params: []lessons.Param{
		{Name: "uid", Default: "1000", Kind: lessons.Kind{Form: lessons.Number, Min: 1000, Max: 59999, Step: 1}},
		{Name: "name", Default: "nemo", Kind: lessons.Kind{Form: lessons.HostName}},
	},
	Steps: []lessons.Step{
		{Name: "root", Shell: "host", Check: root, Needs: unprivileged},
		{Name: "map", Shell: "host", Check: idMap, Question: true, Needs: unprivileged},
		{Name: "limits", Shell: "isolated", Check: limits, Needs: unprivileged},
	},
	Files: files,
}

// root: a process is UID 0 in a user namespace that the learner made, and has capabilities there.
var root = checks.Expect(
	say.Text{
		EN: "A process of yours is root, with UID 0 and capabilities, in a user namespace that you made yourself.",
		FR: "Un de vos processus est root, avec l'UID 0 et des capacités, dans un espace de noms user que vous avez créé vous-même."},
	checks.Diagnose(rootInside,
		powerless, notRoot, unmapped, rootEnded, redefined("id", "whoami"), rootEndedAtOnce, nobodyEnded, checks.RefusedCall, refusedUnshare, checks.MadeAndGone(snapshot.User), withoutUser, inGiven, noneMade))

// idMap: the answer names the middle number of a uid_map, as two readers see it.
var idMap = checks.Expect(
	say.Text{
		EN: "Two numbers: the middle one of the inner bash's uid_map, as that bash reads it, and as the host reads it. The bash around it is UID {{uid}}.",
		FR: "Deux nombres : celui du milieu dans l'uid_map du bash intérieur, tel que ce bash le lit, puis tel que l'hôte le lit. Le bash qui l'entoure a l'UID {{uid}}."},
	checks.Diagnose(mapRead,
		unanswered, otherUID, oneLevel, noNested, oneNumber, swapped, hostWrong, innerWrong, mapWrong))

// limits: a UTS namespace that belongs to a user namespace below the host's has the name, and the host has
// kept its own.
var limits = checks.Expect(
	say.Text{
		EN: "In a UTS namespace that belongs to a user namespace other than the host's, the host name is {{name}}; the host keeps its own.",
		FR: "Dans un espace de noms UTS qui appartient à un espace de noms user autre que celui de l'hôte, le nom d'hôte est {{name}} ; l'hôte garde le sien."},
	checks.Diagnose(named,
		hostRenamed, ownedByHost, otherName, redefined("hostname"), onlyPrompt, nameEnded, nameEndedAtOnce, notNamed, refusedName, utsOfParent, noNestedUser))

// capSysAdmin stands for the capabilities of root (capabilities(7)).
const capSysAdmin = 1 << unix.CAP_SYS_ADMIN

// living says that a process is one that counts: neither ended nor only waiting for the program it started.
func living(p snapshot.Process) bool { return !p.Ended() && p.NS.User != 0 }

// in lists the living processes of a user namespace.
func in(s *snapshot.Snapshot, inode uint64) []snapshot.Process {
	return slices.DeleteFunc(s.In(snapshot.User, inode), func(p snapshot.Process) bool { return !living(p) })
}

// isRoot says that a process is root in its own user namespace.
func isRoot(s *snapshot.Snapshot, p snapshot.Process) bool {
	uid, ok := checks.InsideUID(s, p)
	return ok && uid == 0 && p.CapEff&capSysAdmin != 0
}

func rootInside(v *checks.View) checks.Finding {
	for _, inode := range checks.Made(v, snapshot.User) {
		for _, p := range in(v.Now, inode) {
			if isRoot(v.Now, p) {
				return words.Pass("user.root", args(v, process(v, p)...), evidenceOf(v, p)...)
			}
		}
	}
	return words.Miss("user.none-made", args(v), every(v)...)
}

// nested is a user namespace of the learner's making within another one.
type nested struct {
	outer, inner uint64
	process      snapshot.Process
	// uid is what the outer bash is, self the middle number as the inner bash reads it,
	// and host the same as the host does.
	uid, self, host int64
}

// nestedNS lists them, those whose outer UID is the one asked for first.
func nestedNS(v *checks.View) []nested {
	var all []nested
	made := checks.Made(v, snapshot.User)
	for _, inode := range made {
		outer := v.Now.Owners[inode]
		processes, idMap := in(v.Now, inode), v.Now.Users[inode].UIDMap
		if !slices.Contains(made, outer) || len(processes) == 0 || len(idMap) == 0 {
			continue
		}
		n := nested{outer: outer, inner: inode, process: processes[0], host: idMap[0].Outside}
		var ok bool
		// The kernel translates the middle number into the reader's user namespace; to a reader inside, into the parent.
		if n.self, ok = checks.Inside(v.Now.Users[outer].UIDMap, n.host); !ok {
			continue
		}
		n.uid, _ = checks.Inside(v.Now.Users[outer].UIDMap, int64(processes[0].UID))
		all = append(all, n)
	}
	slices.SortStableFunc(all, func(a, b nested) int { return wrongUID(v, a) - wrongUID(v, b) })
	return all
}

// wrongUID is 0 where the outer bash has the UID asked for.
func wrongUID(v *checks.View, n nested) int {
	if strconv.FormatInt(n.uid, 10) == v.Params["uid"] {
		return 0
	}
	return 1
}

var number = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d+|\broot\b`) })

// answered reads the numbers of the answer; a pair of whole lines is taken for their middle numbers.
func answered(v *checks.View) []int64 {
	var all []int64
	for _, word := range number().FindAllString(strings.ToLower(v.Answer), -1) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil && word != "root" {
			return nil
		}
		all = append(all, n)
	}
	if len(all) == 6 && all[2] == 1 && all[5] == 1 {
		return []int64{all[1], all[4]}
	}
	return all
}

func mapRead(v *checks.View) checks.Finding {
	is := answered(v)
	for _, n := range nestedNS(v) {
		if len(is) == 2 && wrongUID(v, n) == 0 && is[0] == n.self && is[1] == n.host {
			return words.Pass("user.map", args(v, nestedArgs(v, n)...), nestedEvidence(v, n)...)
		}
	}
	return words.Miss("user.map-wrong", args(v, "answer", checks.Plain(v.Answer), "count", strconv.Itoa(len(is))), every(v)...)
}

// named is the verdict of step limits. Who made the namespaces does not matter: shell isolated is in a user namespace too.
func named(v *checks.View) checks.Finding {
	want := v.Params["name"]
	if hostIs(v) == hostWas(v) && want != "" {
		for _, p := range v.Now.Procs {
			if !living(p) || p.NS.User == v.Now.Host.User || p.NS.UTS == v.Now.Host.UTS {
				continue
			}
			owner := v.Now.Owners[p.NS.UTS]
			if owner != 0 && owner != v.Now.Host.User && v.Now.UTS[p.NS.UTS].HostName == want {
				return words.Pass("user.named", args(v, append(process(v, p), utsArgs(v, p.NS.UTS)...)...),
					append(evidenceOf(v, p), utsEvidence(v, p.NS.UTS)...)...)
			}
		}
	}
	return words.Miss("user.no-nested-user", args(v), every(v)...)
}
