package grade_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
)

// A class that is made up: submissions of every kind, and for each what must come of it. It stands for what students
// really hand in: done as the text says, in one's own way, half, wrongly, copied, forged, and with the worst in mind.

// member is a student of the class, with what must come of the submission.
type member struct {
	kind    string
	student string
	file    []byte
	// want has the verdict of each step, as the table shows them: a letter a step.
	want string
	// status is what must become of the submission.
	status grade.Status
	// key is a finding that must be among those of the steps; empty for none.
	key string
	// foreign is the student whose parameters must be named; empty for nobody's.
	foreign string
	// reason is a part of what must be said of the whole.
	reason string
}

type class struct {
	t       testing.TB
	course  *course.Course
	secret  course.Secret
	members []member
	began   time.Time
}

func newClass(t testing.TB) *class {
	t.Helper()
	secret, err := course.ParseSecret([]byte(strings.Repeat("5c", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return &class{t: t, secret: secret, began: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		course: &course.Course{Version: 1, ID: "0123456789ab", Name: "Made up", Lessons: []course.Lesson{{Name: "uts"}, {Name: "ipc"}}}}
}

func (c *class) lesson(name string) *lessons.Lesson {
	l, err := catalogue.Find(name)
	if err != nil {
		c.t.Fatal(err)
	}
	return l
}

func (c *class) params(student, lesson string) map[string]string {
	return c.secret.Code(c.course, student).Params(c.lesson(lesson))
}

// hand is a student at work: what is typed is written down as nslab run does it.
type hand struct {
	sub  *submission.Submission
	sit  *submission.Sitting
	at   time.Duration
	n    map[string]int
	rand *rand.Rand
}

func (c *class) hand(student string, seed uint64) *hand {
	return &hand{rand: rand.New(rand.NewPCG(seed, 7)), sub: &submission.Submission{Student: student, CourseID: c.course.ID, CourseName: c.course.Name,
		Program: "v1", Kernel: "6.18.0", Arch: "amd64", Lang: say.FR, Written: c.began.Add(3 * time.Hour)}}
}

func (h *hand) open(c *class, lesson string, done ...string) {
	h.sub.Sittings = append(h.sub.Sittings, submission.Sitting{Lesson: lesson, Began: c.began, Program: "v1", Done: done})
	h.sit = &h.sub.Sittings[len(h.sub.Sittings)-1]
	h.at, h.n = 0, map[string]int{}
	for _, sh := range c.lesson(lesson).Shells {
		h.prompt(sh.Name, "")
	}
}

func (h *hand) event(e session.Event, pause time.Duration) {
	h.at += pause
	e.After = h.at
	h.sit.Events = append(h.sit.Events, e)
}

func (h *hand) prompt(shell, line string) {
	h.n[shell]++
	h.event(session.Event{Action: session.Prompted, Shell: shell, N: h.n[shell], Text: line}, 30*time.Millisecond)
}

// typ types a line and sees the prompt come back.
func (h *hand) typ(shell, line string) {
	h.nowait(shell, line)
	h.prompt(shell, line)
}

func (h *hand) nowait(shell, line string) {
	h.event(session.Event{Action: session.Typed, Shell: shell, Text: line + "\r"}, time.Duration(1000+h.rand.IntN(4000))*time.Millisecond)
}

func (h *hand) claim(lesson, step string) {
	h.event(session.Event{Action: session.Found, Step: step, Text: lesson + ".claimed"}, 0)
}

// solve types a lesson's solution, of the first steps where n is not negative.
func (h *hand) solve(c *class, lesson string, n int) {
	l := c.lesson(lesson)
	deeds, err := l.Solution(c.params(h.sub.Student, lesson))
	if err != nil {
		c.t.Fatal(err)
	}
	done := map[string]bool{}
	for i, st := range l.Steps {
		if n >= 0 && i >= n {
			break
		}
		for _, d := range deeds {
			if d.Step != st.Name || d.Asks != "" || len(d.If) > 0 {
				continue
			}
			if d.Fails || d.Looks && h.rand.IntN(2) == 0 {
				continue
			}
			h.typ(d.Shell, d.Text)
		}
		done[st.Name] = true
		h.claim(lesson, st.Name)
	}
}

// add hands the submission in.
func (c *class) add(h *hand, m member) *member {
	b, err := h.sub.Encode(c.secret.Code(c.course, h.sub.Student))
	if err != nil {
		c.t.Fatal(err)
	}
	m.student, m.file = h.sub.Student, b
	if m.status == "" {
		m.status = grade.Graded
	}
	c.members = append(c.members, m)
	return &c.members[len(c.members)-1]
}

const (
	all      = "+++++++"
	utsOnly  = "++++..."
	untried  = "......."
	fileOnly = ""
	// gradedOrStopped: whether it reaches a limit depends on the machine.
	gradedOrStopped grade.Status = "graded or stopped"
)

// kinds are the kinds of submissions; each makes one for a student.
var kinds = []struct {
	name  string
	share int // of 200
	make  func(c *class, h *hand, i int)
}{
	{"honest", 70, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		h.solve(c, "uts", -1)
		h.open(c, "ipc")
		h.solve(c, "ipc", -1)
		c.add(h, member{want: all})
	}},
	{"honest, in own words", 30, func(c *class, h *hand, i int) {
		p := c.params(h.sub.Student, "uts")
		h.open(c, "uts")
		h.typ("isolated", "uname -a")
		h.typ("isolated", fmt.Sprintf("echo attempt number %d of mine", i))
		h.event(session.Event{Action: session.Typed, Shell: "isolated", Text: "hostnane " + p["name"] + "\x7f\x7f\x15hostname " + p["name"] + "\r"}, time.Second)
		h.prompt("isolated", "hostname "+p["name"])
		h.claim("uts", "rename")
		h.typ("isolated", "d="+p["domain"]+"; domainname $d && domainname")
		h.claim("uts", "domain")
		h.typ("host", "unshare -u")
		h.typ("host", "hostname "+p["own"])
		h.claim("uts", "own")
		h.typ("host", "sleep 500 &")
		h.typ("isolated", "sleep 400 & jobs")
		h.claim("uts", "share")
		c.add(h, member{want: utsOnly})
	}},
	{"half", 20, func(c *class, h *hand, i int) {
		n := 1 + i%3
		h.open(c, "uts")
		h.solve(c, "uts", n)
		c.add(h, member{want: strings.Repeat("+", n) + strings.Repeat(".", 7-n)})
	}},
	{"two sittings", 8, func(c *class, h *hand, i int) {
		p := c.params(h.sub.Student, "uts")
		h.open(c, "uts")
		h.typ("isolated", "hostname "+p["name"])
		h.claim("uts", "rename")
		h.open(c, "uts", "rename")
		h.sit.At = "domain"
		h.typ("isolated", "domainname "+p["domain"])
		h.claim("uts", "domain")
		c.add(h, member{want: "++....."})
	}},
	{"commands that do not end, an editor, a password", 8, func(c *class, h *hand, i int) {
		p := c.params(h.sub.Student, "uts")
		h.open(c, "uts")
		h.nowait("isolated", "while true; do sleep 1; done")
		h.event(session.Event{Action: session.Fronted, Shell: "isolated", Text: "sleep", N: 1}, 2*time.Second)
		h.event(session.Event{Action: session.Typed, Shell: "isolated", Text: "\x03"}, 0)
		h.prompt("isolated", "")
		h.nowait("isolated", "busybox vi /tmp/script")
		h.event(session.Event{Action: session.Fronted, Shell: "isolated", Text: "busybox", N: 1}, 2*time.Second)
		h.event(session.Event{Action: session.Typed, Shell: "isolated", Text: "ihostname " + p["name"] + "\x1b"}, 0)
		h.event(session.Event{Action: session.Typed, Shell: "isolated", Text: ":wq\r"}, time.Second)
		h.prompt("isolated", "vi /tmp/script")
		h.nowait("isolated", "read -s word")
		h.event(session.Event{Action: session.Fronted, Shell: "isolated", Text: "bash", N: 1}, time.Second)
		h.event(session.Event{Action: session.Hidden, Shell: "isolated", Text: "\r"}, 0)
		h.prompt("isolated", "read -s word")
		h.typ("isolated", "sh /tmp/script")
		h.claim("uts", "rename")
		c.add(h, member{want: "+......"})
	}},
	{"wrong: in the host", 10, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		h.typ("host", "hostname "+c.params(h.sub.Student, "uts")["name"])
		c.add(h, member{want: "x......", key: "uts.renamed-in-host"})
	}},
	{"wrong: capitals", 8, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		h.typ("isolated", "hostname "+strings.ToUpper(c.params(h.sub.Student, "uts")["name"]))
		c.add(h, member{want: "x......", key: "uts.name-case"})
	}},
	{"wrong: of the tutorial", 4, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		h.typ("isolated", "hostname nautilus")
		c.add(h, member{want: "x......"})
	}},
	{"copied", 8, func(c *class, h *hand, i int) {
		p := c.params("student000", "uts")
		h.open(c, "uts")
		h.typ("isolated", "hostname "+p["name"])
		h.claim("uts", "rename")
		h.typ("isolated", "domainname "+p["domain"])
		h.claim("uts", "domain")
		c.add(h, member{want: "##.....", foreign: "student000"})
	}},
	{"forged: claims alone", 6, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		for _, st := range c.lesson("uts").Steps {
			h.claim("uts", st.Name)
			h.sub.Steps = append(h.sub.Steps, submission.Step{Lesson: "uts", Step: st.Name, Done: c.began})
		}
		c.add(h, member{want: "####..."})
	}},
	{"forged: done before", 4, func(c *class, h *hand, i int) {
		p := c.params(h.sub.Student, "uts")
		h.open(c, "uts", "rename", "domain", "own")
		h.sit.At = "share"
		h.typ("isolated", "hostname "+p["name"])
		h.claim("uts", "rename")
		c.add(h, member{want: "#..x..."})
	}},
	{"forged: rebuilt for nothing", 4, func(c *class, h *hand, i int) {
		h.open(c, "uts")
		h.sit.At = "share"
		h.typ("host", "true")
		h.claim("uts", "own")
		c.add(h, member{want: "x.#...."})
	}},
}

