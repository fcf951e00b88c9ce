package cgroup

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func nsName(inode uint64) string { return checks.NSName(snapshot.Cgroup, inode) }

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	return v.Args(append([]string{"host-ns", nsName(v.Now.Host.Cgroup)}, pairs...)...)
}

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

var none checks.Finding

// Step view.

// in lists the processes in cgroup namespaces of the learner's making.
func in(v *checks.View) []snapshot.Process {
	made := checks.Made(v, snapshot.Cgroup)
	return v.Now.Where(func(p *snapshot.Process) bool { return slices.Contains(made, p.NS.Cgroup) && !p.Ended() })
}

// process are the values for a sentence about one process.
func process(p snapshot.Process) []string {
	return []string{"process", strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")", "ns", nsName(p.NS.Cgroup), "is", checks.Plain(p.CgroupInside)}
}

func hosts(v *checks.View) []checks.Evidence {
	evidence := []checks.Evidence{checks.NSEvidence(snapshot.Cgroup, "host", v.Now.Host.Cgroup)}
	if p, ok := v.Now.Proc(1); ok && p.CgroupInside != "" {
		evidence = append(evidence, checks.Evidence{What: "cgroup of " + checks.ProcName(p) + ", as it reads it", Value: checks.Plain(p.CgroupInside)})
	}
	return evidence
}

func evidence(v *checks.View, p snapshot.Process) []checks.Evidence {
	return append([]checks.Evidence{
		checks.NSEvidence(snapshot.Cgroup, checks.ProcName(p), p.NS.Cgroup),
		{What: "cgroup of " + checks.ProcName(p) + ", as it reads it", Value: checks.Plain(p.CgroupInside)},
	}, hosts(v)...)
}

// elsewhere recognises a process that has moved on to another group than the one in which its namespace was made.
func elsewhere(v *checks.View) (checks.Finding, bool) {
	for _, p := range in(v) {
		return miss(v, "cgroup.elsewhere", evidence(v, p), process(p)...)
	}
	return none, false
}

func redefined(v *checks.View) (checks.Finding, bool) {
	command, shell, ok := v.Redefined("cat", "unshare")
	if !ok {
		return none, false
	}
	return miss(v, "cgroup.only-function", hosts(v), "command", command, "shell", shell)
}

func viewEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		then := *v
		then.Now = seen
		for _, p := range in(&then) {
			return miss(v, "cgroup.ended", append([]checks.Evidence{{What: "cgroup namespace that has ended", Value: nsName(p.NS.Cgroup)}}, hosts(v)...),
				"ns", nsName(p.NS.Cgroup))
		}
	}
	return none, false
}

func typed(line checks.Line) string { return checks.Plain(strings.TrimSpace(line.Text)) }

func refused(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || line.Status <= 0 || !u.Has(snapshot.Cgroup) {
		return none, false
	}
	return miss(v, "cgroup.refused", hosts(v), "typed", typed(line), "status", strconv.Itoa(line.Status))
}

// endedAtOnce recognises a namespace made for a command that ends by itself: unshare --cgroup cat /proc/self/cgroup.
func endedAtOnce(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || line.Status != 0 || !u.Has(snapshot.Cgroup) {
		return none, false
	}
	return miss(v, "cgroup.ended-at-once", hosts(v), "program", checks.Plain(strings.Join(u.Program, " ")))
}

func withoutCgroup(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || u.Has(snapshot.Cgroup) {
		return none, false
	}
	return miss(v, "cgroup.without-cgroup", hosts(v), "typed", typed(line))
}

// inGiven recognises that the learner looked in shell isolated, whose namespace nslab made.
func inGiven(v *checks.View) (checks.Finding, bool) {
	line, ok := v.LastTyped()
	p, open := v.Now.Shell("isolated")
	if !ok || !open || line.Shell != "isolated" {
		return none, false
	}
	return miss(v, "cgroup.given", evidence(v, p), process(p)...)
}

