package main

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var (
	traceBefore = snapshot.Namespaces{User: 1, Mnt: 2, UTS: 3, IPC: 4, Net: 5, PID: 6, Cgroup: 7, Time: 8, PIDForChildren: 6, TimeForChildren: 8}
	traceAfter  = snapshot.Namespaces{User: 11, Mnt: 12, UTS: 13, IPC: 14, Net: 15, PID: 6, Cgroup: 17, Time: 8, PIDForChildren: 16, TimeForChildren: 18}
)

// The words of each call, in both languages: what a learner reads.
func TestTraceWords(t *testing.T) {
	who := func(c snapshot.Call) snapshot.Call {
		c.Shell, c.PID, c.Inside, c.NS = "host", 12, 12, traceBefore
		if c.Comm == "" {
			c.Comm = "unshare"
		}
		return c
	}
	flags := func(kinds ...snapshot.Kind) (all uint64) {
		for _, k := range kinds {
			flag, _ := snapshot.CloneFlag(k)
			all |= flag
		}
		return all
	}
	for _, c := range []struct {
		name   string
		call   snapshot.Call
		en, fr string
	}{
		{"unshare", snapshot.Call{Name: "unshare", Params: []string{"CLONE_NEWUTS"}, Flags: flags(snapshot.UTS), After: traceAfter, Outcome: snapshot.Done},
			`[host] unshare (PID 12): unshare(CLONE_NEWUTS)
    uts:[3] -> uts:[13]: from here on this process has a host name and a domain name of its own: a copy of those that were there.
`, `[host] unshare (PID 12): unshare(CLONE_NEWUTS)
    uts:[3] -> uts:[13] : à partir d'ici ce processus a son propre nom d'hôte et de domaine : une copie de ceux qui étaient là.
`},
		{"unshare pid", snapshot.Call{Name: "unshare", Params: []string{"CLONE_NEWPID"}, Flags: flags(snapshot.PID), After: snapshot.Namespaces{PID: 6}, Outcome: snapshot.Done},
			`[host] unshare (PID 12): unshare(CLONE_NEWPID)
    pid:[6] -> pid:[a new one] for its children: the process itself stays where it is; the children it has from here on have process numbers of their own, which begin at 1.
`, `[host] unshare (PID 12): unshare(CLONE_NEWPID)
    pid:[6] -> pid:[un nouveau] pour ses enfants : le processus lui-même reste où il est ; les enfants qu'il aura à partir d'ici ont leurs propres numéros de processus, qui commencent à 1.
`},
		{"refused", snapshot.Call{Name: "sethostname", Comm: "hostname", Params: []string{`"x"`, "1"}, Target: "x", Outcome: snapshot.Refused,
			Lacks: snapshot.Lack{Errno: "EPERM", Why: snapshot.LacksCap, Cap: "CAP_SYS_ADMIN", Over: 21}},
			`[host] hostname (PID 12): sethostname("x", 1)
    The kernel refuses, EPERM: it takes CAP_SYS_ADMIN in user:[21], which owns uts:[3], and this process does not have it there.
`, `[host] hostname (PID 12): sethostname("x", 1)
    Le noyau refuse, EPERM : il y faut CAP_SYS_ADMIN dans user:[21], à qui appartient uts:[3], et ce processus ne l'y a pas.
`},
		{"ended before it was seen", snapshot.Call{Name: "unshare", Params: []string{"CLONE_NEWNET"}, Flags: flags(snapshot.Net)},
			`[host] unshare (PID 12): unshare(CLONE_NEWNET)
    net: gives this process interfaces, addresses and routes of its own: only lo, and that is down.
    (What came of it was not seen.)
`, `[host] unshare (PID 12): unshare(CLONE_NEWNET)
    net : donne à ce processus ses propres interfaces, adresses et routes : lo seulement, et inactive.
    (On n'a pas vu ce que cela a donné.)
`},
		{"setns", snapshot.Call{Name: "setns", Comm: "nsenter", Params: []string{"3", "CLONE_NEWUTS"}, Flags: flags(snapshot.UTS), Source: "uts:[13]", After: traceAfter, Outcome: snapshot.Done},
			`[host] nsenter (PID 12): setns(3, CLONE_NEWUTS)
    uts:[3] -> uts:[13]: from here on this process is in that namespace, with all who are in it.
`, `[host] nsenter (PID 12): setns(3, CLONE_NEWUTS)
    uts:[3] -> uts:[13] : à partir d'ici ce processus est dans cet espace de noms, avec tous ceux qui y sont.
`},
		{"proc", snapshot.Call{Name: "mount", Params: []string{`"proc"`}, Target: "/proc", Source: "proc", Type: "proc", Outcome: snapshot.Done},
			`[host] unshare (PID 12): mount("proc")
    mounts proc on /proc, in mnt:[2]: it shows the processes of pid:[6].
`, `[host] unshare (PID 12): mount("proc")
    monte proc sur /proc, dans mnt:[2] : on y voit les processus de pid:[6].
`},
	} {
		for lang, want := range map[say.Lang]string{say.EN: c.en, say.FR: c.fr} {
			if got := (view{lang: lang, width: 300}).call(who(c.call)); got != want {
				t.Errorf("%s, %s:\n%swant\n%s", c.name, lang, got, want)
			}
		}
	}
}

