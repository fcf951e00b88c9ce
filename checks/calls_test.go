package checks

import (
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestCallsTellWhatHasComeAndGone(t *testing.T) {
	host := snapshot.Namespaces{User: 1, Mnt: 2, UTS: 3, IPC: 4, Net: 5, PID: 6, PIDForChildren: 6}
	flag, _ := snapshot.CloneFlag(snapshot.UTS)
	after := host
	after.UTS = 13
	made := snapshot.Call{Seq: 1, PID: 7, Comm: "unshare", Command: []string{"unshare", "-u", "false"}, Name: "unshare", Params: []string{"CLONE_NEWUTS"},
		Flags: flag, NS: host, After: after, Outcome: snapshot.Done}
	refused := snapshot.Call{Seq: 2, PID: 8, Comm: "unshare", Command: []string{"unshare", "-n", "true"}, Name: "unshare", Params: []string{"CLONE_NEWNET"},
		NS: host, Outcome: snapshot.Refused, Lacks: snapshot.Lack{Errno: "EPERM", Why: snapshot.LacksCap, Cap: "CAP_SYS_ADMIN", Over: 1}}
	exec := snapshot.Call{Seq: 3, PID: 7, Name: "execve", Behind: true}
	line := func(text string, status int) []Line { return []Line{{Shell: "host", Text: text, Status: status}} }
	empty := &snapshot.Snapshot{Host: host}
	for _, tt := range []struct {
		name          string
		calls         []snapshot.Call
		typed         []Line
		now           *snapshot.Snapshot
		gone, refused bool
		evidence      int
	}{
		{name: "nothing", now: empty},
		{name: "made and gone", calls: []snapshot.Call{made, exec}, now: empty, gone: true, evidence: 1},
		{name: "by what was typed last, though its program failed", calls: []snapshot.Call{made, exec}, typed: line("sudo unshare -u false", 1), now: empty, gone: true, evidence: 1},
		{name: "but another failed since, which asked nothing", calls: []snapshot.Call{made, exec}, typed: line("unshare --nothing", 1), now: empty, evidence: 1},
		{name: "a process is in it", calls: []snapshot.Call{made}, now: &snapshot.Snapshot{Procs: []snapshot.Process{{NS: after}}}},
		{name: "a file keeps it", calls: []snapshot.Call{made}, now: &snapshot.Snapshot{UTS: map[uint64]snapshot.UTSNS{13: {}}}},
		{name: "refused", calls: []snapshot.Call{refused}, now: empty, refused: true, evidence: 1},
		{name: "refused behind it", calls: []snapshot.Call{made, exec, refused}, now: empty, refused: true, evidence: 2},
		{name: "made behind it", calls: []snapshot.Call{refused, made}, now: empty, gone: true, evidence: 2},
		{name: "many", calls: []snapshot.Call{refused, refused, refused, refused, made}, now: empty, gone: true, evidence: 2}, // the same is said once
	} {
		v := &View{Now: tt.now, Calls: tt.calls, Typed: tt.typed}
		f, ok := MadeAndGone(snapshot.UTS, snapshot.Net)(v)
		if ok != tt.gone || ok && f.Key != "call.made-and-gone" {
			t.Errorf("%s: made and gone %t, %s", tt.name, ok, f.Key)
		}
		g, ok := RefusedCall(v)
		if ok != tt.refused || ok && g.Key != "call.refused" {
			t.Errorf("%s: refused %t, %s", tt.name, ok, g.Key)
		}
		for _, finding := range []Finding{f, g} {
			for _, lang := range say.Langs() {
				if s := finding.Found.In(lang, finding.Args) + finding.Try.In(lang, finding.Args); strings.Contains(s, "{{") {
					t.Errorf("%s: %s", tt.name, s)
				}
			}
		}
		missed := Diagnose(func(*View) Finding { return Finding{} })(v)
		if len(missed.Evidence) != tt.evidence {
			t.Errorf("%s: evidence %v", tt.name, missed.Evidence)
		}
	}
	if _, ok := MadeAndGone(snapshot.Net)(&View{Now: empty, Calls: []snapshot.Call{made}}); ok {
		t.Error("another kind is spoken of")
	}
	for key, m := range callMessages {
		if !m.Found.Complete() || !m.Try.Complete() {
			t.Errorf("%s lacks a language", key)
		}
	}
}

// The wall between verdict and diagnosis holds for calls as it does for what was typed.
func TestNoVerdictSeesCalls(t *testing.T) {
	v := &View{Now: &snapshot.Snapshot{}, Calls: []snapshot.Call{{Name: "unshare"}}}
	f := Diagnose(func(v *View) Finding { return Finding{Satisfied: len(v.Calls) > 0} })(v)
	if f.Satisfied {
		t.Error("a check saw the calls")
	}
}
