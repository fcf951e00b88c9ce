// Package session plays a lesson: it makes the lab, opens the lesson's shells,
// looks at the kernel whenever a prompt comes back, and knows which steps are
// done.
//
// A [Session] is what the program's run command, a lesson script (package
// lessons/script) and a grader have in common. The first attaches a person's
// terminal to a [Shell]; the others type with [Shell.Run].
//
// When is a step looked at? Only when the lab is at rest: a command has ended
// and its shell is about to prompt, or somebody asks. What is there while a
// command still runs is remembered (checks.View.Seen), for some states are gone a
// moment later, but it decides nothing by itself.
package session

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Options say how a lesson is to be played.
type Options struct {
	Keeper *sandbox.Keeper
	Lesson *lessons.Lesson
	// Params replace the lesson's own values of the parameters of the same name.
	Params map[string]string
	// Done are steps that are done already.
	Done []string
	// At is a step: the lab is rebuilt to where it begins (rebuild.go). Empty for the lab as the lesson has it.
	At string
	// Rebuilding is called during that, with how many commands have been typed, of how many. It may be nil.
	Rebuilding func(n, of int)
	// Tools says where the lab's commands come from.
	Tools sandbox.Tools
	// Term, Rows, Cols and Env are for the shells' terminals (sandbox.ShellOptions).
	Term       string
	Rows, Cols uint16
	Env        []string
	// OnDone is called when a step has become done. It may be nil, and must not call the session.
	OnDone func(step *lessons.Step, f checks.Finding)
	// OnTyped is called with the command lines that the learner's shells report: when one begins, as in checks.Line, and
	// when it has ended. Step is the open step's name, empty where all are done. It may be nil, and must not call the session.
	OnTyped func(step string, l checks.Line)
	// Announce turns steps that have become done into what a terminal shows; nil for silence.
	// Next is the step that is open now, nil where the lesson is done.
	Announce func(done []Done, next *lessons.Step) []byte
}

// Done is a step that has become done, and why.
type Done struct {
	Step    *lessons.Step
	Finding checks.Finding
}

// Session is a lesson under way. Its methods may be called from several goroutines.
type Session struct {
	o      Options
	Lesson *lessons.Lesson
	Lab    *sandbox.Lab
	params map[string]string

	mu     sync.Mutex
	shells map[string]*Shell
	start  *snapshot.Snapshot
	// begun is the lab as it was when the open step became so.
	begun *snapshot.Snapshot
	seen  []*snapshot.Snapshot
	typed []checks.Line
	done  map[string]checks.Finding
	// missing are the steps that cannot be done here, with what the machine lacks (lessons.Step, Needs).
	missing map[string]string
	last    *Shell // where something was typed last
	rebuild rebuilding
	// followers are told of every new state; nil once the session has ended.
	followers map[chan *snapshot.Snapshot]struct{}
	// recorder is told what happens (record.go); rested is what was seen when a replay last waited.
	recorder atomic.Pointer[recording]
	rested   []string
	called   *calledSoFar // recordcalls.go
	printed  atomic.Int64

	judging sync.Mutex
	kick    chan struct{} // something was typed or a prompt came
	// happened is for a system call on namespaces; marks are the trace's last numbers when commands had ended.
	happened chan struct{}
	marks    []uint64
	closing  chan struct{}
	watcher  sync.WaitGroup
	close    sync.Once
}

// maxSeen bounds how many snapshots between the start and now are kept, and maxTyped the command lines.
const (
	maxSeen  = 64
	maxTyped = 1000
)

// Open makes a fresh lab, opens the lesson's shells in it, and rebuilds what [Options.At] asks for. Where
// that fails the lab is the one the lesson has; [Session.Rebuilt] tells.
func Open(o Options) (*Session, error) {
	s, err := open(o)
	if err == nil && o.At != "" {
		if err = s.rebuildTo(o.At); err != nil {
			failed := err
			_ = s.Lab.Close()
			if s, err = open(o); err == nil {
				s.rebuild.err = failed
			}
		}
	}
	if err != nil {
		return nil, err
	}
	s.watcher.Go(s.watch)
	s.watcher.Go(s.hear)
	return s, nil
}