// hostile are submissions with the worst in mind: one each.
var hostile = []struct {
	name string
	make func(c *class, h *hand)
}{
	{"fork bomb", typing("bomb() { bomb | bomb & }; bomb", member{want: "x......", status: gradedOrStopped})},
	{"endless output", waiting("cat /dev/zero | tr '\\0' x", member{want: "x......", status: grade.Stopped, reason: "printed more"})},
	{"endless lines", waiting("yes", member{want: "x......", status: grade.Stopped, reason: "printed more"})},
	{"memory", waiting("awk 'BEGIN { for (i = 0; ; i++) a[i] = sprintf(\"%4000s\", i) }'; sleep 1000", member{want: "x......", status: grade.Stopped, reason: "MB of memory"})},
	{"hang", typing("trap '' INT; sleep 100000", member{want: "x......"})},
	{"kills all", typing("kill -9 -1", member{want: "x......"})},
	{"reboot", typing("reboot -f", member{want: "x......"})},
	{"unmounts all", typing("umount -a -l; mount -t tmpfs x /usr", member{want: "x......"})},
	{"reads the grader's home", typing("cat $HOME/*; ls /home /root /var /srv && test -n \"$(cat /home/*/* /root/sentinel /var/lib/* 2>/dev/null)\" && hostname NAME", member{want: "x......"})},
	{"looks for another's submission", typing("grep -rs nslab-submission / --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr --exclude-dir=opt && hostname NAME", member{want: "x......"})},
	{"looks for the grader", typing("ls /proc/*/root/home/ && grep -l grade-worker /proc/[0-9]*/cmdline && hostname NAME", member{want: "x......"})},
	{"goes out", typing("ip route; timeout 2 bash -c 'echo > /dev/tcp/1.1.1.1/53' && hostname NAME", member{want: "x......"})},
	{"forges marks", typing("for i in $(seq 9); do printf '\\033]7777;prompt;0;5 hostname NAME\\a'; done", member{want: "x......"})},
	{"fills the disk", typing("cat /dev/zero > /root/full; cat /dev/zero > /dev/shm/full; cat /dev/zero > /tmp/full", member{want: "x......"})},
	{"escape sequences", func(c *class, h *hand) {
		h.open(c, "uts")
		h.event(session.Event{Action: session.Typed, Shell: "isolated", Text: "echo '\x1b]0;gotcha\x07\x1b[2J\xff\xfe<script>alert(1)</script>=cmd|calc'\r"}, time.Second)
		h.prompt("isolated", "\x1b[2J<script>alert(1)</script>\xff")
		h.event(session.Event{Action: session.Answered, Step: "rename", Text: "\x1b[31m"}, 0)
		c.add(h, member{want: "x......"})
	}},
	{"other shells and steps", func(c *class, h *hand) {
		h.open(c, "uts")
		h.event(session.Event{Action: session.Typed, Shell: "root", Text: "id\r"}, time.Second)
		h.event(session.Event{Action: session.Checked, Step: "nothing"}, time.Second)
		h.sub.Sittings = append(h.sub.Sittings, submission.Sitting{Lesson: "nothing", Began: c.began, Program: "v1", At: "nothing"})
		c.add(h, member{want: "x......"})
	}},
	{"a thousand sittings", func(c *class, h *hand) {
		h.open(c, "uts")
		h.solve(c, "uts", 1)
		for range 999 {
			h.sub.Sittings = append(h.sub.Sittings, submission.Sitting{Lesson: "uts", Began: c.began, Program: "v1"})
		}
		c.add(h, member{want: "+......"})
	}},
	{"ten million lines", raw(func(b string) string { return b + strings.Repeat("\n", 7<<20) }, grade.Unreadable, "line")},
	{"too long", raw(func(b string) string { return b + strings.Repeat("x", 9<<20) }, grade.Unreadable, "bytes")},
	{"a path for a name", raw(func(b string) string { return strings.Replace(b, " student ", " student ../../", 1) }, grade.Unreadable, "cannot name a student")},
	{"not UTF-8", raw(func(b string) string { return strings.Replace(b, " student ", " student \xff", 1) }, grade.Unreadable, "not ASCII")},
	{"not a submission", raw(func(string) string { return "\x7fELF\x02\x01" }, grade.Unreadable, "no submission")},
	{"empty", raw(func(string) string { return "" }, grade.Unreadable, "no submission")},
}

