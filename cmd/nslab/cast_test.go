package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// readCast reads a recording as its specification has it, and fails the test where the file does not keep to it: a header
// with version 2, width and height, then arrays of a time that never falls, one of the codes, and a string.
func readCast(t fataler, b []byte) (header map[string]any, events [][3]any) {
	t.Helper()
	if !bytes.HasSuffix(b, []byte("\n")) || !utf8.Valid(b) {
		t.Fatalf("the file does not end with a line, or is not UTF-8: %q", b)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if err := json.Unmarshal([]byte(lines[0]), &header); err != nil {
		t.Fatalf("header %q: %v", lines[0], err)
	}
	whole := func(name string) float64 {
		n, ok := header[name].(float64)
		if !ok || n != float64(int64(n)) || n <= 0 {
			t.Fatalf("%s is %v", name, header[name])
		}
		return n
	}
	if whole("version") != 2 {
		t.Fatalf("version %v", header["version"])
	}
	whole("width")
	whole("height")
	whole("timestamp")
	last := 0.0
	for _, line := range lines[1:] {
		var e []any
		if err := json.Unmarshal([]byte(line), &e); err != nil || len(e) != 3 {
			t.Fatalf("event %q: %v", line, err)
		}
		at, ok := e[0].(float64)
		if !ok || at < last {
			t.Fatalf("event %q: the time is wrong after %v", line, last)
		}
		last = at
		code, _ := e[1].(string)
		data, ok := e[2].(string)
		if !ok || !strings.Contains("oir", code) || len(code) != 1 {
			t.Fatalf("event %q: code %q, data %v", line, code, e[2])
		}
		if code == "r" && !regexp.MustCompile(`^\d+x\d+$`).MatchString(data) {
			t.Fatalf("event %q: a size is COLUMNSxROWS", line)
		}
		events = append(events, [3]any{at, code, data})
	}
	return header, events
}

func TestARecordingIsAnAsciicast(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.cast")
	c, err := newCast(path, castHeader{Width: 80, Height: 24, Title: "nslab uts", Env: map[string]string{"TERM": "xterm", "SHELL": "/bin/sh"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := &castWriter{to: &out, cast: c}
	for _, p := range []string{"\x1b[1mé", "\xe6", "\x97\xa5<&>\r\n", "\xff\x80"} {
		if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
			t.Fatal(n, err)
		}
		// It is whole after each event, as if nslab were killed now.
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		readCast(t, b)
	}
	w.resize(30, 100)
	w.typed([]byte("ls\r"))
	w.setCooked(true)
	if _, err := w.Write([]byte("bye\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header, events := readCast(t, b)
	if env, _ := header["env"].(map[string]any); env["TERM"] != "xterm" || env["SHELL"] != "/bin/sh" || header["title"] != "nslab uts" {
		t.Errorf("header %v", header)
	}
	var shown, typed, sizes string
	for _, e := range events {
		switch e[1] {
		case "o":
			shown += e[2].(string)
		case "i":
			typed += e[2].(string)
		case "r":
			sizes += e[2].(string)
		}
	}
	if want := "\x1b[1mé日<&>\r\n\ufffd\ufffdbye\r\n"; shown != want || typed != "ls\r" || sizes != "100x30" {
		t.Errorf("shown %q, typed %q, size %q", shown, typed, sizes)
	}
	if out.String() != "\x1b[1mé\xe6\x97\xa5<&>\r\n\xff\x80bye\n" {
		t.Errorf("the terminal was written %q", out.String())
	}
	if _, err := newCast(path, castHeader{Width: 80, Height: 24}, false); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second recording over the first: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
		t.Error("the first recording was changed")
	}
}

func TestWhatIsTypedIsNotRecordedUnasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.cast")
	c, err := newCast(path, castHeader{Width: 80, Height: 24}, false)
	if err != nil {
		t.Fatal(err)
	}
	(&castWriter{to: new(bytes.Buffer), cast: c}).typed([]byte("secret"))
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte("secret")) {
		t.Errorf("%q, %v", b, err)
	}
}

// cmdCast holds when a file is a recording of a terminal that had these sizes and showed these texts: cast FILE 80x24 100x30 'text'.
func cmdCast(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: cast FILE SIZE ... TEXT ...")
	}
	header, events := readCast(scriptTB{ts}, []byte(ts.ReadFile(args[0])))
	sizes := []string{fmt.Sprintf("%vx%v", header["width"], header["height"])}
	shown := ""
	for _, e := range events {
		switch e[1] {
		case "r":
			sizes = append(sizes, e[2].(string))
		case "o":
			shown += e[2].(string)
		}
	}
	var want []string
	for _, arg := range args[1:] {
		if regexp.MustCompile(`^\d+x\d+$`).MatchString(arg) {
			want = append(want, arg)
		} else if !strings.Contains(plain([]byte(shown)), arg) {
			ts.Fatalf("%s does not show %q", args[0], arg)
		}
	}
	if !slices.Equal(sizes, want) {
		ts.Fatalf("%s: the sizes are %v, not %v", args[0], sizes, want)
	}
}

// scriptTB lets a script fail where a test would.
type scriptTB struct{ ts *testscript.TestScript }

func (s scriptTB) Helper()                           {}
func (s scriptTB) Fatalf(format string, args ...any) { s.ts.Fatalf(format, args...) }

// Who sees something may kill nslab at once: it must be in the recording by then.
func TestWhatIsShownIsRecordedBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cast")
	c, err := newCast(path, castHeader{Width: 80, Height: 24}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	seen := false
	w := &castWriter{cast: c, to: writerFunc(func(p []byte) (int, error) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		seen = strings.Contains(string(b), string(p))
		return len(p), nil
	})}
	if _, err := w.Write([]byte("hello")); err != nil || !seen {
		t.Errorf("it was shown before it was recorded (%v)", err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