func open(o Options) (*Session, error) {
	s := &Session{o: o, Lesson: o.Lesson, params: o.Lesson.Defaults(), shells: map[string]*Shell{},
		done: map[string]checks.Finding{}, missing: map[string]string{}, followers: map[chan *snapshot.Snapshot]struct{}{},
		kick: make(chan struct{}, 1), happened: make(chan struct{}, 1), closing: make(chan struct{})}
	for name, value := range o.Params {
		if _, ok := s.params[name]; !ok {
			return nil, fmt.Errorf("lesson %s has no parameter %q: it has %v", o.Lesson.Name, name, slices.Sorted(maps.Keys(s.params)))
		}
		s.params[name] = value
	}
	for _, step := range o.Done {
		s.done[step] = checks.Finding{Satisfied: true}
	}
	lab, err := o.Keeper.NewLab(sandbox.LabOptions{Tools: o.Tools, Divide: divides(o.Lesson), Trace: true})
	if err != nil {
		return nil, err
	}
	s.Lab = lab
	if err := s.provide(); err != nil {
		_ = lab.Close()
		return nil, err
	}
	tried := map[string]string{} // steps have needs in common, and some take a trial
	for _, step := range o.Lesson.Steps {
		for _, need := range step.Needs {
			if _, ok := tried[need]; !ok {
				tried[need] = Lacks(lab, []string{need})
			}
			if tried[need] != "" && s.missing[step.Name] == "" {
				s.missing[step.Name] = need
			}
		}
	}
	for _, sh := range o.Lesson.Shells {
		if _, err := s.open(sh.Name); err != nil {
			_ = lab.Close()
			return nil, err
		}
	}
	if len(o.Lesson.Setup) > 0 {
		if err := s.setUpAll(); err != nil {
			_ = lab.Close()
			return nil, err
		}
	}
	start, err := lab.Snapshot()
	if err == nil {
		err = s.files(start)
	}
	if err != nil {
		_ = lab.Close()
		return nil, err
	}
	s.mu.Lock()
	s.start, s.begun = start, start
	s.mu.Unlock()
	if len(o.Lesson.Setup) == 0 {
		for _, sh := range s.shells {
			sh.begin()
		}
	}
	return s, nil
}

// Close ends the lesson's lab.
func (s *Session) Close() error {
	var err error
	s.close.Do(func() {
		close(s.closing)
		s.watcher.Wait()
		s.lastCalls()
		s.leave()
		err = s.Lab.Close()
	})
	return err
}

// Params returns the parameters in force.
func (s *Session) Params() map[string]string { return maps.Clone(s.params) }

// Step returns the first step that is not done, nil when all are.
func (s *Session) Step() *lessons.Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open1()
}

func (s *Session) open1() *lessons.Step {
	for i := range s.Lesson.Steps {
		name := s.Lesson.Steps[i].Name
		if _, ok := s.done[name]; !ok && s.missing[name] == "" {
			return &s.Lesson.Steps[i]
		}
	}
	return nil
}

// IsDone reports whether a step is done, and with what finding where it became so in this session.
func (s *Session) IsDone(step string) (checks.Finding, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.done[step]
	return f, ok
}

// Missing returns what the machine lacks for a step, in the form of lessons.Step's Needs; empty for nothing.
func (s *Session) Missing(step string) string { return s.missing[step] }

// AllMissing returns what the machine lacks, by step.
func (s *Session) AllMissing() map[string]string { return maps.Clone(s.missing) }

// provide writes the files that the lesson's lab has at the start.
func (s *Session) provide() error {
	for _, f := range s.Lesson.Provide {
		content, err := f.Content()
		if err != nil {
			return fmt.Errorf("prepare %s for lesson %s: %w", f.Path, s.Lesson.Name, err)
		}
		if err := s.Lab.WriteFile(f.Path, content); err != nil {
			return err
		}
	}
	return nil
}

// divides reports whether a step of the lesson needs cgroups.
func divides(l *lessons.Lesson) bool {
	return slices.ContainsFunc(l.Steps, func(s lessons.Step) bool {
		return slices.ContainsFunc(s.Needs, func(need string) bool { return strings.HasPrefix(need, "cgroup:") })
	})
}

// cloneFlags are those of the kinds of namespaces that a step may need and a machine may lack.
var cloneFlags = map[string]uintptr{"user": unix.CLONE_NEWUSER, "time": unix.CLONE_NEWTIME}

