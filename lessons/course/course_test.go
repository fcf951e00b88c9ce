package course

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nslab/nslab/lessons"
)

var due = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func sample() *Course {
	return &Course{Version: 1, ID: "0123456789ab", Name: "Containers", Due: due,
		Lessons: []Lesson{{Name: "uts", Points: map[string]float64{"*": 2, "own": 0.5}}, {Name: "net"}},
		Late:    []Late{{After: 0, Percent: 80}, {After: Duration(24 * time.Hour), Percent: 50}, {After: Duration(90 * time.Minute * 60), Percent: 0}}}
}

func TestACourseFileIsReadAsItWasWritten(t *testing.T) {
	c := sample()
	b, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(b)
	if err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("%v\n%+v\n%+v\n%s", err, back, c, b)
	}
}

func TestACourseFileThatIsWrongSaysWhereAndWhat(t *testing.T) {
	good, _ := sample().Encode()
	for name, test := range map[string]struct {
		change func(string) string
		want   string
	}{
		"nothing":         {func(string) string { return "" }, "unexpected end"},
		"other JSON":      {func(string) string { return "{}" }, "no course file"},
		"syntax":          {func(s string) string { return strings.Replace(s, `"id":`, `"id"`, 1) }, "line 3:"},
		"newer":           {func(s string) string { return strings.Replace(s, `"nslab-course": 1`, `"nslab-course": 2`, 1) }, "newer nslab"},
		"unknown field":   {func(s string) string { return strings.Replace(s, `"name": "Cont`, `"nom": "Cont`, 1) }, `"nom"`},
		"bad kind":        {func(s string) string { return strings.Replace(s, `"percent": 80`, `"percent": "x"`, 1) }, "line 2"},
		"percent":         {func(s string) string { return strings.Replace(s, `"percent": 80`, `"percent": 101`, 1) }, "101 percent"},
		"duration":        {func(s string) string { return strings.Replace(s, `"24h"`, `"a day"`, 1) }, "24h or 90m"},
		"order":           {func(s string) string { return strings.Replace(s, `"24h"`, `"0s"`, 1) }, "late rule 2"},
		"negative points": {func(s string) string { return strings.Replace(s, `0.5`, `-1`, 1) }, "-1 points"},
		"a path":          {func(s string) string { return strings.Replace(s, `"net"`, `"../net"`, 1) }, "../net"},
		"twice":           {func(s string) string { return strings.Replace(s, `"net"`, `"uts"`, 1) }, "twice"},
		"escape":          {func(s string) string { return strings.Replace(s, `Containers`, `\u001b[2J`, 1) }, "line of text"},
		"more behind":     {func(s string) string { return s + "{}" }, "line 33: invalid character"},
		"without a date": {func(s string) string {
			return strings.Replace(s, `"2026-12-01T12:00:00Z"`, `"0001-01-01T00:00:00Z"`, 1)
		}, "no date"},
	} {
		if _, err := Parse([]byte(test.change(string(good)))); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, not %q", name, err, test.want)
		}
	}
}

func TestPointsAndLateRules(t *testing.T) {
	c := sample()
	for _, test := range []struct {
		lesson, step string
		want         float64
	}{{"uts", "own", 0.5}, {"uts", "share", 2}, {"net", "veth", 1}, {"pid", "x", 0}} {
		if got := c.Points(test.lesson, test.step); got != test.want {
			t.Errorf("points of %s %s: %v, not %v", test.lesson, test.step, got, test.want)
		}
	}
	for late, want := range map[time.Duration]int{-time.Hour: 100, 0: 100, time.Second: 80, 24 * time.Hour: 80, 25 * time.Hour: 50, 1000 * time.Hour: 0} {
		if got := c.Percent(due.Add(late)); got != want {
			t.Errorf("%v late: %d percent, not %d", late, got, want)
		}
	}
}

