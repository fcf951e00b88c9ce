package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/doctor"
)

const (
	learner    = "learner"
	learnerID  = 1000
	cgroupRoot = "/sys/fs/cgroup"
)

// person is who does something in the virtual machine, and in which cgroup.
type person struct {
	name  string
	id    int
	group string // below cgroupRoot
	// delegated says that the group above it is the person's own (cgroups(7), "Delegation").
	delegated bool
}

var (
	root      = person{name: "root"}
	plain     = person{name: "UID 1000", id: learnerID, group: "login/session"}
	delegated = person{name: "UID 1000, cgroup delegated", id: learnerID, group: "user/session", delegated: true}
)

// causes are the requirements that nslab doctor must find unmet, each with its cause.
type causes map[doctor.ID]doctor.Cause

// setting is a state of the kernel, and what doctor must say in it.
type setting struct {
	sysctl string // "" for as booted
	value  string
	says   []says
	suites []suite
}

// says is what doctor tells a person.
type says struct {
	who   person
	labs  bool // can run
	unmet causes
}

// suite is a part of a test program that a person runs.
type suite struct {
	who person
	pkg string // folder in the repository
	run string // go test -run; all where empty
	// skips is which tests may be skipped; nil for any.
	skips *regexp.Regexp
}

var (
	noController = regexp.MustCompile(`no-controller$`)
	// noUser adds the scripts that make a user namespace.
	noUser = regexp.MustCompile(`no-controller$|view-user$|view-all-kinds$`)
)

// catalogue is the test that types scripts of lessons: which, as regular expressions of lesson and script.
func catalogue(who person, lesson, scripts string, skips *regexp.Regexp) suite {
	return suite{who: who, pkg: "lessons/catalogue", run: "TestSolutionsPassAndMistakesFail/scripts/^(" + lesson + ")$/^(" + scripts + ")$", skips: skips}
}

// limits are the scripts in which a limit of a cgroup must bite.
func limits(who person, skips *regexp.Regexp) []suite {
	return []suite{
		catalogue(who, "cgroup", ".*", skips),
		catalogue(who, "container", "limit-.*", skips),
		{who: who, pkg: "sandbox", run: "Group|Cgroup|Frozen|Swept"},
	}
}

// plan is all that is to hold, setting by setting.
func plan() []setting {
	notMine := causes{doctor.Cgroups: doctor.CgroupNotYours}
	all := []setting{{
		says: []says{{plain, true, notMine}, {delegated, true, nil}, {root, true, nil}},
		suites: slices.Concat(
			[]suite{
				{who: plain, pkg: "sandbox"},
				{who: plain, pkg: "sandbox/doctor"},
				{who: root, pkg: "sandbox"},
				catalogue(plain, ".*", "solution", nil),
			},
			limits(delegated, noController), limits(root, noController),
			[]suite{{who: plain, pkg: "cmd/nslab", run: "TestScripts/^(exec|doctor|run|test|trace|ending|terminal)$"}},
		),
	}}
	userOff := off("user.max_user_namespaces", "0", causes{doctor.UserNamespaces: doctor.UsernsZero})
	// Root's labs then have no user namespace of their own.
	userOff.says[1].unmet = userOff.says[0].unmet
	userOff.suites = append([]suite{{who: root, pkg: "sandbox"}, catalogue(root, ".*", "solution", nil)}, limits(root, noUser)[:2]...)
	debianOff := off("kernel.unprivileged_userns_clone", "0", causes{doctor.UserNamespaces: doctor.UsernsSysctl})
	debianOff.says[1].unmet = debianOff.says[0].unmet
	pidsOff := off("user.max_pid_namespaces", "0", causes{doctor.Limits: doctor.LimitZero})
	pidsOff.says[1] = says{root, false, pidsOff.says[0].unmet}
	return append(all,
		debianOff,
		off("kernel.apparmor_restrict_unprivileged_userns", "1", causes{doctor.UserNamespaces: doctor.AppArmorRestrict}),
		userOff, pidsOff,
	)
}

// off is a setting that keeps ordinary users, but not root, from having labs.
func off(sysctl, value string, why causes) setting {
	return setting{sysctl: sysctl, value: value, says: []says{{delegated, false, why}, {root, true, nil}}}
}

