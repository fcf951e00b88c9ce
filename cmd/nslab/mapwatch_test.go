package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// laterLab is mapLab a moment later: a host name has changed, an interface has come up, a shell has moved into namespaces
// of its own, a process has become another program, one has ended and one begun.
func laterLab() *snapshot.Snapshot {
	s := mapLab()
	own := s.Procs[2].NS
	s.UTS[own.UTS] = snapshot.UTSNS{HostName: "calypso", DomainName: "sea"}
	net := s.Net[4026532302]
	net.Links = slices.Clone(net.Links)
	net.Links[0].Up = true
	s.Net[4026532302] = net
	moved := own
	moved.IPC = 4026532501
	s.Procs[2].NS = moved
	s.Procs[4].Args = []string{"sleep", "60"}
	s.Procs[5] = snapshot.Process{PID: 12, PIDs: []int{12}, Parent: 2, Comm: "vi", Args: []string{"vi", "notes"}, NS: mapHost, State: "S"}
	s.IPC[4026532501] = snapshot.IPCNS{}
	delete(s.Net, 4026532401)
	s.Mounts[mapHost.Mnt] = s.Mounts[mapHost.Mnt][:1]
	return s
}

func TestWhatHasChangedIsAsInTestdata(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  snapshot.Kind
		lang  say.Lang
		ascii bool
	}{
		{"changed.en", "", say.EN, false},
		{"changed.fr", "", say.FR, false},
		{"changed.ascii", "", say.EN, true},
		{"changed.net.fr", snapshot.Net, say.FR, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, now := newMap("uts", mapLab(), tt.kind), newMap("uts", laterLab(), tt.kind)
			w := &mapWatch{ascii: tt.ascii, base: &before, now: &now}
			v := view{lang: tt.lang, width: 80}
			got := strings.Join(w.frame(v, 1000, "12:34:56"), "\n") + "\n"
			v.color = true
			if coloured := plain([]byte(strings.Join(w.frame(v, 1000, "12:34:56"), "\n") + "\n")); coloured != got {
				t.Errorf("with colours the text is another:\n%s", coloured)
			}
			for l := range strings.Lines(got) {
				if n := cells.StringWidth(strings.TrimSuffix(l, "\n")); n > 80 {
					t.Errorf("%d cells: %s", n, l)
				}
			}
			file := filepath.Join("testdata", "map", tt.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestNothingHasChangedBetweenEqualMaps(t *testing.T) {
	m, again := newMap("uts", mapLab(), ""), newMap("uts", mapLab(), "")
	v := view{lang: say.EN, width: 80}
	if d := v.mapDiff(&m, again); len(d.list) > 0 {
		t.Errorf("%+v", d.list)
	}
	if d := v.mapDiff(nil, again); len(d.list) > 0 {
		t.Errorf("to no map: %+v", d.list)
	}
	again.Lesson = "pid"
	again.Tree = newMap("pid", laterLab(), "").Tree
	if d := v.mapDiff(&m, again); len(d.list) > 0 {
		t.Errorf("to another lesson: %+v", d.list)
	}
}

// However small the screen, what has changed is on it, and no line is too many or too long.
func TestWhatHasChangedIsVisibleOnAnyScreen(t *testing.T) {
	lab := func(n int) *snapshot.Snapshot {
		s := mapLab()
		for i := range 60 {
			ns := mapHost
			ns.UTS = uint64(4026533000 + i)
			s.Procs = append(s.Procs, snapshot.Process{PID: 100 + i, PIDs: []int{100 + i}, Parent: 2, Comm: "sleep", Args: []string{"sleep", "1000"}, NS: ns, State: "S"})
			s.UTS[ns.UTS] = snapshot.UTSNS{HostName: "one"}
		}
		s.UTS[uint64(4026533000+n)] = snapshot.UTSNS{HostName: "another"}
		return s
	}
	for _, lang := range say.Langs() {
		for _, changed := range []int{0, 17, 59} {
			before, now := newMap("uts", lab(1000), ""), newMap("uts", lab(changed), "")
			for _, size := range [][2]int{{80, 24}, {200, 60}, {40, 12}, {20, 5}, {80, 1}} {
				w := &mapWatch{base: &before, now: &now}
				lines := w.frame(view{lang: lang, width: size[0]}, size[1], "12:34:56")
				if len(lines) > size[1] {
					t.Errorf("%v: %d lines", size, len(lines))
				}
				for _, l := range lines {
					if n := cells.StringWidth(l); n > size[0] {
						t.Errorf("%v: %d cells: %s", size, n, l)
					}
				}
				if text := strings.Join(lines, "\n"); size[1] >= 24 && strings.Count(text, "another") < 2 {
					t.Errorf("%v: what has changed is not listed and drawn:\n%s", size, text)
				}
			}
		}
	}
}

func TestScrollingStaysInTheTree(t *testing.T) {
	m := newMap("uts", mapLab(), "")
	w := &mapWatch{now: &m, screen: os.Stdout}
	v := view{lang: say.EN, width: 80}
	first := strings.Join(w.frame(v, 12, ""), "\n")
	for _, k := range []string{"k", "\x1b[A", "\x1b[5~"} {
		w.key(k)
	}
	if got := strings.Join(w.frame(v, 12, ""), "\n"); got != first {
		t.Errorf("above the first line:\n%s", got)
	}
	for range 100 {
		w.key(" ")
	}
	if got := w.frame(v, 12, ""); !strings.Contains(strings.Join(got, "\n"), "net:[4026532401]") {
		t.Errorf("the end is never reached:\n%s", strings.Join(got, "\n"))
	}
	w.key("0")
	if got := strings.Join(w.frame(v, 12, ""), "\n"); got != first {
		t.Errorf("0 does not go back:\n%s", got)
	}
	for k, stay := range map[string]bool{"q": false, "\x04": false, "x": true, "\x1b": true} {
		if w.key(k) != stay {
			t.Errorf("key %q", k)
		}
	}
}

// What one command does in several steps is told together, until the lab has been at rest.
func TestChangesAreToldSinceTheLabWasAtRest(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	maps := []mapForm{newMap("uts", mapLab(), ""), newMap("uts", laterLab(), ""), newMap("uts", mapLab(), ""), newMap("uts", laterLab(), "")}
	w := &mapWatch{}
	w.take(&maps[0], at)
	if w.base != nil {
		t.Error("the first map has something before it")
	}
	w.take(&maps[1], at.Add(time.Minute))
	w.take(&maps[2], at.Add(time.Minute+time.Second))
	if w.base != &maps[0] || w.now != &maps[2] {
		t.Error("a second step is told by itself")
	}
	w.take(&maps[3], at.Add(2*time.Minute))
	if w.base != &maps[2] {
		t.Error("after a rest the old changes are told again")
	}
}

func TestNoNameOfAChangeReachesTheTerminalAsCommand(t *testing.T) {
	for _, pair := range [][2]*snapshot.Snapshot{{mapLab(), hostileLab()}, {hostileLab(), mapLab()}} {
		before, now := newMap("uts", pair[0], ""), newMap("uts", pair[1], "")
		w := &mapWatch{base: &before, now: &now}
		for _, l := range w.frame(view{lang: say.FR, width: 80}, 1000, "") {
			if obeyed(l) {
				t.Errorf("a control character in %q", l)
			}
		}
	}
}

// The form travels between two nslab as JSON.
func TestAMapSurvivesItsJSON(t *testing.T) {
	m := newMap("uts", mapLab(), "")
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back mapForm
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	v := view{lang: say.EN, width: 80}
	if v.mapText(m, false) != v.mapText(back, false) {
		t.Errorf("another map came back:\n%s", v.mapText(back, false))
	}
}
