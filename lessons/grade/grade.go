// Package grade does the work of submissions again, and judges it.
//
// A submission comes from a machine that is the student's, so nothing in it is
// believed. What was typed is typed again, into a fresh lab, with the parameters that the
// course gives that student ([Replay]); the same checks then say which steps were done. What the
// file claims is compared with what the replay showed.
//
// The grader's own process reads submissions (a strict parser, package
// submission) and writes reports; it makes no lab. Labs are made by worker processes
// ([Serve], [Process]), which get one submission at a time and answer with an [Outcome]. Whatever
// a submission does to its worker - a crash, a hang, too much memory - costs that submission
// alone: the worker is killed, the kernel ends its labs, and another takes the next.
//
// The results do not depend on how many workers there are, nor on how the work was
// divided ([Options.Shard]): they are in the order of the students, and what a lab has by chance (inode
// numbers, PIDs) is left out of them.
package grade

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
)

// Verdict is the result of a step.
type Verdict string

// The verdicts.
const (
	// Passed: the replay showed it. Failed: it was tried, and the replay says what was found instead.
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Untried: nothing was typed for it.
	Untried Verdict = "not tried"
	// Differs: the file claims it done, and the replay did not show it.
	Differs Verdict = "differs"
	// LeftOut: the grader's machine lacks something for it, so nobody can say.
	LeftOut Verdict = "left out"
)

// Status is what became of a submission.
type Status string

// The statuses.
const (
	Graded Status = "graded"
	// Stopped: it was stopped in the middle, for a reason; what it had shown until then counts.
	Stopped Status = "stopped"
	// Unreadable: the file is no submission, or none of this course.
	Unreadable Status = "unreadable"
	// Superseded: the same student handed in a later one, which counts.
	Superseded Status = "superseded"
	// Missing: a student of the roster has handed in nothing.
	Missing Status = "missing"
)

// Text is a sentence in every language, with its values filled in.
type Text struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// In returns the text in one language.
func (t Text) In(l say.Lang) string {
	if l == say.FR {
		return t.FR
	}
	return t.EN
}

// Finding is a finding of package checks, for people who do not see the lab: without what a lab has by chance.
type Finding struct {
	Key      string `json:"key"`
	Expected Text   `json:"expected,omitzero"`
	Found    Text   `json:"found,omitzero"`
	Try      Text   `json:"try,omitzero"`
}

// Step is the result of a step.
type Step struct {
	Lesson  string  `json:"lesson"`
	Step    string  `json:"step"`
	Verdict Verdict `json:"verdict"`
	Points  float64 `json:"points"`
	Max     float64 `json:"max"`
	// Finding is what the replay found: why it failed, or, where it passed, its key alone.
	Finding Finding `json:"finding,omitzero"`
	// Claimed says that the file claims it done; ClaimedKey is the last finding that the file claims.
	Claimed    bool   `json:"claimed,omitempty"`
	ClaimedKey string `json:"claimed-key,omitempty"`
	Hints      int    `json:"hints,omitempty"`
	Attempts   int    `json:"attempts,omitempty"`
	// Seconds is how long the student was at it, by the student's clock; pauses of more than five minutes count as five.
	Seconds int `json:"seconds,omitempty"`
	// Lacks is what the grader's machine lacks for it.
	Lacks string `json:"lacks,omitempty"`
	// Calls are system calls on namespaces that the file alone has, or the replay alone: something to look at, and no verdict.
	Calls Calls `json:"calls,omitzero"`
}

// Foreign is another student's parameter in a submission.
type Foreign struct {
	Lesson string `json:"lesson"`
	Param  string `json:"param"`
	Value  string `json:"value"`
	// Of is whose it is, Line where it stood.
	Of   string `json:"of"`
	Line string `json:"line"`
}

// Result is the result of one submission.
type Result struct {
	File    string   `json:"file,omitempty"`
	Student string   `json:"student,omitempty"`
	Name    string   `json:"name,omitempty"`
	Mail    string   `json:"email,omitempty"`
	Lang    say.Lang `json:"lang,omitempty"`
	Status  Status   `json:"status"`
	// Reason says why it is not simply graded.
	Reason Text `json:"reason,omitzero"`
	// Notes are what the instructor should know besides.
	Notes []Text `json:"notes,omitempty"`
	// Written is when the file says it was written, Received when the instructor's list says it came.
	Written  time.Time `json:"written,omitzero"`
	Received time.Time `json:"received,omitzero"`
	// Digest is SHA-256 of the file.
	Digest string `json:"digest,omitempty"`
	// Late is what percentage of the points a submission of that time gets, 100 where it is not late.
	Late   int     `json:"percent"`
	Points float64 `json:"points"`
	Max    float64 `json:"max"`
	Kernel string  `json:"kernel,omitempty"`
	Steps  []Step  `json:"steps,omitempty"`
	// Foreign are other students' parameters in it; Lines what was typed beyond the lesson's text, with the student's own
	// parameters taken out.
	Foreign []Foreign `json:"foreign,omitempty"`
	Lines   []string  `json:"lines,omitempty"`
}

