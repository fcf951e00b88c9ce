package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
	"github.com/nslab/nslab/sandbox"
)

// gradedLesson is what the students of the made-up class hand in: its solution, typed at once.
const gradedLesson = "uts"

// grading compares nslab grade, of so many submissions with each number of jobs, with the shells and commands in them
// alone: the same lines, typed into as many shells of the same kind as soon as their prompt is there, in labs that are
// there before, and that nobody looks at.
func (b *stage) grading(submissions int) error {
	l, err := catalogue.Find(gradedLesson)
	if err != nil {
		return err
	}
	typed, err := b.class(l, submissions, false)
	if err != nil {
		return fmt.Errorf("make a class: %w", err)
	}
	fmt.Printf("\ngrading %d submissions of lesson %s: %d shells and %d commands in each\n\n", submissions, l.Name, len(typed), strings.Count(strings.Join(typed, ""), "\n"))
	fmt.Println("jobs  graded/s  the commands alone/s  ratio  CPU ms each  alone  ratio  MB of nslab grade and its workers, at each tenth of the way")
	for jobs := 1; jobs <= runtime.NumCPU(); jobs *= 2 {
		alone, err := b.alone(l, typed, submissions, jobs)
		if err != nil {
			return fmt.Errorf("the commands alone: %w", err)
		}
		graded, memory, err := b.grade(submissions, jobs, fmt.Sprintf("%d/%[1]d", len(l.Steps)))
		if err != nil {
			return fmt.Errorf("nslab grade: %w", err)
		}
		n := float64(submissions)
		fmt.Printf("%4d  %8.1f  %20.1f  %5.2f  %11.0f  %5.0f  %5.2f  %s\n", jobs, n/graded.wall.Seconds(), n/alone.wall.Seconds(), graded.wall.Seconds()/alone.wall.Seconds(),
			ms(graded.cpu)/n, ms(alone.cpu)/n, graded.cpu.Seconds()/alone.cpu.Seconds(), strings.Join(memory, " "))
	}
	return nil
}

// growth grades so many submissions that have no more than the lesson's first step, and shows what memory that takes.
func (b *stage) growth(submissions int) error {
	l, err := catalogue.Find(gradedLesson)
	if err != nil {
		return err
	}
	if _, err := b.class(l, submissions, true); err != nil {
		return fmt.Errorf("make a class: %w", err)
	}
	fmt.Printf("\ngrading %d submissions of the first step of lesson %s; MB of nslab grade and its workers, at each tenth of the way\n\n", submissions, l.Name)
	graded, memory, err := b.grade(submissions, runtime.NumCPU(), fmt.Sprintf("1/%d", len(l.Steps)))
	if err != nil {
		return fmt.Errorf("nslab grade: %w", err)
	}
	fmt.Printf("%s\n\n%.1f/s, CPU ms each %.0f\n", strings.Join(memory, "  "), float64(submissions)/graded.wall.Seconds(), ms(graded.cpu)/float64(submissions))
	return nil
}

// cost is what something took.
type cost struct{ wall, cpu time.Duration }

// class writes a course and its submissions, and returns what is typed in each shell of one: the lesson's solution, of a
// short one only that of the first step.
func (b *stage) class(l *lessons.Lesson, submissions int, short bool) (typed []string, err error) {
	c, secret, err := course.New("bench", []course.Lesson{{Name: l.Name}})
	if err != nil {
		return nil, err
	}
	text, err := c.Encode()
	if err != nil {
		return nil, err
	}
	if err := b.give("bench.course", text); err != nil {
		return nil, err
	}
	if err := b.give("bench.secret", secret.Encode()); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(b.path("class")); err != nil {
		return nil, err
	}
	if err := os.Mkdir(b.path("class"), 0o755); err != nil {
		return nil, err
	}
	began := time.Now().Add(-time.Hour)
	lines := map[string]string{}
	for i := range submissions {
		student := fmt.Sprintf("student%05d", i)
		code := secret.Code(c, student)
		deeds, err := l.Solution(code.Params(l))
		if err != nil {
			return nil, err
		}
		sit := submission.Sitting{Lesson: l.Name, Began: began}
		prompts := map[string]int{}
		var at time.Duration
		event := func(e session.Event) {
			at += 50 * time.Millisecond
			e.After = at
			sit.Events = append(sit.Events, e)
		}
		prompt := func(shell, line string) {
			prompts[shell]++
			event(session.Event{Action: session.Prompted, Shell: shell, N: prompts[shell], Text: line})
		}
		for _, sh := range l.Shells {
			prompt(sh.Name, "")
		}
		for _, d := range deeds {
			if d.Kind != lessons.Type || d.Fails || d.Waits || len(d.If) > 0 || short && d.Step != l.Steps[0].Name {
				continue
			}
			event(session.Event{Action: session.Typed, Shell: d.Shell, Text: d.Text + "\r"})
			prompt(d.Shell, d.Text)
			if i == 0 {
				lines[d.Shell] += d.Text + "\n"
			}
		}
		sub := &submission.Submission{Student: student, CourseID: c.ID, CourseName: c.Name, Program: "bench", Kernel: "bench",
			Arch: runtime.GOARCH, Lang: say.EN, Written: time.Now(), Sittings: []submission.Sitting{sit}}
		text, err := sub.Encode(code)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(b.path("class/"+student+".nslab"), text, 0o644); err != nil {
			return nil, err
		}
	}
	for _, sh := range l.Shells {
		typed = append(typed, lines[sh.Name])
	}
	return typed, nil
}