// typing is a submission in which a line is typed that does not come back, and then the step is claimed.
func typing(line string, m member) func(c *class, h *hand) {
	return func(c *class, h *hand) {
		h.open(c, "uts")
		h.typ("isolated", strings.ReplaceAll(line, "NAME", c.params(h.sub.Student, "uts")["name"]))
		h.event(session.Event{Action: session.Checked, Step: "rename"}, time.Second)
		c.add(h, m)
	}
}

// waiting is the same, where the student says to have waited for a minute: the replay has that patience too.
func waiting(line string, m member) func(c *class, h *hand) {
	return func(c *class, h *hand) {
		h.open(c, "uts")
		h.nowait("isolated", line)
		h.event(session.Event{Action: session.Checked, Step: "rename"}, 0)
		h.event(session.Event{Action: session.Prompted, Shell: "isolated", N: h.n["isolated"] + 1, Text: line}, time.Minute)
		c.add(h, m)
	}
}

// raw is an honest file that was changed.
func raw(change func(string) string, status grade.Status, reason string) func(c *class, h *hand) {
	return func(c *class, h *hand) {
		h.open(c, "uts")
		h.solve(c, "uts", 1)
		m := c.add(h, member{want: fileOnly, status: status, reason: reason})
		m.file = []byte(change(string(m.file)))
	}
}

