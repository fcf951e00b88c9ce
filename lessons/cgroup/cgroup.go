// Package cgroup is the lesson on cgroups and their namespaces: what a process
// sees of its group, and what a group may use.
//
// cgroup.go says what each step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package cgroup

import (
	"embed"
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
	Name: "cgroup",
	Shells: []lessons.Shell{
		{Name: "host"},
		{Name: "isolated", Flags: unix.CLONE_NEWCGROUP},
	},
	Params: []lessons.Param{
		{Name: "group", Default: "crew", Kind: lessons.Kind{Form: lessons.HostName}},
		{Name: "pids", Default: "20", Kind: lessons.Kind{Form: lessons.Number, Min: 16, Max: 60}},
		{Name: "megabytes", Default: "32", Kind: lessons.Kind{Form: lessons.Number, Min: 24, Max: 96}},
	},
	Steps: []lessons.Step{
		// unshare --cgroup is util-linux's, as lsns is; BusyBox has neither.
		{Name: "view", Shell: "host", Check: view, Needs: []string{"tool:lsns"}},
		{Name: "limit", Shell: "host", Check: limit, Needs: []string{"cgroup:pids"}},
		{Name: "memory", Shell: "host", Check: memory, Needs: []string{"cgroup:memory"}},
	},
	Files: files,
}

// view: a process is in a cgroup namespace of the learner's, and reads that its own group is the root.
var view = checks.Expect(
	say.Text{
		EN: "A process of yours is in a cgroup namespace that you made yourself, and reads there that its own cgroup is /.",
		FR: "Un de vos processus est dans un espace de noms cgroup que vous avez créé vous-même, et y lit que son propre cgroup est /."},
	checks.Diagnose(ownIsRoot,
		elsewhere, redefined, viewEnded, checks.RefusedCall, refused, endedAtOnce, withoutCgroup, inGiven, onlyLooked, checks.MadeAndGone(snapshot.Cgroup), noneMade))

// limit: a group has the limit, and it has refused a fork.
var limit = checks.Expect(
	say.Text{
		EN: "A cgroup below the lab's own has pids.max {{pids}}, and the limit has refused at least one more process (max in its pids.events).",
		FR: "Un cgroup au-dessous de celui du labo a pids.max {{pids}}, et cette limite a refusé au moins un processus de plus (max dans son pids.events)."},
	checks.Diagnose(pids.felt,
		pids.noController, pids.notHandedOn, pids.notFelt, pids.otherLimit, pids.removed, ulimit, pids.noLimit, pids.noGroup))

// memory: the same with memory; what the limit refuses there ends.
var memory = checks.Expect(
	say.Text{
		EN: "A cgroup below the lab's own has memory.max {{megabytes}} MiB, and a process in it has ended for want of memory (oom_kill in its memory.events).",
		FR: "Un cgroup au-dessous de celui du labo a memory.max {{megabytes}} Mio, et un processus y a été tué faute de mémoire (oom_kill dans son memory.events)."},
	checks.Diagnose(ram.felt,
		ram.noController, ram.notHandedOn, ram.notFelt, ram.otherLimit, ram.removed, ulimit, ram.noLimit, ram.noGroup))

func ownIsRoot(v *checks.View) checks.Finding {
	for _, p := range in(v) {
		if p.CgroupInside == "/" {
			return words.Pass("cgroup.root", args(v, process(p)...), evidence(v, p)...)
		}
	}
	return words.Miss("cgroup.none-made", args(v), hosts(v)...)
}

// controller is one of the two that the lesson is about.
type controller struct {
	name, file, key string
	// want is the limit that the parameters ask for, as the kernel writes it; set the same, with {{slots}}, as one types it.
	want func(*checks.View) (string, bool)
	set  string
	// is is the limit that a group has, and events how often it was felt.
	is     func(snapshot.Group) string
	events func(snapshot.Group) int64
}

var pids = controller{
	name: "pids", file: "pids.max", key: "cgroup.limited", set: "{{pids}}",
	want: func(v *checks.View) (string, bool) {
		n, err := strconv.ParseInt(v.Params["pids"], 10, 64)
		return strconv.FormatInt(n, 10), err == nil && n > 0
	},
	is:     func(g snapshot.Group) string { return g.PidsMax },
	events: func(g snapshot.Group) int64 { return g.PidsRefused },
}

var ram = controller{
	name: "memory", file: "memory.max", key: "cgroup.killed", set: "{{megabytes}}M",
	want: func(v *checks.View) (string, bool) {
		n, err := strconv.ParseInt(v.Params["megabytes"], 10, 32)
		return strconv.FormatInt(n<<20, 10), err == nil && n > 0
	},
	is:     func(g snapshot.Group) string { return g.MemoryMax },
	events: func(g snapshot.Group) int64 { return g.OOMKills },
}

// limited lists the groups of a snapshot that have the limit asked for.
func (c controller) limited(v *checks.View, s *snapshot.Snapshot) []string {
	want, ok := c.want(v)
	var all []string
	for _, path := range checks.GroupsBelow(s) {
		if ok && c.is(s.Cgroups[path]) == want {
			all = append(all, path)
		}
	}
	return all
}

func (c controller) felt(v *checks.View) checks.Finding {
	for _, path := range c.limited(v, v.Now) {
		if n := c.events(v.Now.Cgroups[path]); n > 0 {
			return words.Pass(c.key, args(v, "path", checks.Plain(path), "count", strconv.FormatInt(n, 10)), checks.GroupEvidence(v.Now, path)...)
		}
	}
	return words.Miss("cgroup.no-group", c.args(v), every(v)...)
}
