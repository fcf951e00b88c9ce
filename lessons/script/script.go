// Package script drives lessons without a person: it adds the commands of
// lesson scripts to testscript (github.com/rogpeppe/go-internal/testscript),
// for nslab's own tests, for nslab test, and for the suites of others.
//
//	lesson NAME [param=value ...]  a fresh lab, as the learner finds it on opening the lesson;
//	                               its parameters become environment variables of the script, and the /24 network
//	                               of one that is an address another: $host_ip and $host_ip_net
//	sh SHELL COMMAND               types COMMAND in that shell, on a real terminal, and waits for its
//	                               prompt; what the terminal showed is then stdout;
//	                               "! sh" expects an exit status other than 0
//	sh -nowait SHELL COMMAND       the same for what does not end by itself
//	sh -interrupt SHELL            types Ctrl-C there and waits for the prompt
//	answer STEP TEXT               answers a question step; the finding is then stdout
//	check STEP                     holds when the step is satisfied, "! check" when it is not;
//	                               the finding is then stdout
//	done                           holds when every step of the lesson is satisfied, but for those that the
//	                               machine lacks something for
//
// The condition [lab:NEED] holds where a lab meets a need, in the form of
// lessons.Step: "[!lab:tool:nft|iptables] skip".
//
// A shell that COMMAND opens in a shell (unshare --uts bash) stays the same
// SHELL until exit. A finding is printed as [Format] says.
//
// A suite of one's own is a test of three lines; see the example.
package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

// CommandTimeout bounds how long one sh may take until its prompt is back.
const CommandTimeout = 30 * time.Second

// Runner makes the labs of a run of scripts. The zero value is ready for use.
type Runner struct {
	// Find finds a lesson by name; the catalogue's where nil.
	Find func(name string) (*lessons.Lesson, error)
	// Values returns the parameters that lessons have where the script gives none; the lesson's own where nil.
	Values func(l *lessons.Lesson) map[string]string
	// Tools says where the labs' commands come from.
	Tools sandbox.Tools
	// Lang is the language of findings; English where empty.
	Lang say.Lang
	// Format writes a finding; the function [Format] in Lang where nil.
	Format func(f checks.Finding) string

	once   sync.Once
	keeper *sandbox.Keeper
	err    error
}

// Params returns the parameters of a testscript run over the scripts of a folder, with the
// commands of lesson scripts.
func (r *Runner) Params(dir string) testscript.Params {
	p := testscript.Params{Dir: dir}
	r.Extend(&p)
	return p
}

// Extend adds the commands of lesson scripts to the parameters of a testscript run, beside those
// that are there.
func (r *Runner) Extend(p *testscript.Params) {
	cmds := map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"lesson": r.lesson, "sh": r.sh, "answer": r.answer, "check": r.check, "done": r.done,
	}
	for name, cmd := range p.Cmds {
		cmds[name] = cmd
	}
	p.Cmds = cmds
	condition := p.Condition
	p.Condition = func(cond string) (bool, error) {
		if need, ok := strings.CutPrefix(cond, "lab:"); ok {
			return r.meets(need)
		}
		if condition != nil {
			return condition(cond)
		}
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	setup := p.Setup
	p.Setup = func(env *testscript.Env) error {
		st := &state{}
		env.Values[stateKey{}] = st
		env.Defer(st.close)
		if setup != nil {
			return setup(env)
		}
		return nil
	}
}

// meets reports whether a lab meets a need of lessons.Step.
func (r *Runner) meets(need string) (bool, error) {
	keeper, err := r.keep()
	if err != nil {
		return false, err
	}
	lab, err := keeper.NewLab(sandbox.LabOptions{Tools: r.Tools, Divide: strings.HasPrefix(need, "cgroup:"),
		Trace: strings.HasPrefix(need, "seccomp:")})
	if err != nil {
		return false, err
	}
	lacks := session.Lacks(lab, []string{need})
	return lacks == "", lab.Close()
}

// Close ends the keeper of all labs.
func (r *Runner) Close() error {
	if r.keeper == nil {
		return nil
	}
	return r.keeper.Close()
}

// state is what one script has.
type state struct{ session *session.Session }

type stateKey struct{}

func (st *state) close() {
	if st.session != nil {
		_ = st.session.Close()
		st.session = nil
	}
}

// keep returns the keeper, made with the first lesson.
func (r *Runner) keep() (*sandbox.Keeper, error) {
	r.once.Do(func() {
		o := sandbox.KeeperOptions{}
		// Without BusyBox a lab has what the machine has.
		if b, err := data.Busybox(); err == nil {
			o.BusyBox, o.Applets = b, data.Applets()
		} else if !errors.Is(err, data.ErrNone) {
			r.err = err
			return
		}
		r.keeper, r.err = sandbox.NewKeeper(o)
	})
	return r.keeper, r.err
}

func (r *Runner) of(ts *testscript.TestScript) *state {
	return ts.Value(stateKey{}).(*state)
}

// session returns the script's lesson; the script fails where there is none.
func (r *Runner) session(ts *testscript.TestScript) *session.Session {
	s := r.of(ts).session
	if s == nil {
		ts.Fatalf("no lesson is open: begin with lesson NAME")
	}
	return s
}