// Results are the results of a class, or of a shard of it.
type Results struct {
	// Version is that of the form.
	Version    int    `json:"nslab-results"`
	CourseID   string `json:"course"`
	CourseName string `json:"course-name"`
	Program    string `json:"program"`
	// Shard says which part this is, Shards of how many; 1 of 1 for all.
	Shard  int `json:"shard"`
	Shards int `json:"shards"`
	// Steps are the steps of the course, in its order, with what each gives.
	Steps       []Step   `json:"course-steps"`
	Submissions []Result `json:"submissions"`
}

// Version is the version of the results that this program writes.
const Version = 1

// File is a file to grade.
type File struct {
	// Name is for reports.
	Name    string
	Content []byte
	// Err is why it could not be read.
	Err error
}

// Options say how to grade.
type Options struct {
	Course *course.Course
	// Code returns a student's code; false where whoever grades does not have it.
	Code   func(student string) (course.Code, bool)
	Roster []course.Student
	// Received says when submissions came, by student or by file.
	Received map[string]time.Time
	// Find finds a lesson by name.
	Find func(name string) (*lessons.Lesson, error)
	// Shard of Shards is what part of the files is graded, 1 of 1 for all.
	Shard, Shards int
	// Program is the version of the grader.
	Program string
	// Worker makes a worker; Workers is how many there are to be at once.
	Worker  func() (Worker, error)
	Workers int
	// Limits bound what a submission may use.
	Limits Limits
	// Known are results that are not worked out again, by file and digest, with a space between them; nil for none.
	Known map[string]Result
	// Progress is called when so many of them are done; it may be nil.
	Progress func(done, of int)
}

// Worker does one job at a time.
type Worker interface {
	// Do returns what came of a job. After an error the worker is of no more use.
	Do(ctx context.Context, j *Job) (*Outcome, error)
	Close()
}

// Grade grades files.
func Grade(ctx context.Context, files []File, o Options) (*Results, error) {
	g := &grader{o: o, lessons: map[string]*lessons.Lesson{}}
	for _, cl := range o.Course.Lessons {
		l, err := o.Find(cl.Name)
		if err != nil {
			return nil, err
		}
		g.lessons[l.Name] = l
	}
	r := &Results{Version: Version, CourseID: o.Course.ID, CourseName: o.Course.Name, Program: o.Program, Shard: o.Shard, Shards: o.Shards, Steps: g.steps()}
	entries := g.read(files)
	g.know(entries)
	var jobs []*entry
	for i, e := range entries {
		if i%o.Shards != o.Shard-1 {
			continue
		}
		jobs = append(jobs, e)
	}
	if err := g.work(ctx, jobs); err != nil {
		return nil, err
	}
	for _, e := range jobs {
		r.Submissions = append(r.Submissions, e.result)
	}
	r.sort()
	return r, nil
}

func (r *Results) sort() {
	slices.SortStableFunc(r.Submissions, func(a, b Result) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Student), strings.ToLower(b.Student)), strings.Compare(a.Student, b.Student), strings.Compare(a.File, b.File))
	})
}

// Merge puts the results of shards together.
func Merge(parts []*Results) (*Results, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("there is nothing to merge")
	}
	all := *parts[0]
	all.Submissions = nil
	seen := map[int]bool{}
	for _, p := range parts {
		if p.CourseID != all.CourseID || p.Shards != all.Shards {
			return nil, fmt.Errorf("shard %d of %d of course %s, and shard %d of %d of course %s, do not belong together",
				all.Shard, all.Shards, all.CourseID, p.Shard, p.Shards, p.CourseID)
		}
		if p.Shard < 1 || p.Shard > p.Shards || seen[p.Shard] {
			return nil, fmt.Errorf("shard %d of %d is there twice, or is none", p.Shard, p.Shards)
		}
		seen[p.Shard] = true
		all.Submissions = append(all.Submissions, p.Submissions...)
	}
	if len(seen) != all.Shards {
		return nil, fmt.Errorf("%d of %d shards are there", len(seen), all.Shards)
	}
	all.Shard, all.Shards = 1, 1
	all.sort()
	return &all, nil
}

