package submission

import (
	"crypto/sha256"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/session"
)

func secret(t testing.TB) course.Secret {
	s, err := course.ParseSecret([]byte(strings.Repeat("5c", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func code(t testing.TB, student string) course.Code {
	return secret(t).Code(&course.Course{ID: "0123456789ab"}, student)
}

var began = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func sample() *Submission {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	return &Submission{Student: "ana@school.test", CourseID: "0123456789ab", CourseName: "Containers \u00e0 la main", Program: "v1", Kernel: "6.18.0", Arch: "amd64",
		Lang: "fr", Written: began.Add(time.Hour),
		Packs: map[string]string{"pack:first-name": strings.Repeat("0a", 32)},
		Steps: []Step{{Lesson: "uts", Step: "rename", Done: began.Add(time.Minute), Hints: 1, Attempts: 2},
			{Lesson: "net", Step: "route", Answer: "10.1.1.0/24 \x1b[31m", Missing: "tool:ss|bridge"}},
		Sittings: []Sitting{
			{Lesson: "uts", Began: began, Program: "v1", Events: []session.Event{
				{After: ms(0), Action: session.Traced},
				{After: ms(10), Action: session.Prompted, Shell: "isolated", N: 1},
				{After: ms(20), Action: session.Typed, Shell: "isolated", Text: "hostnam\x7fme \xff\u00e9\r"},
				{After: ms(30), Action: session.Prompted, Shell: "isolated", N: 2, Status: 127, Text: "hostname x"},
				{After: ms(30), Action: session.Called, Shell: "isolated", Step: "rename", Text: "sethostname(hostname-\u00e9)"},
				{After: ms(30), Action: session.Called, Shell: "host", Step: "rename", Status: 1, Text: `sethostname("a\x1b[2Jb")`},
				{After: ms(30), Action: session.MoreCalled, Step: "rename"},
				{After: ms(30), Action: session.Waited, Shell: "host", Text: "sh"},
				{After: ms(30), Action: session.Fronted, Shell: "host", Text: "vi", N: 24},
				{After: ms(40), Action: session.Hidden, Shell: "host", Text: "\r"},
				{After: ms(40), Action: session.Hidden, Shell: "host"},
				{After: ms(40), Action: session.Opened, Shell: "host"},
				{After: ms(40), Action: session.Checked, Step: "rename"},
				{After: ms(40), Action: session.Answered, Step: "route", Text: "x\ty"},
				{After: ms(41), Action: session.Found, Step: "rename", Status: 1, Text: "uts.no"},
			}},
			{Lesson: "uts", Began: began, Program: "v1", Done: []string{"rename", "own"}, At: "share"},
			{Lesson: "pack:first-name", Began: began, Program: "v1"}}}
}

func encoded(t testing.TB) []byte {
	b, err := sample().Encode(code(t, "ana@school.test"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASubmissionIsReadAsItWasWritten(t *testing.T) {
	want := sample()
	b, err := want.Encode(code(t, want.Student))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n%+v\n%+v\n%s", err, got, want, b)
	}
	if !got.Sealed(code(t, want.Student)) || got.Sealed(code(t, "bob")) {
		t.Error("the seal is not the student's")
	}
	// As some mail programs leave it.
	got, err = Parse([]byte(strings.ReplaceAll(string(b), "\n", "\r\n")))
	if err != nil || got.Damage != Whole {
		t.Errorf("with the line ends of another system: %v %v", err, got)
	}
}

// Every change of a character shows, or the file cannot be read.
func TestDamageShows(t *testing.T) {
	b := encoded(t)
	end := strings.Index(string(b), "\nseal")
	for i := len(magic) + 1; i < end; i++ {
		c := append([]byte(nil), b...)
		c[i] ^= 1
		if s, err := Parse(c); err == nil && s.Damage == Whole {
			t.Fatalf("byte %d, %q for %q: nothing shows", i, c[i], b[i])
		}
	}
	lines := strings.SplitAfter(string(b), "\n")
	for i := 2; i < len(lines)-3; i++ {
		s, err := Parse([]byte(strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")))
		if err == nil && s.Damage != Changed {
			t.Errorf("line %d is missing: %q", i+1, s.Damage)
		}
		s, err = Parse([]byte(strings.Join(lines[:i], "")))
		if err == nil && s.Damage != Short {
			t.Errorf("cut behind line %d: %q", i, s.Damage)
		}
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	head := magic + "1\n"
	tagged := func(lines ...string) string {
		return head + "00000000 " + strings.Join(lines, "\n00000000 ") + "\n"
	}
	sit := "sitting uts 2026-11-24T12:00:00Z \"v1\" - -"
	for name, test := range map[string]struct{ in, want string }{
		"empty":                {"", "no submission"},
		"another file":         {"\x7fELF", "no submission"},
		"newer":                {magic + "3\n", "newer nslab"},
		"no version":           {magic + "-1\n", "no version"},
		"10 million lines":     {head + strings.Repeat("\n", 200000), "line 2"},
		"many lines":           {tagged(append([]string{"student a", sit}, strings.Split(strings.TrimSuffix(strings.Repeat("+1 check a\n", maxLines), "\n"), "\n")...)...), "more than 100000 lines"},
		"huge":                 {head + strings.Repeat("x", MaxFile), "bytes"},
		"one long line":        {head + strings.Repeat("x", maxLine+1), "too long"},
		"raw escape":           {tagged("student a", "program \"\x1b[2J\""), "line 3: it has characters"},
		"not UTF-8":            {tagged("student \xff"), "line 2: it has characters"},
		"path as a student":    {tagged("student ../../etc/cron.d/x"), "cannot name a student"},
		"path as a lesson":     {tagged("student a", "sitting ../x 2026-11-24T12:00:00Z \"v1\" - -"), "is no name"},
		"escape in a name":     {tagged("student a", `course x "\x1b]0;gotcha\a"`), "cannot be shown"},
		"no student":           {tagged("lang en"), "names no student"},
		"events first":         {tagged("student a", "+1 check x"), "before a lesson"},
		"backwards":            {tagged("student a", sit, "+2 check x", "+1 check x"), "before what stands above"},
		"unknown action":       {tagged("student a", sit, "+2 exec x"), "no action"},
		"negative time":        {tagged("student a", sit, "+-2 check x"), "is no number"},
		"huge time":            {tagged("student a", sit, "+99999999999999999999 check x"), "is no number"},
		"other quotes":         {tagged("student a", sit, "+1 type host `x`"), "double quotes"},
		"no end of a quote":    {tagged("student a", sit, `+1 type host "x`), "double quotes"},
		"another spelling":     {tagged("student a", sit, `+1 type host "\u0041"`), "not quoted"},
		"behind a text":        {tagged("student a", sit, `+1 type host "x" y`), "behind"},
		"call of no step":      {tagged("student a", sit, `+1 call host - 0 "unshare()"`), "is no name"},
		"escape in a call":     {tagged("student a", sit, `+1 call host a 0 "\x1b[2J"`), "cannot be shown"},
		"outcome of a call":    {tagged("student a", sit, `+1 call host a 2 "unshare()"`), "is no number"},
		"long call":            {tagged("student a", sit, `+1 call host a 0 "`+strings.Repeat("x", 201)+`"`), "more than 200 bytes"},
		"behind traced":        {tagged("student a", sit, "+1 traced host"), "behind its end"},
		"kept password":        {tagged("student a", sit, `+1 hidden host "x"`), "not kept"},
		"two students":         {tagged("student a", "student b"), "second line"},
		"a step twice":         {tagged("student a", `step a b - 0 0 "" ""`, `step a b - 0 0 "" ""`), "second line of that step"},
		"year 20000":           {tagged("student a", "written 20000-01-01T00:00:00Z"), "is no time"},
		"unknown line":         {tagged("student a", "exec rm"), "no line"},
		"something at the end": {tagged("student a", "end 3") + "digest x\nseal y\nmore\n", "behind its end"},
	} {
		if _, err := Parse([]byte(test.in)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, not %q", name, err, test.want)
		}
	}
}

func TestStrike(t *testing.T) {
	s := sample()
	if n := s.Strike("hostnam"); n != 5 || s.Struck != 5 {
		t.Errorf("struck out %d times", n)
	}
	b, err := s.Encode(nil)
	if err != nil || strings.Contains(string(b), "hostnam") || !strings.Contains(string(b), "xxxxxxx") {
		t.Errorf("%v\n%s", err, b)
	}
}

func TestLinesAreWhatThePersonMeant(t *testing.T) {
	typed := func(s string) session.Event { return session.Event{Action: session.Typed, Shell: "host", Text: s} }
	prompt := func(s string) session.Event { return session.Event{Action: session.Prompted, Shell: "host", Text: s} }
	for _, test := range []struct {
		name   string
		events []session.Event
		want   string
	}{
		{"a slip taken back", []session.Event{typed("lss\x7f\r")}, "ls"},
		{"completed by the shell", []session.Event{typed("host\t x\r"), prompt("hostname x")}, "hostname x"},
		{"a shell in the shell", []session.Event{typed("unshare bash\r"), prompt(""), typed("ls\r"), prompt("ls"), typed("exit\r"), prompt("unshare bash")}, "unshare bash|ls|exit"},
		{"given up", []session.Event{typed("rm -rf\x03"), typed("ls\r")}, "ls"},
		{"pasted", []session.Event{typed("a\rb\rc"), typed("\r")}, "a|b|c"},
		{"escape sequences are not text", []session.Event{typed("\x1b[31mred\r")}, "[31mred"},
	} {
		s := Sitting{Events: test.events}
		var got []string
		for _, l := range s.Lines() {
			got = append(got, l.Text)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: %q, not %q", test.name, got, test.want)
		}
	}
}

// What the version before wrote is read: it had no calls.
func TestTheFormerVersionIsRead(t *testing.T) {
	b, err := os.ReadFile("testdata/version1.nslab")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(b)
	if err != nil || s.Damage != Whole || !s.Sealed(code(t, "ana")) || len(s.Sittings) != 1 || len(s.Sittings[0].Events) != 4 {
		t.Errorf("%v %+v", err, s)
	}
	// A record that it began is gone on with.
	dir := t.TempDir()
	lines := logFirst1 + "\n"
	ch := chain(sha256.Sum256([]byte(logFirst1)))
	for _, l := range []string{formatSitting(&Sitting{Lesson: "uts", Began: began, Program: "v1"}), "+5 check rename"} {
		lines += ch.next(l) + " " + l + "\n"
	}
	if err := os.WriteFile(LogPath(dir, "x"), []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := OpenLog(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	l.Record(session.Event{After: time.Second, Action: session.Called, Shell: "host", Step: "rename", Text: "unshare(CLONE_NEWUTS)"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	sittings, err := ReadLog(dir, "x")
	if err != nil || len(sittings) != 1 || len(sittings[0].Events) != 2 {
		t.Errorf("%v %+v", err, sittings)
	}
}

func TestTheRecordSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	l, err := OpenLog(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLog(dir, "x"); err == nil || !strings.Contains(err.Error(), "another nslab") {
		t.Errorf("two at once: %v", err)
	}
	if err := l.Sit(Sitting{Lesson: "uts", Began: began, Program: "v1"}); err != nil {
		t.Fatal(err)
	}
	for _, k := range "ls\r" {
		l.Record(session.Event{After: time.Second, Action: session.Typed, Shell: "host", Text: string(k)})
	}
	l.Record(session.Event{Action: session.Prompted, Shell: "host", N: -1, Status: -5, Text: strings.Repeat("x", 1<<20)})
	// No Close: it was killed. What was typed before Enter is on the disk.
	sittings, err := ReadLog(dir, "x")
	if err != nil || len(sittings) != 1 || len(sittings[0].Events) != 2 || sittings[0].Events[0].Text != "ls\r" {
		t.Fatalf("%+v %v", sittings, err)
	}
	l.f.Close()
	whole, err := os.ReadFile(LogPath(dir, "x"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := range 200 {
		if err := os.WriteFile(LogPath(dir, "x"), whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := OpenLog(dir, "x")
		var dropped *Dropped
		if l == nil || err != nil && (!errors.As(err, &dropped) || dropped.Aside != "") || cut > 0 && err == nil {
			t.Fatalf("%d bytes cut: %v", cut, err)
		}
		if err := l.Sit(Sitting{Lesson: "net", Began: began, Program: "v1"}); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		sittings, err := ReadLog(dir, "x")
		if err != nil || len(sittings) != 2 {
			t.Fatalf("%d bytes cut, and gone on: %+v %v", cut, sittings, err)
		}
	}
}

func TestADamagedRecordIsSetAside(t *testing.T) {
	dir := t.TempDir()
	l, _ := OpenLog(dir, "x")
	_ = l.Sit(Sitting{Lesson: "uts", Began: began, Program: "v1"})
	_ = l.Sit(Sitting{Lesson: "net", Began: began, Program: "v1"})
	_ = l.Close()
	b, _ := os.ReadFile(LogPath(dir, "x"))
	b = []byte(strings.Replace(string(b), "sitting uts", "sitting uTs", 1))
	if err := os.WriteFile(LogPath(dir, "x"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLog(dir, "x"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("read: %v", err)
	}
	l, err := OpenLog(dir, "x")
	var dropped *Dropped
	if l == nil || !errors.As(err, &dropped) || dropped.Aside == "" {
		t.Fatalf("opened: %v", err)
	}
	defer l.Close()
	if kept, err := os.ReadFile(dropped.Aside); err != nil || string(kept) != string(b) {
		t.Errorf("what was set aside is not what was there: %v", err)
	}
}

func TestLongTypingIsSplitAndComesBack(t *testing.T) {
	dir := t.TempDir()
	l, _ := OpenLog(dir, "x")
	_ = l.Sit(Sitting{Lesson: "uts", Began: began, Program: "v1"})
	want := strings.Repeat("\x1b\xff0123456789", 2000) + "\r"
	l.Record(session.Event{Action: session.Typed, Shell: "host", Text: want})
	l.Record(session.Event{Action: session.Typed, Shell: "isolated", Text: "y"})
	_ = l.Close()
	sittings, err := ReadLog(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, e := range sittings[0].Events {
		if e.Shell == "host" {
			got += e.Text
		}
	}
	if got != want || sittings[0].Events[len(sittings[0].Events)-1].Text != "y" {
		t.Errorf("%d bytes came back of %d", len(got), len(want))
	}
}

func FuzzParse(f *testing.F) {
	b := encoded(f)
	f.Add(b)
	f.Add(b[:len(b)/2])
	if old, err := os.ReadFile("testdata/version1.nslab"); err == nil {
		f.Add(old)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x00\r\n\a") {
				t.Fatalf("the error shows raw characters: %q", err)
			}
			return
		}
		for i := range s.Sittings {
			s.Sittings[i].Lines()
		}
		s.Strike("a")
		again, err := s.Encode(nil)
		if err != nil {
			return // it lacks lines that ours have
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

func FuzzParseLog(f *testing.F) {
	f.Add([]byte(logFirst + "\n"))
	f.Add([]byte(logFirst1 + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, good, err := parseLog(b)
		if err == nil && good > len(b) {
			t.Fatal(good)
		}
	})
}
