package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var update = flag.Bool("update-map", false, "write the texts of testdata/map anew")

var mapHost = snapshot.Namespaces{User: 4026532101, Mnt: 4026532102, UTS: 4026532103, IPC: 4026532104, Net: 4026532105,
	PID: 4026532106, Cgroup: 4026532107, Time: 4026531834, PIDForChildren: 4026532106, TimeForChildren: 4026531834}

// mapLab is a lab in which there is one of everything that a map shows.
func mapLab() *snapshot.Snapshot {
	own := mapHost
	own.UTS = 4026532201
	box := own
	box.User, box.Net, box.PID, box.PIDForChildren, box.Time, box.TimeForChildren = 4026532301, 4026532302, 4026532303, 4026532303, 4026532304, 4026532304
	creator := own
	creator.PIDForChildren = box.PID
	return &snapshot.Snapshot{
		Host: mapHost, Shells: map[string]int{"host": 2, "isolated": 3},
		Procs: []snapshot.Process{
			{PID: 1, PIDs: []int{1}, Comm: "init", NS: mapHost, State: "S"},
			{PID: 2, PIDs: []int{2}, Comm: "bash", Args: []string{"/bin/bash", "-i"}, NS: mapHost, State: "S"},
			{PID: 3, PIDs: []int{3}, Comm: "bash", Args: []string{"/bin/bash", "-i"}, NS: own, State: "S"},
			{PID: 7, PIDs: []int{7}, Parent: 3, Comm: "unshare", Args: strings.Fields("unshare --user --map-root-user --net --pid --time --fork bash"), NS: creator, State: "S"},
			{PID: 8, PIDs: []int{8, 1}, Parent: 7, Comm: "bash", Args: []string{"bash"}, NS: box, State: "S", BootOffset: 86400},
			{PID: 9, PIDs: []int{9, 2}, Parent: 8, Comm: "sleep", State: "Z"},
		},
		UTS: map[uint64]snapshot.UTSNS{mapHost.UTS: {HostName: "host", DomainName: "(none)"}, own.UTS: {HostName: "nautilus", DomainName: "sea"}},
		Net: map[uint64]snapshot.NetNS{
			mapHost.Net: {Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback", Up: true}, {Index: 2, Name: "veth0", Type: "veth", Up: true, Peer: 2, PeerNS: box.Net}},
				Addrs: []snapshot.Addr{{LinkIndex: 1, IP: "127.0.0.1", Bits: 8}, {LinkIndex: 1, IP: "::1", Bits: 128}, {LinkIndex: 2, IP: "10.1.1.1", Bits: 24}, {LinkIndex: 2, IP: "fe80::1", Bits: 64}}},
			box.Net: {Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}, {Index: 2, Name: "eth0", Type: "veth", Up: true, Peer: 2, PeerNS: mapHost.Net}},
				Addrs: []snapshot.Addr{{LinkIndex: 2, IP: "10.1.1.2", Bits: 24}}},
			4026532401: {Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}}},
		},
		Mounts: map[uint64][]snapshot.Mount{mapHost.Mnt: {{FSType: "tmpfs", Point: "/"}, {FSType: "nsfs", Root: "net:[4026532401]", Point: "/run/netns/blue"}}},
		IPC:    map[uint64]snapshot.IPCNS{mapHost.IPC: {Queues: make([]snapshot.IPCObject, 2), POSIX: []string{"/jobs"}}},
		Users: map[uint64]snapshot.UserNS{mapHost.User: {UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}},
			box.User: {UIDMap: []snapshot.IDMap{}}},
		Owners: map[uint64]uint64{box.User: mapHost.User},
	}
}