func (r *Runner) lesson(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: lesson NAME [param=value ...]")
	}
	find := r.Find
	if find == nil {
		find = catalogue.Find
	}
	l, err := find(args[0])
	ts.Check(err)
	params := map[string]string{}
	if r.Values != nil {
		params = r.Values(l)
	}
	for _, a := range args[1:] {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("lesson: %q is not param=value", a)
		}
		params[name] = value
	}
	st := r.of(ts)
	st.close()
	keeper, err := r.keep()
	ts.Check(err)
	st.session, err = session.Open(session.Options{Keeper: keeper, Lesson: l, Params: params, Tools: r.Tools,
		// Lines are never folded on a terminal this wide.
		Term: "dumb", Rows: 50, Cols: 500})
	ts.Check(err)
	for name, value := range lessons.Variables(st.session.Params()) {
		ts.Setenv(strings.ReplaceAll(name, "-", "_"), value)
	}
}

const shUsage = "usage: sh SHELL COMMAND, sh -nowait SHELL COMMAND, sh -interrupt SHELL"

func (r *Runner) sh(ts *testscript.TestScript, neg bool, args []string) {
	s := r.session(ts)
	how := ""
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		how, args = args[0], args[1:]
	}
	want := 2
	if how == "-interrupt" {
		want = 1
	}
	if len(args) < want || (how == "-interrupt" && len(args) != 1) || !slices.Contains([]string{"", "-nowait", "-interrupt"}, how) {
		ts.Fatalf(shUsage)
	}
	sh, err := s.Shell(args[0])
	ts.Check(err)
	line := strings.Join(args[1:], " ")
	ctx, cancel := context.WithTimeout(context.Background(), CommandTimeout)
	defer cancel()
	var res session.Result
	switch how {
	case "-nowait":
		if neg {
			ts.Fatalf("sh -nowait has no exit status to negate")
		}
		ts.Check(sh.Start(ctx, line))
		return
	case "-interrupt":
		line = "Ctrl-C"
		res, err = sh.Interrupt(ctx)
	default:
		res, err = sh.Run(ctx, line)
	}
	ts.Check(err)
	_, _ = ts.Stdout().Write([]byte(res.Output))
	switch {
	case how == "-interrupt" && !neg:
		// Whatever was interrupted has its own idea of success.
	case neg && res.Status == 0:
		ts.Fatalf("%s: exit status 0, and another was expected", line)
	case !neg && res.Status != 0:
		ts.Fatalf("%s: exit status %d", line, res.Status)
	}
}

func (r *Runner) answer(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: answer STEP TEXT")
	}
	f, err := r.session(ts).Answer(args[0], strings.Join(args[1:], " "))
	ts.Check(err)
	r.judge(ts, neg, args[0], f)
}

func (r *Runner) check(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: check STEP")
	}
	f, err := r.session(ts).Check(args[0], 0)
	ts.Check(err)
	r.judge(ts, neg, args[0], f)
}

func (r *Runner) judge(ts *testscript.TestScript, neg bool, step string, f checks.Finding) {
	text := ""
	if r.Format != nil {
		text = r.Format(f)
	} else {
		text = Format(f, r.Lang)
	}
	_, _ = ts.Stdout().Write([]byte(text))
	if f.Satisfied == neg {
		word := "is not satisfied"
		if neg {
			word = "is satisfied"
		}
		ts.Fatalf("step %s %s", step, word)
	}
}

func (r *Runner) done(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: done")
	}
	s := r.session(ts)
	var open []string
	for _, step := range s.Lesson.Steps {
		if s.Missing(step.Name) != "" {
			continue
		}
		f, err := s.Check(step.Name, 0)
		ts.Check(err)
		if !f.Satisfied {
			open = append(open, step.Name)
		}
	}
	if neg == (len(open) == 0) {
		if neg {
			ts.Fatalf("every step of lesson %s is satisfied", s.Lesson.Name)
		}
		ts.Fatalf("lesson %s is not done: %s", s.Lesson.Name, strings.Join(open, ", "))
	}
}

// Format writes a finding as lesson scripts see it: a line "passed KEY" or "missed KEY", then, where they
// say something, lines that begin with "expected: ", "found: ", "try: " and "evidence: ".
func Format(f checks.Finding, lang say.Lang) string {
	if lang == "" {
		lang = say.EN
	}
	var b strings.Builder
	word := "missed"
	if f.Satisfied {
		word = "passed"
	}
	fmt.Fprintf(&b, "%s %s\n", word, f.Key)
	for _, part := range []struct {
		name string
		text say.Text
	}{{"expected", f.Expected}, {"found", f.Found}, {"try", f.Try}} {
		if !part.text.IsZero() {
			fmt.Fprintf(&b, "%s: %s\n", part.name, part.text.In(lang, f.Args))
		}
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "evidence: %s: %s\n", e.What, e.Value)
	}
	return b.String()
}

// Files lists the scripts that are named: a .txtar file as it is, a folder for all .txtar files in it.
func Files(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		fi, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !fi.IsDir() {
			files = append(files, name)
			continue
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		n := len(files)
		for _, e := range entries {
			if !e.IsDir() && strings.HasSuffix(e.Name(), ".txtar") {
				files = append(files, name+string(os.PathSeparator)+e.Name())
			}
		}
		if len(files) == n {
			return nil, fmt.Errorf("%s: no .txtar file in this folder", name)
		}
	}
	return files, nil
}
