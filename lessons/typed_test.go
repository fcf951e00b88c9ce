package lessons

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTypedLinesAreThereAfterAKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if lines, err := ReadTyped(dir, "uts"); err != nil || lines != nil {
		t.Errorf("before anything: %v, %v", lines, err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	add := func(l TypedLine) {
		t.Helper()
		l.Time = at
		f, err := OpenTyped(dir, "uts")
		if err != nil {
			t.Fatal(err)
		}
		f.Add(l) // and it is not closed
	}
	add(TypedLine{Step: "own", Shell: "host", Text: "unshare --uts bash", Status: -1})
	add(TypedLine{Step: "own", Shell: "host", Text: "hostname x", Status: -1})
	add(TypedLine{Step: "own", Shell: "host", Text: "hostname x", Status: 1})
	f, err := os.OpenFile(typedPath(dir, "uts"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"step":"own","text":"cut sh`); err != nil {
		t.Fatal(err)
	}
	add(TypedLine{Step: "own", Shell: "host", Text: "exit", Status: 0})
	add(TypedLine{Step: "share", Shell: "host", Text: "unshare --uts bash", Status: 3})
	want := []TypedLine{
		{at, "own", "host", "unshare --uts bash", 3},
		{at, "own", "host", "hostname x", 1},
		{at, "own", "host", "exit", 0},
	}
	got, err := ReadTyped(dir, "uts")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %v\nwant %v", err, got, want)
	}
	for range 2 {
		if err := ForgetTyped(dir, "uts"); err != nil {
			t.Error(err)
		}
	}
	if got, err := ReadTyped(dir, "uts"); err != nil || len(got) != 0 {
		t.Errorf("forgotten: %v, %v", got, err)
	}
}

func TestTypedLinesTakeABoundedRoom(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenTyped(dir, "uts")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("é", maxTypedText)
	for range 3 * maxTypedFile / maxTypedText {
		f.Add(TypedLine{Step: "own", Shell: "host", Text: long, Status: 0})
	}
	size := func() int64 {
		fi, err := os.Stat(typedPath(dir, "uts"))
		if err != nil {
			t.Fatal(err)
		}
		return fi.Size()
	}
	if size() > 3*maxTypedFile {
		t.Errorf("%d bytes", size())
	}
	if _, err := OpenTyped(dir, "uts"); err != nil || size() > 2*maxTypedFile {
		t.Errorf("opened again: %d bytes, %v", size(), err)
	}
	lines, err := ReadTyped(dir, "uts")
	if err != nil || len(lines) == 0 || !utf8.ValidString(lines[0].Text) || len(lines[0].Text) > maxTypedText {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	if err := os.Mkdir(typedPath(dir, "pid"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenTyped(dir, "pid"); err == nil {
		t.Error("a folder was opened")
	}
}

func FuzzParseTyped(f *testing.F) {
	f.Add([]byte(`{"time":"2026-01-01T00:00:00Z","step":"own","shell":"host","text":"ls","status":-1}` + "\n" + `{"step":"own","shell":"host","text":"ls","status":0}`))
	f.Add([]byte("{}\n\n[\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range parseTyped(b) {
			if l.Text == "" {
				t.Fatal("a line without text")
			}
		}
	})
}