// Lacks returns the first of a step's needs (lessons.Step) that a lab does not meet; empty where it meets all.
func Lacks(lab *sandbox.Lab, needs []string) string {
	for _, need := range needs {
		kind, what, _ := strings.Cut(need, ":")
		given := false
		switch kind {
		case "tool":
			for name := range strings.SplitSeq(what, "|") {
				given = given || lab.Has(name)
			}
		case "cgroup":
			given = lab.HasController(what)
		case "namespace":
			given = lab.CanClone(cloneFlags[what])
		case "filesystem":
			given = lab.CanMount(what)
		case "link":
			given = lab.CanLink(what)
		case "seccomp":
			given = what == "listener" && lab.Trace() != nil
		}
		if !given {
			return need
		}
	}
	return ""
}

// view is what a check of this moment may look at; s.mu is held.
func (s *Session) view(now *snapshot.Snapshot, answer string) *checks.View {
	return &checks.View{Now: now, Start: s.start, Seen: slices.Clone(s.seen), Params: s.params,
		Typed: slices.Clone(s.typed), Answer: answer, Calls: s.Lab.Trace().OnNamespaces()}
}

// Check looks at the lab and judges one step, whichever is open. A step that
// has been satisfied once stays so. Except is a process group of the lab that asks, and
// is not to be seen; 0 for none.
func (s *Session) Check(name string, except int) (checks.Finding, error) {
	step, err := s.Lesson.Step(name)
	if err != nil {
		return checks.Finding{}, err
	}
	s.record(Event{Action: Checked, Step: name})
	was, done := s.IsDone(name)
	if done && was.Key != "" {
		return was, nil
	}
	var f checks.Finding
	if step.Question {
		f = s.judgeStep(step, nil, "")
	} else if f, err = s.settle(step, except); err != nil {
		return f, err
	}
	if !done && !f.Satisfied {
		s.found(name, f)
	}
	if done && !f.Satisfied {
		return was, nil // done in an earlier session, of which the lab has gone
	}
	return f, nil
}