// grader grades.
type grader struct {
	o       Options
	lessons map[string]*lessons.Lesson
	// owners says whose parameters the values are.
	owners map[string]owner
}

type owner struct{ student, lesson, param string }

// entry is a file on its way.
type entry struct {
	sub    *submission.Submission
	file   []byte
	result Result
}

// steps are the steps of the course.
func (g *grader) steps() []Step {
	var all []Step
	for _, cl := range g.o.Course.Lessons {
		for _, st := range g.lessons[cl.Name].Steps {
			all = append(all, Step{Lesson: cl.Name, Step: st.Name, Max: g.o.Course.Points(cl.Name, st.Name)})
		}
	}
	return all
}

func plain(text string) Text { return Text{text, text} }

func fill(t say.Text, pairs ...string) Text {
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return Text{t.In(say.EN, args), t.In(say.FR, args)}
}

// read reads every file, whatever the shard: which of two a student's counts, and who there is, must not depend on it.
func (g *grader) read(files []File) []*entry {
	roster := map[string]course.Student{}
	for _, s := range g.o.Roster {
		roster[s.ID] = s
	}
	max := 0.0
	for _, st := range g.steps() {
		max += st.Max
	}
	var all []*entry
	latest := map[string]*entry{}
	for _, f := range files {
		e := &entry{result: Result{File: submission.Plain(f.Name), Status: Unreadable, Late: 100, Max: max}}
		all = append(all, e)
		err := f.Err
		var sub *submission.Submission
		if err == nil {
			sub, err = submission.Parse(f.Content)
		}
		if err != nil {
			e.result.Reason = plain(submission.Plain(err.Error()))
			continue
		}
		r := &e.result
		r.Student, r.Lang, r.Written, r.Kernel = sub.Student, sub.Lang, sub.Written, sub.Kernel
		sum := sha256.Sum256(f.Content)
		r.Digest = hex.EncodeToString(sum[:])
		r.Name, r.Mail = roster[sub.Student].Name, roster[sub.Student].Mail
		if sub.CourseID != g.o.Course.ID {
			r.Reason = fill(textOtherCourse, "course", submission.Plain(sub.CourseName))
			continue
		}
		code, ok := g.o.Code(sub.Student)
		if !ok {
			r.Reason = fill(textNoCode, "student", sub.Student)
			continue
		}
		if _, ok := roster[sub.Student]; !ok && len(roster) > 0 {
			r.Notes = append(r.Notes, fill(textNotInRoster, "student", sub.Student))
		}
		switch sub.Damage {
		case submission.Changed:
			r.Notes = append(r.Notes, fill(textChanged))
		case submission.Short:
			r.Notes = append(r.Notes, fill(textShort))
		}
		for _, cl := range g.o.Course.Lessons {
			if played, ok := sub.Packs[cl.Name]; ok && played != cl.Digest {
				r.Notes = append(r.Notes, fill(textOtherPack, "lesson", cl.Name, "pack", submission.Plain(cl.Pack), "played", played[:12], "digest", cl.Digest[:min(12, len(cl.Digest))]))
			}
		}
		sealed := sub.Sealed(code)
		if !sealed && sub.Damage == submission.Whole {
			r.Notes = append(r.Notes, fill(textUnsealed, "student", sub.Student))
		}
		when := sub.Written
		for _, key := range []string{sub.Student, f.Name} {
			if t, ok := g.o.Received[key]; ok {
				when, r.Received = t, t
			}
		}
		r.Late = g.o.Course.Percent(when)
		if r.Late < 100 {
			t := textLate
			if r.Received.IsZero() {
				t = textLateByClaim
			}
			r.Notes = append(r.Notes, fill(t, "percent", fmt.Sprint(r.Late)))
		}
		r.Status = Graded
		e.sub, e.file = sub, f.Content
		// Whoever lacks the code cannot put a file in the place of the student's own.
		if before := latest[sub.Student]; before == nil || cmp.Or(rank(sealed, sub, r, before)...) > 0 {
			latest[sub.Student] = e
		}
	}
	for _, e := range all {
		if e.sub == nil {
			continue
		}
		if l := latest[e.result.Student]; l != e {
			e.result.Status = Superseded
			e.result.Reason = fill(textSuperseded, "file", l.result.File)
			e.sub = nil
		}
	}
	for _, s := range g.o.Roster {
		if latest[s.ID] == nil {
			all = append(all, &entry{result: Result{Student: s.ID, Name: s.Name, Mail: s.Mail, Status: Missing, Late: 100, Max: max, Reason: fill(textMissing)}})
		}
	}
	slices.SortStableFunc(all, func(a, b *entry) int {
		return cmp.Or(strings.Compare(a.result.File, b.result.File), strings.Compare(a.result.Student, b.result.Student))
	})
	return all
}