func TestACodeBelongsToOneStudentOfOneCourse(t *testing.T) {
	c, secret, err := New("A", []Lesson{{Name: "uts"}})
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := New("A", []Lesson{{Name: "uts"}})
	if err != nil {
		t.Fatal(err)
	}
	text := secret.Code(c, "ana").Text(c, "ana")
	if code, err := ParseCode(" "+strings.ToUpper(strings.ReplaceAll(text, "-", " "))+"\n", c, "ana"); err != nil || !reflect.DeepEqual(code, secret.Code(c, "ana")) {
		t.Errorf("%s as people type it: %v %v", text, code, err)
	}
	slip := "b" + text[1:]
	if text[0] == 'b' {
		slip = "c" + text[1:]
	}
	for name, try := range map[string]func() (Code, error){
		"another student": func() (Code, error) { return ParseCode(text, c, "bob") },
		"another course":  func() (Code, error) { return ParseCode(text, other, "ana") },
		"a slip":          func() (Code, error) { return ParseCode(slip, c, "ana") },
		"too short":       func() (Code, error) { return ParseCode(text[:30], c, "ana") },
		"nothing":         func() (Code, error) { return ParseCode("", c, "ana") },
	} {
		if _, err := try(); !errors.Is(err, ErrCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What one student holds says nothing of another.
	l := &lessons.Lesson{Name: "uts", Params: []lessons.Param{{Name: "name", Default: "nautilus", Kind: lessons.Kind{Form: lessons.HostName}}}}
	a, b := secret.Code(c, "ana").Params(l), secret.Code(c, "bob").Params(l)
	if a["name"] == b["name"] || a["name"] == "nautilus" {
		t.Errorf("ana has %s, bob %s", a, b)
	}
	if again := secret.Code(c, "ana").Params(l); !reflect.DeepEqual(a, again) {
		t.Errorf("the same student, other values: %v %v", a, again)
	}
	// A name and its beginning, a lesson and its beginning are not mixed up.
	if reflect.DeepEqual(mac(secret, "ab", "c"), mac(secret, "a", "bc")) {
		t.Error("two lists of texts have one digest")
	}
}

func TestNumbersStayInTheirKind(t *testing.T) {
	_, secret, _ := New("A", []Lesson{{Name: "x"}})
	c := sample()
	l := &lessons.Lesson{Name: "x", Params: []lessons.Param{
		{Name: "a", Default: "2", Kind: lessons.Kind{Form: lessons.Number, Min: 2, Max: 4}},
		{Name: "b", Default: "4096", Kind: lessons.Kind{Form: lessons.Number, Min: 4096, Max: 3 * 4096, Step: 4096}},
		{Name: "c", Default: "same"}}}
	seen := map[string]bool{}
	for _, s := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		p := secret.Code(c, s).Params(l)
		seen[p["a"]], seen[p["b"]] = true, true
		if p["c"] != "same" {
			t.Errorf("a parameter without a form became %s", p["c"])
		}
	}
	if want := map[string]bool{"3": true, "4": true, "8192": true, "12288": true}; !reflect.DeepEqual(seen, want) {
		t.Errorf("values %v, not %v: each of the kind, none the tutorial's", seen, want)
	}
}

func TestRosters(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []Student
		err      string
	}{
		{"a student a line", "bob\nana\n# no one\n\n", []Student{{ID: "ana"}, {ID: "bob"}}, ""},
		{"columns", "\ufeffName,Email,Student\n\"Alvarez, Ana\",a@b.test,ana\n", []Student{{"ana", "Alvarez, Ana", "a@b.test"}}, ""},
		{"no title", "ana,Ana\n", nil, "called student"},
		{"twice", "ana\nAna\n", nil, "line 2: student Ana is in line 1"},
		{"a path", "../../etc/passwd\n", nil, "line 1:"},
		{"empty", "", nil, "no student"},
		{"not UTF-8", "a\xff\n", nil, "UTF-8"},
		{"escape", "student,name\nana,\x1b[2J\n", nil, "line 2"},
	} {
		got, err := ParseRoster([]byte(test.in))
		if test.err == "" && (err != nil || !reflect.DeepEqual(got, test.want)) || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: %v, %v", test.name, got, err)
		}
	}
}

func TestReceived(t *testing.T) {
	got, err := ParseReceived([]byte("student,time\nana,2026-12-01T12:00:00Z\n"))
	if err != nil || !got["ana"].Equal(due) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := ParseReceived([]byte("ana,2026-12-01T12:00:00Z\nbob,yesterday\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Error(err)
	}
}

func TestACourseKeepsItsOwnProgress(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, ErrNone) {
		t.Errorf("before: %v", err)
	}
	p, _ := lessons.Open(dir)
	if err := p.SetDone("uts", "rename"); err != nil {
		t.Fatal(err)
	}
	c, secret, _ := New("A", []Lesson{{Name: "uts"}})
	if err := Join(dir, c, "ana", secret.Code(c, "ana")); err != nil {
		t.Fatal(err)
	}
	m, err := Open(dir)
	if err != nil || m.Student != "ana" || !reflect.DeepEqual(m.Key(), secret.Code(c, "ana")) {
		t.Fatalf("%+v %v", m, err)
	}
	if fi, err := os.Stat(filepath.Join(dir, "membership.json")); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the code is open to others: %v %v", fi.Mode(), err)
	}
	p, _ = lessons.Open(dir)
	if p.Done("uts", "rename") {
		t.Error("what was done with the tutorial's names counts in the course")
	}
	if err := p.SetDone("uts", "own"); err != nil {
		t.Fatal(err)
	}
	if err := Leave(dir); err != nil {
		t.Fatal(err)
	}
	p, _ = lessons.Open(dir)
	if !p.Done("uts", "rename") || p.Done("uts", "own") {
		t.Error("the tutorial's progress is not back")
	}
	if err := Join(dir, c, "ana", secret.Code(c, "ana")); err != nil {
		t.Fatal(err)
	}
	if p, _ = lessons.Open(dir); !p.Done("uts", "own") {
		t.Error("the course's progress is not back")
	}
	if err := os.WriteFile(filepath.Join(dir, "membership.json"), []byte(`{"course": {`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("damaged: %v", err)
	}
}