// Diagnose judges the open step as Check does, with an answer where it is a question, and says with which key it was
// judged when it became open: another key tells that the learner has got somewhere since, or away from the goal.
func (s *Session) Diagnose(name, answer string, except int) (f checks.Finding, begun string, err error) {
	step, err := s.Lesson.Step(name)
	if err != nil {
		return f, "", err
	}
	if step.Question {
		var now *snapshot.Snapshot
		if now, err = s.lookFor(step, except); err == nil {
			f = s.judgeStep(step, now, answer)
		}
	} else {
		f, err = s.settle(step, except)
	}
	if err != nil {
		return f, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return f, step.Check(&checks.View{Now: s.begun, Start: s.start, Params: s.params}).Key, nil
}

// settle judges a step when the lab is at rest: what was started in the background a moment ago may not be
// there yet. It looks until two looks in a row show the same, or one satisfies.
func (s *Session) settle(step *lessons.Step, except int) (checks.Finding, error) {
	var before []string
	for try := 0; ; try++ {
		now, err := s.lookFor(step, except)
		if err != nil {
			return checks.Finding{}, err
		}
		f := s.judgeStep(step, now, "")
		print := fingerprint(now)
		if f.Satisfied || slices.Equal(before, print) || try == 10 {
			return f, nil
		}
		before = print
		select {
		case <-time.After(40 * time.Millisecond):
		case <-s.closing:
			return f, nil
		}
	}
}

// Answer answers a question step.
func (s *Session) Answer(name, text string) (checks.Finding, error) {
	step, err := s.Lesson.Step(name)
	if err != nil {
		return checks.Finding{}, err
	}
	if !step.Question {
		return checks.Finding{}, fmt.Errorf("step %s of lesson %s is done, not answered", name, s.Lesson.Name)
	}
	s.record(Event{Action: Answered, Step: name, Text: text})
	now, err := s.lookFor(step, 0)
	if err != nil {
		return checks.Finding{}, err
	}
	f := s.judgeStep(step, now, text)
	if !f.Satisfied {
		s.found(name, f)
	}
	return f, nil
}

// judgeStep runs a step's check and remembers that it was satisfied.
func (s *Session) judgeStep(step *lessons.Step, now *snapshot.Snapshot, answer string) checks.Finding {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now == nil {
		now = s.start
	}
	f := checks.Judge(step.Check, s.view(now, answer))
	if f.Satisfied {
		s.satisfied(step, f, now)
	}
	return f
}

func (s *Session) satisfied(step *lessons.Step, f checks.Finding, now *snapshot.Snapshot) {
	if _, ok := s.done[step.Name]; ok {
		return
	}
	s.done[step.Name] = f
	s.begun = now
	s.stepOpened()
	s.found(step.Name, f)
	if s.o.OnDone != nil {
		s.o.OnDone(step, f)
	}
}

// judge judges the open step, and when it is satisfied the next, and so on.
func (s *Session) judge() ([]Done, *lessons.Step, error) {
	// One at a time, so that a step is announced once.
	s.judging.Lock()
	defer s.judging.Unlock()
	var done []Done
	for {
		step := s.Step()
		if step == nil || step.Question {
			return done, step, nil
		}
		now, err := s.lookFor(step, 0)
		if err != nil {
			return done, step, err
		}
		f := s.judgeStep(step, now, "")
		if !f.Satisfied {
			return done, step, nil
		}
		done = append(done, Done{step, f})
	}
}

// lookFor is look with what a step's check wants to know beside it.
func (s *Session) lookFor(step *lessons.Step, except int) (*snapshot.Snapshot, error) {
	now, err := s.look(except)
	if err != nil {
		return nil, err
	}
	for _, p := range step.Probes {
		ok, err := s.Lab.Connects(say.Fill(p.Addr, s.params), 300*time.Millisecond)
		if err != nil {
			return nil, err
		}
		if now.Probes == nil {
			now.Probes = map[string]bool{}
		}
		now.Probes[p.Name] = ok
	}
	return now, nil
}

// Look takes a snapshot of the lab without one process group; 0 for all of it.
func (s *Session) Look(except int) (*snapshot.Snapshot, error) { return s.look(except) }

func (s *Session) look(except int) (*snapshot.Snapshot, error) {
	now, err := s.Lab.Snapshot()
	if err != nil {
		return nil, fmt.Errorf("look at the lab: %w", err)
	}
	if err := s.files(now); err != nil {
		return nil, err
	}
	if except > 0 {
		now.Procs = slices.DeleteFunc(now.Procs, func(p snapshot.Process) bool { return p.Group == except })
	}
	s.remember(now)
	return now, nil
}

// files adds what is there of the paths that the lesson watches.
func (s *Session) files(now *snapshot.Snapshot) error {
	if len(s.Lesson.Watch) == 0 {
		return nil
	}
	var paths []string
	for _, p := range s.Lesson.Watch {
		paths = append(paths, say.Fill(p, s.params))
	}
	var err error
	now.Files, err = s.Lab.Stat(paths)
	return err
}

// remember keeps a snapshot that differs from the one before.
func (s *Session) remember(now *snapshot.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.start
	if len(s.seen) > 0 {
		last = s.seen[len(s.seen)-1]
	}
	if last == nil || slices.Equal(fingerprint(last), fingerprint(now)) {
		return
	}
	if len(now.Omitted) > 0 {
		s.tell(now) // what is not in it may be there: it is no state to compare with
		return
	}
	if len(s.seen) == maxSeen {
		// Every second of the older half goes: the far past may be coarser.
		kept := s.seen[:0]
		for i, snap := range s.seen {
			if i >= maxSeen/2 || i%2 == 0 {
				kept = append(kept, snap)
			}
		}
		s.seen = kept
	}
	s.seen = append(s.seen, now)
	s.tell(now)
}

// fingerprint says what of a snapshot makes it a different state: which processes are in which
// namespaces, and what those hold.
func fingerprint(snap *snapshot.Snapshot) []string {
	var f []string
	for _, p := range snap.Procs {
		if !p.Ended() {
			f = append(f, fmt.Sprint(p.PID, p.Start, p.NS, p.Root, p.Comm, p.CapEff))
		}
	}
	for _, inode := range slices.Sorted(maps.Keys(snap.UTS)) {
		f = append(f, fmt.Sprint(inode, snap.UTS[inode]))
	}
	for _, inode := range slices.Sorted(maps.Keys(snap.Net)) {
		n := snap.Net[inode]
		f = append(f, fmt.Sprint(inode, n.Links, n.Addrs, n.Routes, n.Listening, n.Conns, n.EchoRequests, n.EchoReplies))
	}
	for _, inode := range slices.Sorted(maps.Keys(snap.Mounts)) {
		f = append(f, fmt.Sprint(inode, snap.Mounts[inode]))
	}
	for _, inode := range slices.Sorted(maps.Keys(snap.IPC)) {
		f = append(f, fmt.Sprint(inode, snap.IPC[inode]))
	}
	for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
		f = append(f, fmt.Sprint(path, snap.Files[path]))
	}
	for _, inode := range slices.Sorted(maps.Keys(snap.Users)) {
		f = append(f, fmt.Sprint(inode, snap.Users[inode]))
	}
	return f
}

