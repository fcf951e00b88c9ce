// Package timens is the lesson on time namespaces: an uptime of one's own. Its folder has
// the lesson's name, its package another, so as not to be taken for the standard library's.
//
// time.go says what the step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package timens

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

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "time",
	// No shell is born in a time namespace: its clocks could not be set any more, and the lab would not open on a kernel without them.
	Shells: []lessons.Shell{{Name: "host"}},
	Params: []lessons.Param{
		{Name: "boottime", Default: "8640000", Kind: lessons.Kind{Form: lessons.Number, Min: 1000000, Max: 99999999, Step: 1}},
	},
	Steps: []lessons.Step{
		// unshare --time is util-linux's, as lsns is; BusyBox has neither.
		{Name: "boot", Shell: "host", Check: boot, Needs: []string{"namespace:time", "tool:lsns"}},
	},
	Files: files,
}

// boot: a process is in a time namespace of the learner's whose boot time is moved by what is asked for.
var boot = checks.Expect(
	say.Text{
		EN: "A process of yours is in a time namespace of its own, in which the machine has been up {{boottime}} seconds longer.",
		FR: "Un de vos processus est dans son propre espace de noms time, où la machine tourne depuis {{boottime}} secondes de plus."},
	checks.Diagnose(moved,
		onlyMonotonic, otherOffset, noOffset, onlyChildren, overUptime, redefined, ended, checks.RefusedCall, refused, endedAtOnce, setDate, withoutTime, checks.MadeAndGone(snapshot.Time), noneMade))

func moved(v *checks.View) checks.Finding {
	want, err := strconv.ParseInt(v.Params["boottime"], 10, 64)
	for _, p := range in(v) {
		if err == nil && want != 0 && p.NS.Time == p.NS.TimeForChildren && p.BootOffset == want {
			return words.Pass("time.moved", args(v, p), evidence(v, p)...)
		}
	}
	return words.Miss("time.none-made", args(v, snapshot.Process{}), hosts(v)...)
}

// in lists the processes in time namespaces of the learner's making.
func in(v *checks.View) []snapshot.Process {
	made := checks.Made(v, snapshot.Time)
	return v.Now.Where(func(p *snapshot.Process) bool { return slices.Contains(made, p.NS.Time) })
}
