package grade_test

import (
	"slices"
	"testing"

	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

// Where the system calls that a file tells are not those of its replay, the result says which; the verdicts are the same.
func TestCallsThatDifferAreTold(t *testing.T) {
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cannot := k.CanTrace()
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if cannot != nil {
		t.Skip(cannot)
	}
	c := newClass(t)
	c.course.Lessons = c.course.Lessons[:1] // uts
	type want struct{ claimed, replayed []string }
	wants := map[string]want{}
	// Each renames the isolated shell's host, makes a namespace in the second step, and tells calls, step by step.
	add := func(student string, traced bool, w want, calls ...string) {
		h := c.hand(student, 1)
		h.open(c, "uts")
		if traced {
			h.event(session.Event{Action: session.Traced}, 0)
		}
		name := c.params(student, "uts")["name"]
		h.typ("isolated", "hostname "+name)
		h.claim("uts", "rename")
		h.typ("isolated", "unshare --uts true")
		for i := 0; i < len(calls); i += 2 {
			e := session.Event{Action: session.Called, Shell: "isolated", Step: calls[i], Text: calls[i+1]}
			if calls[i+1] == "NAME" {
				e.Text = "sethostname(" + name + ")"
			}
			if calls[i+1] == "more" {
				e = session.Event{Action: session.MoreCalled, Step: calls[i]}
			}
			h.event(e, 0)
		}
		wants[student] = w
		c.add(h, member{})
	}
	const rename, second = "rename", "domain"
	made := []string{"unshare(CLONE_NEWUTS)"}
	add("honest", true, want{}, rename, "NAME", second, made[0])
	add("other-library", true, want{}, rename, "NAME", second, "clone3(CLONE_NEWUTS)")
	add("done-later", true, want{}, second, "NAME", second, made[0])
	add("machine-without", false, want{})
	add("claims", true, want{claimed: []string{"setns(CLONE_NEWNET)", "unshare(CLONE_NEWIPC|CLONE_NEWUTS)"}},
		rename, "NAME", rename, "setns(CLONE_NEWNET)", rename, "setns(CLONE_NEWNET)", rename, "unshare(CLONE_NEWIPC|CLONE_NEWUTS)", "no-such-step", "chroot(/x)")
	add("hides", true, want{replayed: made}, rename, "NAME")
	add("too-many", true, want{}, rename, "NAME", second, "more")
	add("tastes", true, want{}, rename, "NAME", rename, "mount(/, MS_REC|MS_PRIVATE)", second, "fsopen(proc)", second, made[0])

	r := run(t, c.files(), options(c))
	for _, s := range r.Submissions {
		var got want
		for _, st := range s.Steps {
			if st.Step == rename && (st.Verdict != grade.Passed || s.Points != st.Max) {
				t.Errorf("%s %s: %s, %v points", s.Student, st.Step, st.Verdict, s.Points)
			}
			got.claimed = append(got.claimed, st.Calls.Claimed...)
			got.replayed = append(got.replayed, st.Calls.Replayed...)
		}
		if w := wants[s.Student]; !slices.Equal(got.claimed, w.claimed) || !slices.Equal(got.replayed, w.replayed) {
			t.Errorf("%s: in the file alone %q, in the replay alone %q; want %+v", s.Student, got.claimed, got.replayed, w)
		}
	}
}