// rank compares a submission with the one before of the same student: sealed before not, then the later, then by name.
func rank(sealed bool, sub *submission.Submission, r *Result, before *entry) []int {
	b := func(v bool) int {
		if v {
			return 1
		}
		return 0
	}
	was := !slices.ContainsFunc(before.result.Notes, func(t Text) bool { return t == fill(textUnsealed, "student", sub.Student) })
	when := func(r *Result) time.Time {
		if !r.Received.IsZero() {
			return r.Received
		}
		return r.Written
	}
	return []int{b(sealed) - b(was), when(r).Compare(when(&before.result)), strings.Compare(r.File, before.result.File)}
}

// know collects whose parameters are whose.
func (g *grader) know(entries []*entry) {
	g.owners = map[string]owner{}
	students := map[string]bool{}
	for _, s := range g.o.Roster {
		students[s.ID] = true
	}
	for _, e := range entries {
		if e.sub != nil {
			students[e.sub.Student] = true
		}
	}
	names := make([]string, 0, len(students))
	for s := range students {
		names = append(names, s)
	}
	slices.Sort(names)
	for _, s := range names {
		code, ok := g.o.Code(s)
		if !ok {
			continue
		}
		for _, cl := range g.o.Course.Lessons {
			l := g.lessons[cl.Name]
			params := code.Params(l)
			for _, p := range l.Params {
				// Numbers are few, and anybody may type them.
				if p.Kind.Form == "" || p.Kind.Form == lessons.Number {
					continue
				}
				if _, ok := g.owners[params[p.Name]]; !ok {
					g.owners[params[p.Name]] = owner{s, l.Name, p.Name}
				}
			}
		}
	}
}

// work lets workers do the jobs.
func (g *grader) work(ctx context.Context, jobs []*entry) error {
	queue := make(chan *entry)
	var mu sync.Mutex
	var first error
	done := 0
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for range max(1, min(g.o.Workers, len(jobs))) {
		wg.Go(func() {
			var w Worker
			defer func() {
				if w != nil {
					w.Close()
				}
			}()
			for e := range queue {
				if known, ok := g.o.Known[e.result.File+" "+e.result.Digest]; ok && e.sub != nil {
					e.result = known
				} else if e.sub != nil {
					var err error
					if w == nil {
						w, err = g.o.Worker()
					}
					if err == nil && !g.one(ctx, w, e) {
						w.Close()
						w = nil
					}
					if err != nil {
						mu.Lock()
						first = cmp.Or(first, err)
						mu.Unlock()
						cancel()
					}
				}
				mu.Lock()
				done++
				if g.o.Progress != nil {
					g.o.Progress(done, len(jobs))
				}
				mu.Unlock()
			}
		})
	}
	for _, e := range jobs {
		queue <- e
	}
	close(queue)
	wg.Wait()
	if first == nil {
		first = context.Cause(ctx)
	}
	return first
}

// one grades one submission; false says that the worker is of no more use.
func (g *grader) one(ctx context.Context, w Worker, e *entry) bool {
	code, _ := g.o.Code(e.sub.Student) // read has asked
	j := &Job{File: e.file, Limits: g.o.Limits, Params: map[string]map[string]string{}}
	for name, l := range g.lessons {
		j.Params[name] = code.Params(l)
	}
	// The worker keeps the limit itself; where it does not answer, it is ended.
	wctx, cancel := context.WithTimeout(ctx, g.o.Limits.Time+graceTime)
	defer cancel()
	out, err := w.Do(wctx, j)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		t := textCrashed
		if wctx.Err() != nil {
			t = textHung
		}
		out = &Outcome{Stopped: fill(t)}
	}
	g.judge(e, out, j.Params)
	return err == nil
}

// graceTime is how much longer than the limit a worker may take to answer.
const graceTime = 20 * time.Second