func onlyLooked(v *checks.View) (checks.Finding, bool) {
	line, ok := v.LastTyped()
	if !ok || !strings.Contains(line.Text, "/cgroup") {
		return none, false
	}
	return miss(v, "cgroup.only-looked", hosts(v))
}

func noneMade(v *checks.View) (checks.Finding, bool) { return miss(v, "cgroup.none-made", hosts(v)) }

// Steps limit and memory.

// every is the evidence of the lab's own group and of those below it.
func every(v *checks.View) []checks.Evidence {
	evidence := checks.GroupEvidence(v.Now, "/")
	for _, path := range checks.GroupsBelow(v.Now) {
		evidence = append(evidence, checks.GroupEvidence(v.Now, path)...)
	}
	return evidence
}

// made lists the groups that were not there at the start.
func made(v *checks.View) []string {
	return slices.DeleteFunc(checks.GroupsBelow(v.Now), func(path string) bool { _, given := v.Start.Cgroups[path]; return given })
}

func (c controller) args(v *checks.View, pairs ...string) map[string]string {
	want, _ := c.want(v)
	return args(v, append([]string{"controller", c.name, "file", c.file, "want", want, "set", say.Fill(c.set, v.Params)}, pairs...)...)
}

func (c controller) miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, c.args(v, pairs...), evidence...), true
}

func (c controller) noController(v *checks.View) (checks.Finding, bool) {
	if own := v.Now.Cgroups["/"]; own.Owned && slices.Contains(own.Controllers, c.name) {
		return none, false
	}
	return c.miss(v, "cgroup.no-controller", checks.GroupEvidence(v.Now, "/"))
}

// notHandedOn recognises that the lab's own group has the controller, and the learner's has not.
func (c controller) notHandedOn(v *checks.View) (checks.Finding, bool) {
	for _, path := range made(v) {
		if c.is(v.Now.Cgroups[path]) != "" {
			return none, false
		}
	}
	if slices.Contains(v.Now.Cgroups["/"].Subtree, c.name) && len(made(v)) == 0 {
		return none, false
	}
	if len(made(v)) == 0 {
		return c.miss(v, "cgroup.nothing-handed-on", every(v))
	}
	return c.miss(v, "cgroup.not-handed-on", every(v), "path", checks.Plain(made(v)[0]))
}

func (c controller) notFelt(v *checks.View) (checks.Finding, bool) {
	for _, path := range c.limited(v, v.Now) {
		return c.miss(v, "cgroup."+c.name+"-not-felt", checks.GroupEvidence(v.Now, path), "path", checks.Plain(path),
			"count", strconv.Itoa(v.Now.Cgroups[path].Processes))
	}
	return none, false
}

func (c controller) otherLimit(v *checks.View) (checks.Finding, bool) {
	for _, path := range checks.GroupsBelow(v.Now) {
		if is := c.is(v.Now.Cgroups[path]); is != "" && is != "max" {
			return c.miss(v, "cgroup.other-limit", checks.GroupEvidence(v.Now, path), "path", checks.Plain(path), "is", is)
		}
	}
	return none, false
}

func (c controller) removed(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, path := range c.limited(v, seen) {
			if _, still := v.Now.Cgroups[path]; !still {
				return c.miss(v, "cgroup.removed", append([]checks.Evidence{{What: "cgroup that was removed", Value: checks.Plain(path)}}, every(v)...),
					"path", checks.Plain(path))
			}
		}
	}
	return none, false
}

// ulimit recognises the other kind of limit, that of a process (getrlimit(2)).
func ulimit(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		if slices.Contains([]string{"ulimit", "prlimit", "softlimit"}, words[0]) && len(words) > 1 {
			return miss(v, "cgroup.ulimit", every(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// noLimit recognises a group of the learner's without a limit.
func (c controller) noLimit(v *checks.View) (checks.Finding, bool) {
	for _, path := range made(v) {
		return c.miss(v, "cgroup.no-limit", checks.GroupEvidence(v.Now, path), "path", checks.Plain(path))
	}
	return none, false
}

func (c controller) noGroup(v *checks.View) (checks.Finding, bool) {
	return c.miss(v, "cgroup.no-group", every(v))
}