func TestMapTextsAreAsInTestdata(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  snapshot.Kind
		lang  say.Lang
		width int
		ascii bool
	}{
		{"all.en", "", say.EN, 80, false},
		{"all.fr", "", say.FR, 80, false},
		{"all.ascii", "", say.EN, 80, true},
		{"all.narrow", "", say.EN, 40, false},
		{"uts.en", snapshot.UTS, say.EN, 80, false},
		{"uts.fr", snapshot.UTS, say.FR, 80, false},
		{"pid.en", snapshot.PID, say.EN, 80, false},
		{"net.fr", snapshot.Net, say.FR, 80, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := view{lang: tt.lang, width: tt.width}.mapText(newMap("uts", mapLab(), tt.kind), tt.ascii)
			for l := range strings.Lines(got) {
				l = strings.TrimSuffix(l, "\n")
				if n := cells.StringWidth(l); n > tt.width {
					t.Errorf("%d cells, more than %d: %s", n, tt.width, l)
				}
				if strings.TrimRight(l, " ") != l {
					t.Errorf("spaces at the end: %q", l)
				}
			}
			if i := strings.IndexFunc(got, func(r rune) bool { return r > unicode.MaxASCII }); tt.ascii && i >= 0 {
				t.Errorf("not ASCII: %q", got[i:])
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

func TestColoursOfAMapOnlyAdd(t *testing.T) {
	m := newMap("uts", mapLab(), "")
	if got, want := plain([]byte(view{lang: say.EN, width: 80, color: true}.mapText(m, false))), (view{lang: say.EN, width: 80}).mapText(m, false); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// hostileLab has names that try to reach the terminal, or to break out of the picture.
func hostileLab() *snapshot.Snapshot {
	s := mapLab()
	evil := "\x1b[2J\x07\r\n\u009b31m\u202etxt\u2028</text><script>alert(1)</script>&\"'\x00\xff\ufffe"
	for i := range s.Procs {
		s.Procs[i].Comm, s.Procs[i].Args = evil, []string{evil, evil}
	}
	s.UTS[4026532201] = snapshot.UTSNS{HostName: evil, DomainName: evil}
	s.IPC[mapHost.IPC] = snapshot.IPCNS{POSIX: []string{evil}}
	n := s.Net[4026532302]
	n.Links[1].Name = evil
	s.Mounts[mapHost.Mnt][1].Point = "/run/" + evil
	return s
}

func obeyed(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func TestNoNameReachesTheTerminalAsCommand(t *testing.T) {
	for _, kind := range append(snapshot.Kinds(), "") {
		m := newMap("uts", hostileLab(), kind)
		v := view{lang: say.EN, width: 80}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{"text": v.mapText(m, false), "SVG": v.mapSVG(m), "JSON": string(b)} {
			if obeyed(text) {
				t.Errorf("%s of %q: there is a control character in %q", form, kind, text)
			}
		}
	}
}

func TestThePictureIsXMLWithEveryInode(t *testing.T) {
	for _, lang := range say.Langs() {
		for _, s := range []*snapshot.Snapshot{mapLab(), hostileLab(), {Host: mapHost}} {
			for _, kind := range append(snapshot.Kinds(), "") {
				m := newMap("uts", s, kind)
				svg := view{lang: lang, width: 80}.mapSVG(m)
				var text strings.Builder
				d := xml.NewDecoder(strings.NewReader(svg))
				for {
					tok, err := d.Token()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatalf("%v in\n%s", err, svg)
					}
					switch tok := tok.(type) {
					case xml.StartElement:
						if !strings.Contains(" svg title desc g rect text ", " "+tok.Name.Local+" ") {
							t.Errorf("an element %s", tok.Name.Local)
						}
					case xml.CharData:
						text.Write(tok)
					}
				}
				for inode := range inodesOf(m.Tree) {
					if !strings.Contains(text.String(), fmt.Sprintf(":[%d]", inode)) {
						t.Errorf("%s, %q: no inode %d in the picture", lang, kind, inode)
					}
				}
			}
		}
	}
}

func inodesOf(n *mapNode) map[uint64]bool {
	all := map[uint64]bool{}
	for _, inode := range n.Namespaces {
		all[inode] = true
	}
	for _, c := range n.Children {
		for inode := range inodesOf(c) {
			all[inode] = true
		}
	}
	return all
}

// No box is drawn over another, none sticks out.
func TestBoxesOfThePictureLieInEachOther(t *testing.T) {
	s := mapLab()
	// Ten namespaces side by side, and ten one below the other.
	for i := range 20 {
		ns := mapHost
		ns.UTS = uint64(4026533000 + i)
		parent := 2
		if i > 10 {
			parent = 100 + i - 1
		}
		s.Procs = append(s.Procs, snapshot.Process{PID: 100 + i, Parent: parent, Comm: "sleep", NS: ns, State: "S"})
	}
	for _, kind := range []snapshot.Kind{"", snapshot.UTS} {
		m := newMap("uts", s, kind)
		inside(t, view{lang: say.FR}.layout(m, m.Tree))
	}
}

func inside(t *testing.T, b *svgBox) {
	t.Helper()
	type area struct{ x, y, w, h float64 }
	var areas []area
	for _, p := range b.pills {
		areas = append(areas, area{p.x, p.y, p.w, svgPillH})
	}
	for _, c := range b.children {
		areas = append(areas, area{c.x, c.y, c.box.w, c.box.h})
		inside(t, c.box)
	}
	top := 0.0
	for _, l := range b.lines {
		top = max(top, l.y)
	}
	for i, a := range areas {
		if a.x < svgPad || a.y < top || a.x+a.w > b.w-svgPad+0.1 || a.y+a.h > b.h-svgPad+0.1 {
			t.Errorf("%+v sticks out of a box of %v by %v whose text ends at %v", a, b.w, b.h, top)
		}
		for _, o := range areas[:i] {
			if a.x < o.x+o.w && o.x < a.x+a.w && a.y < o.y+o.h && o.y < a.y+a.h {
				t.Errorf("%+v lies over %+v", a, o)
			}
		}
	}
}

func TestManyProcessesAreCountedAndDeepTreesKeepTheirWidth(t *testing.T) {
	s := &snapshot.Snapshot{Host: mapHost}
	for i := range 1000 {
		s.Procs = append(s.Procs, snapshot.Process{PID: i + 1, Comm: "sleep", NS: mapHost, State: "S"})
	}
	m := newMap("uts", s, "")
	if got := (view{lang: say.EN, width: 80}).mapText(m, false); !strings.Contains(got, "more processes: 960") || strings.Count(got, "sleep") != 40 {
		t.Errorf("got\n%s", got)
	}
	if len(m.Tree.Processes) != 1000 {
		t.Errorf("JSON has %d processes", len(m.Tree.Processes))
	}
	s.Procs = nil
	for i := range 100 {
		ns := mapHost
		ns.UTS += uint64(i)
		s.Procs = append(s.Procs, snapshot.Process{PID: i + 1, Parent: i, Comm: "bash", Args: []string{strings.Repeat("long ", 50)}, NS: ns, State: "S"})
	}
	for _, width := range []int{40, 80} {
		for l := range strings.Lines(view{lang: say.FR, width: width}.mapText(newMap("uts", s, ""), false)) {
			if n := cells.StringWidth(strings.TrimSuffix(l, "\n")); n > width {
				t.Fatalf("%d cells, more than %d: %s", n, width, l)
			}
		}
	}
}

func TestMapForProgramsKeepsItsNames(t *testing.T) {
	b, err := json.MarshalIndent(newMap("uts", mapLab(), ""), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "map", "all.json")
	if *update {
		if err := os.WriteFile(file, append(b, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(b, '\n'), want) {
		t.Errorf("got\n%s", b)
	}
}

func TestTheAskingProcessIsNotDrawnUnlessItIsAlone(t *testing.T) {
	s := mapLab()
	s.Procs = append(s.Procs, snapshot.Process{PID: 20, Comm: "nslab", NS: mapHost})
	if _, ok := withoutCaller(s, 20).Proc(20); ok {
		t.Error("it is drawn")
	}
	if _, ok := s.Proc(20); !ok {
		t.Error("the snapshot has changed")
	}
	s.Procs[len(s.Procs)-1].NS.UTS = 4026539999
	if _, ok := withoutCaller(s, 20).Proc(20); !ok {
		t.Error("its own namespace is not drawn")
	}
	if withoutCaller(s, 0) != s {
		t.Error("nobody asked from the lab")
	}
}

func TestASCIIWhereTheTerminalMayLackMore(t *testing.T) {
	for _, tt := range []struct {
		env  string
		want bool
	}{
		{"LANG=fr_FR.UTF-8 TERM=xterm", false},
		{"LANG=C.utf8 TERM=xterm", false},
		{"LANG=C.UTF-8 TERM=dumb", true},
		{"LANG=fr_FR.UTF-8 LC_ALL=C TERM=xterm", true},
		{"LC_CTYPE=C.UTF-8 LANG=C TERM=xterm", false},
		{"LANG=fr_FR@euro TERM=xterm", true},
		{"TERM=xterm", true},
	} {
		env := map[string]string{}
		for _, kv := range strings.Fields(tt.env) {
			k, v, _ := strings.Cut(kv, "=")
			env[k] = v
		}
		if got := plainASCII(func(k string) string { return env[k] }); got != tt.want {
			t.Errorf("%s: %v", tt.env, got)
		}
	}
}

func TestWriteWholeReplacesAFileAtOnce(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "map.svg"), filepath.Join(dir, "link.svg")
	if err := os.Symlink("map.svg", link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	fi, serr := os.Lstat(file)
	if err != nil || serr != nil || string(b) != "new" || fi.Mode() != 0o640 {
		t.Errorf("%q, %v, %v %v", b, fi, err, serr)
	}
	if fi, err := os.Lstat(link); err != nil || fi.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if err := writeWhole(filepath.Join(dir, "nowhere", "map.svg"), nil); err == nil {
		t.Error("a folder that is not there")
	}
	if err := writeWhole(dir, nil); err == nil {
		t.Error("a folder")
	}
	if err := writeWhole("/dev/null", []byte("x")); err != nil {
		t.Error(err)
	}
	if fi, err := os.Stat("/dev/null"); err != nil || fi.Mode().IsRegular() {
		t.Error("/dev/null is a file now")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}