// judge makes the result of what came of the replay and of what the file claims.
func (g *grader) judge(e *entry, out *Outcome, params map[string]map[string]string) {
	r := &e.result
	if out.Stopped != (Text{}) {
		r.Status, r.Reason = Stopped, out.Stopped
	}
	r.Notes = append(r.Notes, out.Notes...)
	claims := claimsOf(e.sub, g.lessons)
	for _, st := range g.steps() {
		c, o := claims[st.Lesson+" "+st.Step], out.Step(st.Lesson, st.Step)
		if c == nil {
			c = &claim{}
		}
		st.Claimed, st.ClaimedKey, st.Seconds = c.done, c.key, int(c.spent.Round(time.Second).Seconds())
		claim := e.sub.Claim(st.Lesson, st.Step)
		st.Hints, st.Attempts = claim.Hints, claim.Attempts
		st.Claimed = st.Claimed || !claim.Done.IsZero()
		st.Finding, st.Calls = o.Finding, o.Calls
		switch {
		case o.Passed:
			st.Verdict, st.Points = Passed, st.Max
		case o.Lacks != "":
			st.Verdict, st.Lacks = LeftOut, o.Lacks
		case st.Claimed:
			st.Verdict = Differs
		case c.tried:
			st.Verdict = Failed
		default:
			st.Verdict, st.Finding = Untried, Finding{}
			if claim.Missing != "" {
				r.Notes = append(r.Notes, fill(textLacked, "lesson", st.Lesson, "step", st.Step, "what", submission.Plain(claim.Missing)))
			}
		}
		r.Points += st.Points
		r.Steps = append(r.Steps, st)
	}
	r.Points = round2(r.Points * float64(r.Late) / 100)
	g.likeness(e, params)
}

func round2(f float64) float64 { return float64(int64(f*100+0.5)) / 100 }

// claim is what a file says of a step.
type claim struct {
	done, tried bool
	key         string
	spent       time.Duration
}

// maxPause is how much of a pause counts as work.
const maxPause = 5 * time.Minute

// claimsOf reads off a file's events which steps it says were tried and done, and how long that took.
func claimsOf(sub *submission.Submission, all map[string]*lessons.Lesson) map[string]*claim {
	claims := map[string]*claim{}
	of := func(lesson, step string) *claim {
		c := claims[lesson+" "+step]
		if c == nil {
			c = &claim{}
			claims[lesson+" "+step] = c
		}
		return c
	}
	for i := range sub.Sittings {
		s := &sub.Sittings[i]
		l := all[s.Lesson]
		if l == nil {
			continue
		}
		done := map[string]bool{}
		for _, step := range s.Done {
			done[step] = true
		}
		before := time.Duration(0)
		for _, e := range s.Events {
			open := openStep(l, done)
			if open != "" {
				of(l.Name, open).spent += min(e.After-before, maxPause)
			}
			before = e.After
			switch e.Action {
			case session.Typed:
				if open != "" && strings.ContainsAny(e.Text, "\r\n") {
					of(l.Name, open).tried = true
				}
			case session.Checked, session.Answered:
				of(l.Name, e.Step).tried = true
			case session.Found:
				c := of(l.Name, e.Step)
				c.key = submission.Plain(e.Text)
				if e.Status == 0 {
					c.done, c.tried, done[e.Step] = true, true, true
				}
			}
		}
	}
	return claims
}

func openStep(l *lessons.Lesson, done map[string]bool) string {
	for _, st := range l.Steps {
		if !done[st.Name] {
			return st.Name
		}
	}
	return ""
}

// What a lab has by chance, in texts: inode numbers, PIDs, hardware addresses.
var byChance = sync.OnceValue(func() []replacement {
	return []replacement{
		{regexp.MustCompile(`\b(user|mnt|uts|ipc|net|pid|cgroup|time):\[\d+\]`), "$1:[…]"},
		{regexp.MustCompile(`\b\d+ (\([^()]{1,40}\))`), "… $1"},
		{regexp.MustCompile(`\b((?:PID|PIDs|process|processes|processus|Process|Processus|numéro|number|kill -9|kill|--target|/proc/|-t) ?)\d+\b`), "$1…"},
		{regexp.MustCompile(`\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b`), "…"},
		{regexp.MustCompile(`\b(if|@if)\d+\b`), "$1…"},
	}
})

type replacement struct {
	form *regexp.Regexp
	with string
}

// findingOf puts a finding into words that do not depend on chance.
func findingOf(f checks.Finding) Finding {
	text := func(t say.Text) Text {
		if t.IsZero() {
			return Text{}
		}
		words := func(l say.Lang) string {
			s := t.In(l, f.Args)
			for _, r := range byChance() {
				s = r.form.ReplaceAllString(s, r.with)
			}
			return clipText(plainLines(s))
		}
		return Text{words(say.EN), words(say.FR)}
	}
	if f.Satisfied {
		return Finding{Key: f.Key}
	}
	return Finding{Key: f.Key, Expected: text(f.Expected), Found: text(f.Found), Try: text(f.Try)}
}

// plainLines is submission.Plain for texts of several lines.
func plainLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = submission.Plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

func clipText(s string) string {
	if r := []rune(s); len(r) > 2000 {
		return string(r[:2000]) + "…"
	}
	return s
}