// testPackages are the folders whose test programs the virtual machine gets.
func testPackages() []string {
	var all []string
	for _, s := range plan() {
		for _, t := range s.suites {
			all = append(all, t.pkg)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// goThrough does the plan, of it what only matches, and tells the results.
func goThrough(only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	g := &guest{wanted: wanted}
	for _, s := range plan() {
		if err := g.in(s); err != nil {
			return err
		}
	}
	return nil
}

type guest struct {
	wanted *regexp.Regexp
	now    string // the setting
}

// step does one thing, unless it is not wanted, and tells how it ended.
func (g *guest) step(who person, what string, do func() (outcome string, err error)) {
	if !g.wanted.MatchString(g.now + " | " + who.name + " | " + what) {
		return
	}
	fmt.Printf("\n--- %s | %s | %s\n", g.now, who.name, what)
	start := time.Now()
	outcome, err := do()
	r := result{Setting: g.now, Who: who.name, What: what, Held: err == nil, Outcome: outcome, Seconds: time.Since(start).Seconds()}
	if err != nil {
		r.Outcome = strings.TrimSpace(outcome + " " + err.Error())
	}
	tell(r)
}

func (g *guest) in(s setting) error {
	g.now = "as booted"
	if s.sysctl != "" {
		g.now = s.sysctl + "=" + s.value
		file := sysctlFile(s.sysctl)
		before, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			g.step(root, "setting", func() (string, error) { return "this kernel has no such setting", nil })
			return nil
		}
		if err != nil {
			return err
		}
		set := func(value string) error { return os.WriteFile(file, []byte(value), 0o644) }
		if err := set(s.value); err != nil {
			return err
		}
		defer set(strings.TrimSpace(string(before)))
		for _, d := range s.says {
			g.doctor(d, func() error { return set(s.value) })
		}
	} else {
		for _, d := range s.says {
			g.doctor(d, func() error { return nil })
		}
	}
	for _, t := range s.suites {
		g.step(t.who, strings.TrimSpace(t.pkg+" "+t.run), t.do)
	}
	return nil
}

func sysctlFile(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }

// doctor looks whether nslab doctor is right: that it finds what it must, that labs start or not as it says, that nslab
// says why they do not, and that what it says to type mends it. Each remedy is tried in the setting, which again makes anew.
func (g *guest) doctor(d says, again func() error) {
	var report doctor.Report
	g.step(d.who, "nslab doctor", func() (string, error) {
		var err error
		if report, err = ask(d.who, ""); err != nil {
			return "", err
		}
		found := unmet(report)
		if report.OK() != d.labs || !maps.Equal(found, d.unmet) {
			return fmt.Sprintf("labs can run: %t, unmet: %v;", report.OK(), found), fmt.Errorf("expected: %t, %v", d.labs, d.unmet)
		}
		return describe(report.OK(), found), nil
	})
	g.step(d.who, "nslab exec", func() (string, error) {
		o := d.who.sh("nslab exec -- sh -c 'id -u; hostname'")
		switch {
		case d.labs && (o.status != 0 || !strings.HasPrefix(o.out, "0\n")):
			return "", fmt.Errorf("exit status %d: %s%s", o.status, o.out, o.err)
		case !d.labs && (o.status != 2 || !strings.Contains(o.err, "nslab doctor")):
			return "", fmt.Errorf("exit status %d, and must be 2 and name nslab doctor: %s", o.status, o.err)
		case !d.labs:
			return "refused: " + strings.Join(strings.Fields(o.err), " "), nil
		}
		return "a lab", nil
	})
	for id := range d.unmet {
		r, _ := report.Get(id)
		for _, remedy := range r.Remedy {
			if remedy.ID == doctor.Leave {
				continue
			}
			g.step(d.who, "doctor's remedy "+string(remedy.ID)+" for "+string(id), func() (string, error) {
				if err := again(); err != nil {
					return "", err
				}
				defer func() { _ = again() }()
				after, err := ask(d.who, remedy.Command)
				if err != nil {
					return "", err
				}
				if r, _ := after.Get(id); !r.OK {
					return "", fmt.Errorf("typed, it mends nothing: %s\n%s", r.Found, remedy.Command)
				}
				return "typed, it mends: " + strings.Join(strings.Fields(remedy.Command), " "), nil
			})
		}
		if r.Remedy == nil && !d.labs {
			g.step(d.who, "doctor's remedy for "+string(id), func() (string, error) { return "", errors.New("there is none") })
		}
	}
}

// ask has a person type something and then nslab doctor --json, and shows what that says on standard error.
func ask(who person, typed string) (doctor.Report, error) {
	// The last line alone is doctor's.
	o := who.sh(typed + "\nnslab doctor --json | tr -d '\\n'\nexit ${PIPESTATUS[0]}")
	fmt.Print(o.err)
	var report doctor.Report
	lines := strings.Split(strings.TrimSpace(o.out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &report); err != nil {
		return report, fmt.Errorf("nslab doctor --json: %w: exit status %d: %s%s", err, o.status, o.out, o.err)
	}
	if want := map[bool]int{true: 0, false: 2}[report.OK()]; o.status != want {
		return report, fmt.Errorf("nslab doctor: exit status %d, not %d", o.status, want)
	}
	return report, nil
}

func unmet(report doctor.Report) causes {
	found := causes{}
	for _, r := range report.Requirements {
		if !r.OK && r.Cause != doctor.Waiting {
			found[r.ID] = r.Cause
		}
	}
	return found
}

func describe(labs bool, found causes) string {
	text := "labs can run"
	if !labs {
		text = "no labs"
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		text += fmt.Sprintf(", %s: %s", id, found[id])
	}
	return text
}

// outcome is what a command left.
type outcome struct {
	status   int
	out, err string
}

// sh has a person type a few lines of bash, in a cgroup made for that.
func (p person) sh(lines string) outcome {
	return p.command(io.Discard, "/", "bash", "-c", lines)
}

// command runs a command as the person, and shows what it says to log as well.
func (p person) command(log io.Writer, dir string, args ...string) outcome {
	group, err := p.enter()
	if err != nil {
		return outcome{status: -1, err: err.Error()}
	}
	defer p.leave(group)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	home := "/root"
	if p.id != 0 {
		home = filepath.Join("/home", learner)
	}
	cmd.Env = append(os.Environ(), "HOME="+home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, UseCgroupFD: true, CgroupFD: group}
	if p.id != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(p.id), Gid: uint32(p.id)}
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, log), io.MultiWriter(&said, log)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return outcome{exit.ExitCode(), out.String(), said.String()}
	case err != nil:
		return outcome{-1, out.String(), said.String() + err.Error()}
	}
	return outcome{0, out.String(), said.String()}
}