// give writes a file that only who runs the commands may read.
func (b *stage) give(name string, text []byte) error {
	if err := os.WriteFile(b.path(name), text, 0o600); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		return os.Chown(b.path(name), nobody, nobody)
	}
	return nil
}

// labTimes is how often a lab is used again. It has 64 terminals at most (devpts, max), and on a busy machine the kernel comes to
// give up an old one late.
const labTimes = 20

// alone types the lines into shells, so many times, in as many labs as jobs at once.
func (b *stage) alone(l *lessons.Lesson, typed []string, times, jobs int) (cost, error) {
	o := sandbox.KeeperOptions{}
	if busybox, err := data.Busybox(); err == nil {
		o.BusyBox, o.Applets = busybox, data.Applets()
	}
	keeper, err := sandbox.NewKeeper(o)
	if err != nil {
		return cost{}, err
	}
	defer keeper.Close()
	// Each is used by one at a time.
	work := make(chan *sandbox.Lab, times/labTimes+1)
	for range cap(work) {
		lab, err := keeper.NewLab(sandbox.LabOptions{})
		if err != nil {
			return cost{}, err
		}
		work <- lab
	}
	close(work)
	var left atomic.Int64
	left.Store(int64(times))
	errs := make([]error, jobs)
	before, begin := used(), time.Now()
	var all sync.WaitGroup
	for i := range jobs {
		all.Go(func() {
			for lab := range work {
				for range labTimes {
					if left.Add(-1) < 0 {
						return
					}
					for j, sh := range l.Shells {
						if err := typeAll(lab, sh, typed[j]); err != nil {
							errs[i] = err
							return
						}
					}
				}
			}
		})
	}
	all.Wait()
	return cost{time.Since(begin), used() - before}, errors.Join(errs...)
}

// typeAll opens a shell, types each line when the prompt is there, and closes it.
func typeAll(lab *sandbox.Lab, of lessons.Shell, lines string) error {
	sh, err := lab.NewShell(of.Name, sandbox.ShellOptions{Flags: of.Flags})
	if err != nil {
		return err
	}
	defer func() {
		_ = sh.Close()
		<-sh.Done()
	}()
	var marks sandbox.Marks
	buf := make([]byte, 4096)
	rest := strings.SplitAfter(lines, "\n")
	for {
		n, err := sh.Read(buf)
		if err != nil {
			return fmt.Errorf("shell %s has ended before %q: %w", of.Name, rest, err)
		}
		for _, piece := range marks.Split(buf[:n]) {
			if piece.Mark == nil || !piece.Mark.Prompt {
				continue
			}
			if rest[0] == "" {
				return nil
			}
			if _, err := sh.Write([]byte(strings.TrimSuffix(rest[0], "\n") + "\r")); err != nil {
				return err
			}
			rest = rest[1:]
		}
	}
}

// used returns the time on processors of this program and of all that it has waited for (getrusage(2)).
func used() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// grade runs nslab grade over the class, of which everybody is to have the points want; memory is what its processes have at each tenth of the way.
func (b *stage) grade(submissions, jobs int, want string) (total cost, memory []string, err error) {
	cmd := b.command(b.path("nslab"), "grade", "--course", "bench.course", "--jobs", strconv.Itoa(jobs), "class")
	out, err := os.Create(b.path("grade.txt"))
	if err != nil {
		return total, nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return total, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var samples []string
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-tick.C:
			samples = append(samples, residents(cmd.Process.Pid))
		}
	}
	total.wall = time.Since(begin)
	total.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	text, _ := os.ReadFile(b.path("grade.txt"))
	if err != nil {
		return total, nil, fmt.Errorf("%w\n%s", err, text)
	}
	// One that is not right was not really done.
	right := regexp.MustCompile(`(?m)^student\d+ +(\d+/\d+) `).FindAllStringSubmatch(string(text), -1)
	if len(right) < submissions || slices.ContainsFunc(right, func(m []string) bool { return m[1] != want }) {
		return total, nil, fmt.Errorf("not all have %s:\n%s", want, text)
	}
	for i := 1; i <= 10 && len(samples) > 0; i++ {
		memory = append(memory, samples[min(len(samples)*i/10, len(samples)-1)])
	}
	return total, memory, nil
}

// residents returns the resident memory, in MB, of a process and its children that are the same program.
func residents(pid int) string {
	var kinds []string
	for _, n := range append([]int{pid}, children(pid)...) {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", n)); err != nil || filepath.Base(exe) != "nslab" {
			continue
		}
		if kb, err := field(fmt.Sprintf("/proc/%d/status", n), "VmRSS"); err == nil {
			kinds = append(kinds, strconv.FormatInt((kb+512)/1024, 10))
		}
	}
	return strings.Join(kinds, "+")
}

// field reads a number of a file of lines such as "Pss:  120 kB".
func field(path, name string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(text), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+":") })
	if i < 0 {
		return 0, fs.ErrNotExist
	}
	return strconv.ParseInt(strings.Fields(lines[i])[1], 10, 64)
}
