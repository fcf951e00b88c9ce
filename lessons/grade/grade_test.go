package grade_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/report"
	"github.com/nslab/nslab/sandbox"
)

var (
	classSize = flag.Int("class", 0, "grade a class of so many submissions, and say how long it takes")
	classDir  = flag.String("class-dir", "", "write the class there")
	jobs      = flag.Int("jobs", runtime.NumCPU(), "how many workers")
)

// The test binary is the worker too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "grade-worker" {
		o := sandbox.KeeperOptions{Links: []string{"domainname"}}
		if b, err := data.Busybox(); err == nil {
			o.BusyBox, o.Applets = b, data.Applets()
		}
		if err := grade.Serve(os.Stdin, os.Stdout, o, sandbox.MachineTools, catalogue.Find); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	os.Exit(m.Run())
}

func worker() (grade.Worker, error) {
	return grade.StartProcess("/proc/self/exe", []string{os.Args[0], "grade-worker"})
}

func options(c *class) grade.Options {
	return grade.Options{Course: c.course, Code: func(s string) (course.Code, bool) { return c.secret.Code(c.course, s), true }, Find: catalogue.Find, Shard: 1, Shards: 1, Program: "test",
		Worker: worker, Workers: runtime.NumCPU(), Limits: grade.Limits{Time: 2 * time.Minute, Memory: 64 << 20, Output: 4 << 20}}
}

func run(t *testing.T, files []grade.File, o grade.Options) *grade.Results {
	t.Helper()
	r, err := grade.Grade(context.Background(), files, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryKindOfSubmissionGetsWhatItDeserves(t *testing.T) {
	c := makeClass(t, 1, true)
	c.judge(t, run(t, c.files(), options(c)))
}

// With -class 200: the whole class, the verdicts against the truth, and what it takes.
func TestClass(t *testing.T) {
	if *classSize == 0 {
		t.Skip("with -class N")
	}
	c := makeClass(t, *classSize, true)
	if *classDir != "" {
		for _, f := range c.files() {
			if err := os.WriteFile(filepath.Join(*classDir, f.Name), f.Content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	o := options(c)
	o.Workers = *jobs
	began := time.Now()
	r := run(t, c.files(), o)
	took := time.Since(began)
	wrong := c.judge(t, r)
	var self, children syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &self)
	_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children)
	t.Logf("%d submissions, %d verdicts wrong, %d workers: %v, %.2f a second; peak memory: grader %d MB, largest worker %d MB",
		len(c.members), wrong, o.Workers, took.Round(time.Millisecond), float64(len(c.members))/took.Seconds(), self.Maxrss>>10, children.Maxrss>>10)
}

func reports(t *testing.T, r *grade.Results) string {
	t.Helper()
	var b bytes.Buffer
	for _, format := range report.Formats() {
		for _, lang := range say.Langs() {
			if err := report.Write(&b, format, r, lang); err != nil && err != report.ErrOne {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}

// The same submissions give the same bytes, whether by one worker or several, at once or in parts.
func TestResultsDoNotDependOnHowTheWorkIsDivided(t *testing.T) {
	c := makeClass(t, 8, false)
	o := options(c)
	o.Workers = 1
	want := reports(t, run(t, c.files(), o))
	o.Workers = 3
	var parts []*grade.Results
	for i := range 3 {
		o.Shard, o.Shards = 3-i, 3
		parts = append(parts, run(t, c.files(), o))
	}
	merged, err := grade.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if got := reports(t, merged); got != want {
		a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Fatalf("line %d:\n%s\n%s", i+1, a[i], b[min(i, len(b)-1)])
			}
		}
		t.Fatal("one is longer")
	}
	if _, err := grade.Merge(parts[:2]); err == nil {
		t.Error("two shards of three were merged")
	}
	if _, err := grade.Merge(append(parts[:2:2], parts[0])); err == nil {
		t.Error("a shard was merged twice")
	}
}
