package sandbox

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// The parsers read what the kernel writes, some of it with words of the
// learner's: none may panic, and what they say must hold together.

func seedFile(f *testing.F, path string) {
	if b, err := os.ReadFile(path); err == nil {
		f.Add(string(b))
	}
}

func FuzzMountinfo(f *testing.F) {
	seedFile(f, "/proc/self/mountinfo")
	f.Add("36 35 98:0 /mnt1 /mnt2\\040a rw,noatime shared:7 master:1 - ext3 /dev/root rw\n")
	f.Add("37 36 0:4 net:[4026532000] /run/netns/a rw unbindable - nsfs nsfs rw\n40 36 0:50 / /mnt rw - tmpfs  rw\n")
	f.Fuzz(func(t *testing.T, s string) {
		ms, err := parseMountinfo(s)
		if err == nil && len(ms) > strings.Count(s, "\n")+1 {
			t.Errorf("%d mounts of %q", len(ms), s)
		}
	})
}

func FuzzStatus(f *testing.F) {
	seedFile(f, "/proc/self/status")
	f.Add(statusText)
	f.Fuzz(func(t *testing.T, s string) {
		var p snapshot.Process
		if err := parseStatus(s, &p); err == nil && p.Inside() < 0 && !strings.Contains(s, "-") {
			t.Errorf("%+v of %q", p, s)
		}
	})
}

func FuzzStat(f *testing.F) {
	seedFile(f, "/proc/self/stat")
	f.Add("7 (x) R 1) S 1 5 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1")
	f.Fuzz(func(t *testing.T, s string) {
		var p snapshot.Process
		if err := parseStat(s, &p); err == nil && p.State == "" {
			t.Errorf("no state, no error: %q", s)
		}
	})
}

func FuzzMarks(f *testing.F) {
	f.Add([]byte("a\x1b]7777;run;0;\ac\x1b]0;title\a\x1b]7777;prompt;3;  9  x y\r\n\a$ \x1b"), []byte{1, 3, 200})
	f.Add([]byte("\x1b\x1b]7777;\x1b]7777;run;0;\a\a\x1b]777"), []byte{0, 1})
	f.Fuzz(func(t *testing.T, text, cuts []byte) {
		wantData, wantMarks, wantHeld := split(text)
		var chunks [][]byte
		rest := bytes.Clone(text)
		for _, cut := range cuts {
			n := min(int(cut), len(rest))
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		data, marks, held := split(append(chunks, rest)...)
		if !bytes.Equal(data, wantData) || !slices.Equal(marks, wantMarks) || !bytes.Equal(held, wantHeld) {
			t.Errorf("%q cut at %v: %q %+v %q; in one chunk %q %+v %q", text, cuts, data, marks, held, wantData, wantMarks, wantHeld)
		}
		if len(held) > markMax {
			t.Errorf("%d bytes are held", len(held))
		}
	})
}

func FuzzNSLink(f *testing.F) {
	f.Add("uts:[4026531838]")
	f.Add("net:[]")
	f.Fuzz(func(t *testing.T, s string) {
		if kind, _, ok := parseNSLink(s); ok && !strings.HasPrefix(s, string(kind)+":[") {
			t.Errorf("%q is of kind %q", s, kind)
		}
	})
}

func FuzzIDMap(f *testing.F) {
	f.Add("         0       1000          1\n")
	f.Add("0 0 4294967295")
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := parseIDMap(s); err == nil && (m.Inside < 0 || m.Outside < 0 || m.Length < 0) {
			t.Errorf("%q: %+v", s, m)
		}
	})
}

func FuzzSysvipc(f *testing.F) {
	for _, name := range []string{"msg", "shm", "sem"} {
		if b, err := os.ReadFile("/proc/sysvipc/" + name); err == nil {
			f.Add(string(b), 0)
		}
	}
	f.Add("1 2 644 3 4 5 6\n", 1)
	f.Fuzz(func(t *testing.T, s string, which int) {
		if n := len(parseSysvipc(s, which)); n > strings.Count(s, "\n")+1 {
			t.Errorf("%d objects of %q", n, s)
		}
	})
}

func FuzzListeners(f *testing.F) {
	seedFile(f, "/proc/self/net/tcp")
	seedFile(f, "/proc/self/net/tcp6")
	f.Add("   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 4242 1\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range parseListeners(s) {
			if l.Port < 0 || l.Port > 65535 || l.IP == "" {
				t.Errorf("%+v of %q", l, s)
			}
		}
	})
}