// Every text is there in both languages, and nothing of a call is left unfilled.
func TestTraceTextsAreComplete(t *testing.T) {
	for key, text := range textDoes {
		if !text.Complete() {
			t.Errorf("%s lacks a language", key)
		}
	}
	for key, text := range textLacks {
		if !text.Complete() {
			t.Errorf("%s lacks a language", key)
		}
	}
	for _, f := range sandbox.ForbiddenCalls() {
		c := snapshot.Call{Name: f.Name, Params: []string{"..."}, Outcome: snapshot.Refused,
			Lacks: snapshot.Lack{Errno: unix.ErrnoName(f.Errno), Why: snapshot.LacksLeave}}
		for _, lang := range say.Langs() {
			text := (view{lang: lang, width: 300}).call(c)
			if !textForbidden[f.Name].Complete() || !strings.Contains(text, textForbidden[f.Name].In(lang, nil)) || strings.Contains(text, "{{") {
				t.Errorf("%s, %s: %s", f.Name, lang, text)
			}
		}
	}
	names := []string{"unshare", "clone", "clone3", "setns"}
	for key := range textDoes {
		name, _, _ := strings.Cut(key, " ")
		names = append(names, name)
	}
	for _, name := range names {
		for _, outcome := range []snapshot.Outcome{snapshot.Done, snapshot.Failed, snapshot.Refused, snapshot.Unseen} {
			for _, source := range []string{"", "pid:[9]", "PID 7", "uts:[3]", "/usr"} {
				for _, lang := range say.Langs() {
					c := snapshot.Call{Name: name, Flags: ^uint64(0), Source: source, Target: "/t", NS: traceBefore, After: traceAfter, Outcome: outcome, Behind: true}
					if outcome == snapshot.Refused {
						c.Lacks = snapshot.Lack{Errno: "EPERM", Why: snapshot.LacksCap, Cap: "CAP_SYS_ADMIN", Over: 1}
					}
					for _, width := range []int{20, 80} {
						if text := (view{lang: lang, width: width}).call(c); strings.Contains(text, "{{") {
							t.Errorf("%s, %s, %s: %s", name, outcome, lang, text)
						}
					}
				}
			}
		}
	}
}

// What a process of the lab wrote does nothing to the terminal.
func FuzzTraceCall(f *testing.F) {
	f.Add("sethostname", "a\x1b[2J", "\x9b2J", "\u202e")
	f.Fuzz(func(t *testing.T, name, target, comm, param string) {
		c := snapshot.Call{Name: name, Target: target, Source: target, Type: target, Comm: comm, Params: []string{param}, Shell: "host"}
		for _, width := range []int{20, 80} {
			text := (view{lang: say.EN, width: width}).call(c)
			for _, r := range text {
				if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u202e') {
					t.Fatalf("%+v shows %q", c, text)
				}
			}
		}
	})
}