// Shell returns the lesson's shell of that name, opened again if it has ended.
func (s *Session) Shell(name string) (*Shell, error) {
	s.mu.Lock()
	sh := s.shells[name]
	s.mu.Unlock()
	if sh != nil && !sh.Ended() {
		return sh, nil
	}
	s.record(Event{Action: Opened, Shell: name})
	sh, err := s.open(name)
	if err != nil {
		return nil, err
	}
	// Its namespaces are nslab's doing, not the learner's: they count as there from the start.
	now, err := s.Lab.Snapshot()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if p, ok := now.Shell(name); ok {
		start := *s.start
		start.Procs = append(slices.Clone(start.Procs), p)
		start.Shells = maps.Clone(start.Shells)
		start.Shells[name] = p.PID
		s.start = &start
	}
	s.mu.Unlock()
	sh.begin()
	return sh, s.setUp(sh)
}

// left is called when a shell has ended. What it leaves in its namespaces is in what nslab made, not the learner: it
// counts as there from the start. That is found out at once, before others can get the inode numbers of those that have ended.
func (s *Session) left(sh *Shell) {
	now, err := s.look(0)
	if err != nil {
		return // the lab has ended as well
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.start == nil {
		return // the set-up has ended it
	}
	i := slices.IndexFunc(s.start.Procs, func(p snapshot.Process) bool { return p.PID == sh.LabPID })
	if i < 0 {
		return
	}
	given := s.start.Procs[i].NS
	start := *s.start
	start.Procs = slices.Clone(start.Procs)
	for _, p := range now.Procs {
		p.NS = common(p.NS, given, s.start.Host)
		if p.PID != sh.LabPID && p.NS != (snapshot.Namespaces{}) {
			start.Procs = append(start.Procs, p)
		}
	}
	s.start = &start
}

// common keeps of a process's namespaces those of another that are not the host's.
func common(ns, of, host snapshot.Namespaces) snapshot.Namespaces {
	same := func(a, b, host uint64) uint64 {
		if a == b && a != host {
			return a
		}
		return 0
	}
	return snapshot.Namespaces{User: same(ns.User, of.User, host.User), Mnt: same(ns.Mnt, of.Mnt, host.Mnt),
		UTS: same(ns.UTS, of.UTS, host.UTS), IPC: same(ns.IPC, of.IPC, host.IPC), Net: same(ns.Net, of.Net, host.Net),
		PID: same(ns.PID, of.PID, host.PID), Cgroup: same(ns.Cgroup, of.Cgroup, host.Cgroup), Time: same(ns.Time, of.Time, host.Time)}
}

// open starts a shell; its output is not read before begin.
func (s *Session) open(name string) (*Shell, error) {
	def, err := s.Lesson.Shell(name)
	if err != nil {
		return nil, err
	}
	raw, err := s.Lab.NewShell(name, sandbox.ShellOptions{Flags: def.Flags, Rows: s.o.Rows, Cols: s.o.Cols, Term: s.o.Term,
		// The prompt names the shell, for there are several.
		Env: append(slices.Clone(s.o.Env), "NSLAB_SHELL="+name)})
	if err != nil {
		return nil, err
	}
	sh := newShell(s, raw)
	s.mu.Lock()
	s.shells[name] = sh
	s.mu.Unlock()
	return sh, nil
}

// running is the status of a line whose command has not ended: it may be a shell in which others are typed.
const running = -1

// began is called when a shell reports the command that it begins to run.
func (s *Session) began(sh *Shell, m *sandbox.Mark) {
	if m.Command == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rebuild.typing || sh.settingUp.Load() {
		s.rebuild.typed(sh.Name, m.Command)
		return
	}
	l := checks.Line{Shell: sh.Name, Text: m.Command, Status: running}
	s.note(l)
	s.report(l)
}

// report passes a command line on; s.mu is held.
func (s *Session) report(l checks.Line) {
	if s.o.OnTyped == nil {
		return
	}
	name := ""
	if step := s.open1(); step != nil {
		name = step.Name
	}
	s.o.OnTyped(name, l)
}

// note keeps a command line; s.mu is held.
func (s *Session) note(l checks.Line) {
	if len(s.typed) >= maxTyped {
		s.typed = slices.Delete(s.typed, 0, maxTyped/2)
	}
	s.typed = append(s.typed, l)
}

// prompted is called when a shell is about to prompt: a command has ended. What it returns is
// shown before the prompt.
func (s *Session) prompted(sh *Shell, m *sandbox.Mark, ran bool) []byte {
	if ran {
		s.mu.Lock()
		s.mark()
		s.mu.Unlock()
	}
	if ran && m.Command != "" {
		s.mu.Lock()
		if i := slices.IndexFunc(s.typed, func(l checks.Line) bool { return l.Shell == sh.Name && l.Status == running && l.Text == m.Command }); i >= 0 {
			s.typed[i].Status = m.Status
			s.report(s.typed[i])
		} else if !s.rebuild.ended(sh.Name, m.Command) {
			l := checks.Line{Shell: sh.Name, Text: m.Command, Status: m.Status}
			s.note(l)
			s.report(l)
		}
		s.mu.Unlock()
	}
	text := s.announce()
	s.wake()
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if len(text) > 0 && last != nil && last != sh && !last.Ended() {
		// The learner looks at another shell.
		last.Interject(text)
		return nil
	}
	return text
}

// announce judges and returns what is to be shown of it.
func (s *Session) announce() []byte {
	s.mu.Lock()
	started := s.start != nil
	s.mu.Unlock()
	if s.o.Announce == nil || !started || s.isRebuilding() {
		return nil
	}
	// An error is the lab's end, which the shells' ends will tell. What was done before it is done.
	done, next, _ := s.judge()
	if len(done) == 0 {
		return nil
	}
	return s.o.Announce(done, next)
}

// typedIn notes that somebody typed into a shell.
func (s *Session) typedIn(sh *Shell) {
	s.mu.Lock()
	s.last = sh
	s.mu.Unlock()
	s.wake()
}

func (s *Session) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// watch looks at the lab for a while after something happened: often at
// first, then less, then not at all until something is typed again.
func (s *Session) watch() {
	const rest = 10 * time.Minute
	quick, slow := 40*time.Millisecond, time.Second
	if s.Lab.Trace() != nil {
		// Whatever is started or changes a namespace tells so itself (hear).
		quick, slow = 100*time.Millisecond, 5*time.Second
	}
	var wait time.Duration
	var since time.Time
	for {
		var tick <-chan time.Time
		if wait > 0 {
			tick = time.After(wait)
		}
		select {
		case <-s.closing:
			return
		case <-s.kick:
			since, wait = time.Now(), quick
			continue
		case <-s.happened:
		case <-tick:
		}
		s.relook()
		switch past := time.Since(since); {
		case past > rest && !s.followed():
			wait = 0
		case past > 2*time.Second:
			wait = slow
		}
	}
}

// relook is one look of watch. In a lab at rest it judges as a prompt does, for what was started in
// the background, and in shells that print no mark.
func (s *Session) relook() {
	s.mu.Lock()
	sh := s.last
	s.mu.Unlock()
	if sh == nil || s.o.Announce == nil || sh.Ended() || !sh.atRest() {
		_, _ = s.look(0) // for Seen
		return
	}
	if text := s.announce(); len(text) > 0 {
		// To look takes a while, in which the learner may have gone on in another shell.
		s.mu.Lock()
		sh = s.last
		s.mu.Unlock()
		sh.Interject(text)
	}
}

// ErrEnded is the error of typing into a shell that has ended.
var ErrEnded = errors.New("the shell has ended")

// Equal reports whether two snapshots show the same state, for tests.
func Equal(a, b *snapshot.Snapshot) bool { return reflect.DeepEqual(fingerprint(a), fingerprint(b)) }