// enter makes the person's cgroup, as a machine's service manager does at login, and returns its descriptor.
func (p person) enter() (int, error) {
	dir := filepath.Join(cgroupRoot, p.group)
	if p.group != "" {
		above := filepath.Dir(dir)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return -1, err
		}
		if p.delegated {
			for _, d := range []string{cgroupRoot, above} {
				if err := os.WriteFile(filepath.Join(d, "cgroup.subtree_control"), []byte("+memory +pids"), 0o644); err != nil {
					return -1, err
				}
			}
			for _, d := range []string{above, dir} {
				for _, name := range []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
					if err := os.Chown(filepath.Join(d, name), p.id, p.id); err != nil {
						return -1, err
					}
				}
			}
		}
	}
	return unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// leave ends what is in the person's cgroup still, and removes it and what else was made in the hierarchy.
func (p person) leave(group int) {
	_ = unix.Close(group)
	for _, name := range []string{filepath.Dir(p.group), "user" + fmt.Sprint(learnerID)} {
		if name == "" || name == "." {
			continue
		}
		top := filepath.Join(cgroupRoot, name)
		if os.WriteFile(filepath.Join(top, "cgroup.kill"), []byte("1"), 0o644) != nil {
			continue // it was not made
		}
		for range 100 {
			var dirs []string
			_ = filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					dirs = append(dirs, path)
				}
				return nil
			})
			slices.Reverse(dirs)
			for _, d := range dirs {
				_ = unix.Rmdir(d)
			}
			if _, err := os.Stat(top); err != nil {
				break
			}
			time.Sleep(20 * time.Millisecond) // until the killed are gone
		}
	}
	_ = os.WriteFile(filepath.Join(cgroupRoot, "cgroup.subtree_control"), []byte("-memory -pids"), 0o644)
}

var verdicts = regexp.MustCompile(`(?m)^\s*--- (PASS|SKIP|FAIL): (\S+)`)

// do runs a suite. All that it says stands on the console.
func (s suite) do() (string, error) {
	args := []string{filepath.Join(testDir, testName(s.pkg)), "-test.v", "-test.timeout=40m", "-test.parallel=1"}
	if s.run != "" {
		args = append(args, "-test.run="+s.run)
	}
	o := s.who.command(os.Stdout, filepath.Join(repository, s.pkg), args...)
	names := map[string][]string{}
	for _, f := range verdicts.FindAllStringSubmatch(o.out, -1) {
		if !strings.Contains(o.out, ": "+f[2]+"/") { // it has no tests below it
			names[f[1]] = append(names[f[1]], f[2])
		}
	}
	text := fmt.Sprintf("%d passed, %d skipped", len(names["PASS"]), len(names["SKIP"]))
	switch {
	case o.status != 0:
		return text, fmt.Errorf("exit status %d, failed: %s", o.status, strings.Join(names["FAIL"], " "))
	case len(names["PASS"]) == 0:
		return text, errors.New("nothing ran")
	}
	if s.skips != nil {
		for _, name := range names["SKIP"] {
			if !s.skips.MatchString(name) {
				return text, fmt.Errorf("%s was skipped, and must run here", name)
			}
		}
	}
	return text, nil
}
