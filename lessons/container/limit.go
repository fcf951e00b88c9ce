package container

import (
	"strconv"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// limit: the box's first process is in a cgroup that the host's processes are not in, with a limit on the
// number of processes. Whether other processes of the box have stayed behind does not matter: their children will follow.
var limit = checks.Expect(
	say.Text{
		EN: "The box's PID 1 is in a cgroup of its own with pids.max {{pids}}; the host's processes are not in it.",
		FR: "Le PID 1 de la boîte est dans son propre cgroup, avec pids.max {{pids}} ; les processus de l'hôte n'y sont pas."},
	checks.Diagnose(limited, boxGone))

func limited(v *checks.View) checks.Finding {
	boxes := boxesOf(v, v.Now)
	if len(boxes) == 0 {
		return noBox(v)
	}
	b := boxes[0]
	cgroup := b.init.Cgroup
	max := int64(-1)
	if l, ok := v.Now.Limits[cgroup]; ok {
		max = l.PidsMax
	}
	is := "max"
	if max >= 0 {
		is = strconv.FormatInt(max, 10)
	}
	args := v.Args("init", procName(b.init), "target", strconv.Itoa(b.init.PID), "cgroup", checks.Plain(cgroup), "is", is)
	evidence := []checks.Evidence{
		{What: "cgroup of " + checks.ProcName(b.init), Value: checks.Plain(cgroup)}, {What: "pids.max there", Value: is}}
	for _, p := range v.Now.Procs {
		if living(p) && p.NS.PID == v.Now.Host.PID && p.Cgroup == cgroup && !ancestor(v.Now, p, b.init) {
			evidence = append(evidence, checks.Evidence{What: "cgroup of " + checks.ProcName(p), Value: checks.Plain(p.Cgroup)})
			return words.Miss("container.hosts-cgroup", args, evidence...)
		}
	}
	switch {
	case max < 0:
		return words.Miss("container.no-limit", args, evidence...)
	case is != v.Params["pids"]:
		return words.Miss("container.other-limit", args, evidence...)
	}
	return words.Pass("container.limited", args, evidence...)
}
