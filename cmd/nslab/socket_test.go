package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

// openServer is a lesson that is open, for its socket.
func openServer(t testing.TB) *server {
	t.Helper()
	l, err := catalogue.Find("uts")
	if err != nil {
		t.Fatal(err)
	}
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	dir := t.TempDir()
	getenv := func(name string) string { return map[string]string{"XDG_STATE_HOME": dir, "TERM": "dumb"}[name] }
	s := &server{app: newApp(nil, os.Stdin, io.Discard, io.Discard, getenv), lesson: l, words: map[say.Lang]lessons.Words{}}
	if s.progress, err = lessons.Open(dir); err != nil {
		t.Fatal(err)
	}
	for _, lang := range say.Langs() {
		if s.words[lang], err = l.Words(lang); err != nil {
			t.Fatal(err)
		}
	}
	s.home = newTerminal(s, terminalKind{Term: "dumb"}, 24, 80, func([]byte) bool { return true }, true)
	s.join(s.home)
	if s.session, err = session.Open(session.Options{Keeper: k, Lesson: l, Term: "dumb"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.session.Close() })
	return s
}

// hear sends bytes as whoever connects to the socket, and returns what comes back until the lesson closes the connection.
func (s *server) hear(t testing.TB, inLab bool, sent []byte) []byte {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "socket")
		c, err := net.FileConn(file)
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ends[i] = c.(*net.UnixConn)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.answer(ends[0], inLab)
		_ = ends[0].Close()
	}()
	_ = ends[1].SetDeadline(time.Now().Add(time.Minute))
	_, _ = ends[1].Write(sent) // it may not want to read it all
	_ = ends[1].CloseWrite()
	back, err := io.ReadAll(io.LimitReader(ends[1], 8<<20))
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Fatalf("no end of the answer to %q", sent)
	}
	_ = ends[1].Close()
	<-answered
	return back
}

// Anybody whom the learner lets into the lab may send anything; it must be answered in a line of JSON, or not at all, and the lesson goes on.
func FuzzControlSocket(f *testing.F) {
	for _, line := range []string{
		`{"op":"where","lang":"fr","width":80}`, `{"op":"check","args":["rename"],"lang":"en","verbose":true,"color":true}`,
		`{"op":"hint","lang":"en","json":true}`, `{"op":"step","args":["own","x"]}`, `{"op":"answer","args":["rename","12"]}`, `{"op":"solution"}`,
		`{"op":"shell","args":["isolated"]}`, `{"op":"list","json":true}`, `{"op":"map","args":["uts"],"width":-5}`,
		`{"op":"explain","place":{"path":"/proc/self/ns/uts"},"args":["/proc/self/ns/uts"]}`, `{"op":"reset","args":["nothing"]}`,
		`{"op":"watch"}`, `{"op":"trace","lang":"xx"}`, `{"op":"attach","args":["host"],"rows":0,"cols":65535}`, `[1]`, `{"op":7}`, `null`,
	} {
		f.Add([]byte(line+"\n"), true)
		f.Add([]byte(line+"\n"), false)
	}
	f.Add([]byte("{\"op\":\"attach\",\"args\":[\"host\"],\"rows\":24,\"cols\":80,\"terminal\":{\"term\":\"xterm\"}}\n"+
		"r\x00\x00\x00\x04\x00\x18\x00\x50d\x00\x00\x00\x03:\r\nd\xff\xff\xff\xff"), false)
	s := openServer(f)
	f.Fuzz(func(t *testing.T, sent []byte, inLab bool) {
		back := s.hear(t, inLab, sent)
		line, _, _ := bytes.Cut(back, []byte("\n"))
		var r reply
		if len(line) > 0 && json.Unmarshal(line, &r) != nil {
			t.Errorf("%q is answered %q", sent, back)
		}
		if r.Status < 0 || r.Status > 2 {
			t.Errorf("%q: exit status %d", sent, r.Status)
		}
		if err := unix.Kill(s.session.Lab.InitPID(), 0); err != nil {
			t.Fatalf("the lab is gone: %v", err)
		}
	})
}

// Frames come from an attached terminal, and, the other way, from a program that says it is the open lesson.
func FuzzFrames(f *testing.F) {
	var b bytes.Buffer
	_ = writeFrame(&b, 'd', []byte("ls\r"))
	_ = writeFrame(&b, 'r', []byte{0, 24, 0, 80})
	f.Add(b.Bytes())
	f.Add([]byte("d\xff\xff\xff\xff"))
	f.Add([]byte(`{"status":1,"text":"x"}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		for {
			kind, p, err := readFrame(r)
			if err != nil {
				break
			}
			var again bytes.Buffer
			if err := writeFrame(&again, kind, p); err != nil || len(p) > maxFrame || !bytes.Contains(b, again.Bytes()) {
				t.Fatalf("%q %q: %v", kind, p, err)
			}
		}
	})
}