func TestPacksLieBesideTheCourseFile(t *testing.T) {
	digest := strings.Repeat("0a", 32)
	for name, test := range map[string]struct {
		lesson Lesson
		want   string // empty for one that is right
	}{
		"a folder":            {Lesson{Name: "pack:x", Pack: "x", Digest: digest}, ""},
		"an archive below":    {Lesson{Name: "pack:x-2", Pack: "packs/x.nslab.zip", Digest: digest}, ""},
		"above":               {Lesson{Name: "pack:x", Pack: "../x", Digest: digest}, "beside the course file or below"},
		"above after all":     {Lesson{Name: "pack:x", Pack: "a/../../x", Digest: digest}, "beside the course file or below"},
		"absolute":            {Lesson{Name: "pack:x", Pack: "/etc", Digest: digest}, "beside the course file or below"},
		"an escape":           {Lesson{Name: "pack:x", Pack: "x\x1b[2J", Digest: digest}, "beside the course file or below"},
		"no digest":           {Lesson{Name: "pack:x", Pack: "x"}, "64 hexadecimal digits"},
		"a path as digest":    {Lesson{Name: "pack:x", Pack: "x", Digest: "../../x"}, "64 hexadecimal digits"},
		"no place":            {Lesson{Name: "pack:x", Digest: digest}, "says where the pack is"},
		"another's name":      {Lesson{Name: "uts", Pack: "x", Digest: digest}, "begins with pack:"},
		"a path as name":      {Lesson{Name: "pack:../x", Pack: "x", Digest: digest}, "small letters"},
		"a digest for itself": {Lesson{Name: "uts", Digest: digest}, "no pack"},
	} {
		c, _, err := New("A", []Lesson{test.lesson})
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, not %q", name, err, test.want)
		case test.want == "":
			b, err := c.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if back, err := Parse(b); err != nil || back.Lesson(test.lesson.Name).Pack != test.lesson.Pack || back.Lesson(test.lesson.Name).Digest != digest {
				t.Errorf("%s: read again: %+v, %v", name, back, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	b, _ := sample().Encode()
	f.Add(b)
	f.Add([]byte(`{"nslab-course":1,"id":"0123456789ab","name":"x","lessons":[{"name":"uts"}]}`))
	f.Add([]byte(`{"nslab-course":1,"id":"0123456789ab","name":"x","lessons":[{"name":"pack:x","pack":"a/x","digest":"` + strings.Repeat("0a", 32) + `"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			return
		}
		again, err := c.Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, again)
		}
	})
}

func FuzzParseRoster(f *testing.F) {
	f.Add([]byte("student,name\nana,\"x\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ParseRoster(b)
		if err != nil {
			return
		}
		for _, s := range all {
			if ValidStudent(s.ID) != nil || !printable(s.Name) || !printable(s.Mail) {
				t.Fatalf("%q", s)
			}
		}
	})
}

func FuzzParseReceived(f *testing.F) {
	f.Add([]byte("student,received\nana,2026-11-24T18:00:00+01:00\n"))
	f.Add([]byte("\ufeff# x\n\"a\nb\", 2026-11-24T18:00:00Z ,y\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ParseReceived(b)
		if err == nil && len(all) > bytes.Count(b, []byte{'\n'})+bytes.Count(b, []byte{'\r'})+1 {
			t.Fatalf("%d times of %q", len(all), b)
		}
	})
}

func FuzzParseSecret(f *testing.F) {
	f.Add([]byte(strings.Repeat("5c", 32) + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSecret(b)
		if err != nil {
			return
		}
		if again, err := ParseSecret(s.Encode()); err != nil || !bytes.Equal(again, s) {
			t.Fatalf("%q is read as %x, and that as %x, %v", b, s, again, err)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("yakh-0u0w-zsvm-yrun-vgn8-d6br-5k3q-4sr4")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := ParseCode(s, sample(), "ana"); err == nil {
			t.Fatalf("%q is a code", s) // 1 in 2^32
		}
	})
}