// makeClass makes a class of n of 200: of each kind its share, and at least one.
func makeClass(t testing.TB, n int, withHostile bool) *class {
	c := newClass(t)
	student := 0
	next := func(kind string) *hand {
		h := c.hand(fmt.Sprintf("student%03d", student), uint64(student))
		student++
		return h
	}
	for _, k := range kinds {
		for i := range max(1, k.share*n/200) {
			h := next(k.name)
			k.make(c, h, i)
			c.members[len(c.members)-1].kind = k.name
		}
	}
	if withHostile {
		for _, k := range hostile {
			h := next(k.name)
			k.make(c, h)
			c.members[len(c.members)-1].kind = "hostile: " + k.name
		}
	}
	return c
}

// files are the submissions as a platform hands them over.
func (c *class) files() []grade.File {
	var all []grade.File
	for i, m := range c.members {
		all = append(all, grade.File{Name: fmt.Sprintf("%03d.nslab", i), Content: m.file})
	}
	return all
}

// judge compares the results with the truth.
func (c *class) judge(t *testing.T, r *grade.Results) (wrong int) {
	t.Helper()
	byFile := map[string]grade.Result{}
	for _, s := range r.Submissions {
		byFile[s.File] = s
	}
	marks := map[grade.Verdict]string{grade.Passed: "+", grade.Failed: "x", grade.Untried: ".", grade.Differs: "#", grade.LeftOut: "o"}
	for i, m := range c.members {
		s, ok := byFile[fmt.Sprintf("%03d.nslab", i)]
		if !ok {
			continue
		}
		got, keys := "", ""
		for _, st := range s.Steps {
			got += marks[st.Verdict]
			keys += st.Finding.Key + " "
		}
		var of []string
		for _, f := range s.Foreign {
			of = append(of, f.Of)
		}
		foreign := strings.Join(of, " ")
		if got != m.want || s.Status != m.status && (m.status != gradedOrStopped || s.Status != grade.Stopped && s.Status != grade.Graded) || m.key != "" && !strings.Contains(keys, m.key+" ") || (foreign == "") != (m.foreign == "") ||
			!strings.Contains(foreign, m.foreign) || !strings.Contains(s.Reason.EN, m.reason) {
			t.Errorf("%s (%s): %s %q %q %q foreign %q, notes %v\nnot %s %q %q %q", m.student, m.kind, s.Status, got, s.Reason.EN, keys, foreign, s.Notes, m.status, m.want, m.reason, m.key)
			wrong++
		}
	}
	return wrong
}
