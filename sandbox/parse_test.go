package sandbox

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestParseNSLink(t *testing.T) {
	for in, want := range map[string]struct {
		kind  snapshot.Kind
		inode uint64
		ok    bool
	}{
		"uts:[4026531838]":            {snapshot.UTS, 4026531838, true},
		"time_for_children:[1]":       {"time_for_children", 1, true},
		"uts:[]":                      {"uts", 0, false},
		"uts:[12":                     {"", 0, false},
		"uts:[12]x":                   {"", 0, false},
		"/tmp/uts:[12]":               {"/tmp/uts", 12, true}, // a file of that name: no kind of ours
		"":                            {"", 0, false},
		"uts:[-1]":                    {"uts", 0, false},
		"net:[18446744073709551616]":  {"net", 1<<64 - 1, false},
		"net:[18446744073709551615]":  {"net", 1<<64 - 1, true},
		"net:[ 1]":                    {"net", 0, false},
		"mnt:[4026531840] (deleted)":  {"", 0, false},
		"user:[4026531837]\n":         {"", 0, false},
		"pid_for_children:[40265318]": {"pid_for_children", 40265318, true},
	} {
		kind, inode, ok := parseNSLink(in)
		if ok != want.ok || ok && (kind != want.kind || inode != want.inode) {
			t.Errorf("%q: %q %d %v, want %q %d %v", in, kind, inode, ok, want.kind, want.inode, want.ok)
		}
	}
}

func TestParseIDMap(t *testing.T) {
	for in, want := range map[string]*snapshot.IDMap{
		"         0       1000          1\n": {Inside: 0, Outside: 1000, Length: 1},
		"0 0 4294967295":                     {Inside: 0, Outside: 0, Length: 4294967295},
		"100000\t200000 65536":               {Inside: 100000, Outside: 200000, Length: 65536},
		"":                                   nil,
		"0 1000":                             nil,
		"0 1000 1 1":                         nil,
		"0 -1 1":                             nil,
		"a b c":                              nil,
		"0 1 9223372036854775808":            nil,
	} {
		got, err := parseIDMap(in)
		switch {
		case want == nil && err == nil:
			t.Errorf("%q: no error", in)
		case want != nil && (err != nil || got != *want):
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}

const statusText = "Name:\tsleep\\040x\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t5\nPid:\t5\nPPid:\t2\n" +
	"Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t5\t1\nCapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\n" +
	"CapEff:\t0000000000000002\nCapBnd:\t0000000000000004\nNoNewPrivs:\t1\nSeccomp:\t2\n"

func TestParseStatus(t *testing.T) {
	var p snapshot.Process
	if err := parseStatus(statusText, &p); err != nil {
		t.Fatal(err)
	}
	want := snapshot.Process{Comm: "sleep x", Parent: 2, UID: 2, GID: 6, PIDs: []int{5, 1}, CapInh: 1, CapPrm: 0x1ffffffffff,
		CapEff: 2, CapBnd: 4, NoNewPrivs: true, Seccomp: 2}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v\nwant %+v", p, want)
	}
	for name, text := range map[string]string{
		"empty":                 "",
		"no NSpid":              "Name:\tx\nUid:\t1\t1\t1\t1\n",
		"an ID too few":         strings.Replace(statusText, "1\t2\t3\t4", "1\t2\t3", 1),
		"a parent not a number": strings.Replace(statusText, "PPid:\t2", "PPid:\tx", 1),
		"a mask not a mask":     strings.Replace(statusText, "000001ffffffffff", "zz", 1),
	} {
		if err := parseStatus(text, new(snapshot.Process)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What a learner calls a program must not change what is read of it.
func TestStatusAndStatAreNotFooledByACommandsName(t *testing.T) {
	// The kernel writes a line feed in a name as \n in status, as it is in stat.
	var p snapshot.Process
	if err := parseStatus(strings.Replace(statusText, `sleep\040x`, `x\nUid:\t0`, 1), &p); err != nil || p.UID != 2 {
		t.Errorf("UID %d, %v", p.UID, err)
	}
	for _, comm := range []string{"a", "a b", ") R 9 9 9", "((", "))", "x\ny) Z 1 2 3", ""} {
		var p snapshot.Process
		err := parseStat("7 ("+comm+") S 1 5 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1", &p)
		if err != nil || p.State != "S" || p.Group != 5 || p.Session != 6 || p.Start != 4242 {
			t.Errorf("%q: %+v, %v", comm, p, err)
		}
	}
	for pending, killed := range map[string]bool{"0000000000000100": true, "0000000000000101": true, "0000000000000200": false, "0000000000000000": false} {
		var p snapshot.Process
		err := parseStatus(statusText+"SigPnd:\t"+pending+"\n", &p)
		if err == nil {
			err = parseStat("7 (x) S 1 5 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1", &p)
		}
		if err != nil || p.Ended() != killed {
			t.Errorf("pending %s: %+v, %v", pending, p, err)
		}
	}
	for flags, state := range map[string]string{"4194560": "S", "4194564": "X", "4": "X"} {
		var p snapshot.Process
		if err := parseStat("7 (init) S 1 5 6 0 -1 "+flags+" 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1", &p); err != nil || p.State != state || p.Ended() != (state == "X") {
			t.Errorf("flags %s: %+v, %v", flags, p, err)
		}
	}
	for _, bad := range []string{"", "7 (a) S", "7 a S 1 5 6", "7 (a) S 1 x 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242"} {
		if err := parseStat(bad, new(snapshot.Process)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestParseMountinfo(t *testing.T) {
	m, err := parseMountinfo("36 35 98:0 /mnt1 /mnt2\\040a\\134b rw,noatime shared:7 master:1 propagate_from:2 - ext3 /dev/ro\\011ot rw,errors=continue\n" +
		"37 36 0:4 net:[4026532000] /run/netns/a rw unbindable - nsfs nsfs rw\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []snapshot.Mount{
		{ID: 36, Parent: 35, Dev: "98:0", Root: "/mnt1", Point: `/mnt2 a\b`, Options: []string{"rw", "noatime"}, Shared: 7, Master: 1,
			FSType: "ext3", Source: "/dev/ro\tot", SuperOptions: []string{"rw", "errors=continue"}},
		{ID: 37, Parent: 36, Dev: "0:4", Root: "net:[4026532000]", Point: "/run/netns/a", Options: []string{"rw"}, Unbindable: true,
			FSType: "nsfs", Source: "nsfs", SuperOptions: []string{"rw"}},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%+v\nwant %+v", m, want)
	}
	for _, bad := range []string{"36 35 98:0 / /a rw - ext3 x", "x 35 98:0 / /a rw - ext3 x rw", "36 x 98:0 / /a rw - ext3 x rw",
		"36 35 98:0 / /a rw shared:x - ext3 x rw", "36 35 98:0 / /a rw shared:1", "a"} {
		if _, err := parseMountinfo(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// mount(2) takes any string as the source, also an empty one.
func TestAMountWithAnEmptySourceIsRead(t *testing.T) {
	m, err := parseMountinfo("40 36 0:50 / /mnt rw - tmpfs  rw,size=1k\n")
	if err != nil || len(m) != 1 || m[0].Source != "" || m[0].FSType != "tmpfs" || !slices.Equal(m[0].SuperOptions, []string{"rw", "size=1k"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestUnescapeOctal(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", `\040`: " ", `a\040b\011c`: "a b\tc", `\134040`: `\040`, `\04`: `\04`, `\`: `\`,
		`\999`: `\999`, `\777`: `\777`, `\303\251`: "é"} {
		if got := unescapeOctal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParseListeners(t *testing.T) {
	const text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0 100 0 0 10 0\n" +
		"   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1 0 100 0 0 10 0\n" +
		"   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 7 1\n" +
		"   3: 00000000000000000000000001000000:0016 0:0 0A 0:0 00:0 0 0 0 8 1\n" +
		"   4: 0100007F 0:0 0A 0:0 00:0 0 0 0 8 1\n" + "   5: 0100007X:0050 0:0 0A 0:0 00:0 0 0 0 8 1\n"
	want := []snapshot.Listener{{IP: "127.0.0.1", Port: 8080, Inode: 4242}, {IP: "::", Port: 80, Inode: 7}, {IP: "::1", Port: 22, Inode: 8}}
	if got := parseListeners(text); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestParseSysvipc(t *testing.T) {
	const (
		msg = "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n" +
			"-559038737          3   644          12          2     1     0     0     0     0     0          1          0          1\n"
		shm = "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n" +
			"         7          1   600                  4096     1     0      2     0     0     0     0          0          0          1                     0                     0\n"
		sem = "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n         9          2   600          3     0     0     0     0          0          1\n"
	)
	for i, want := range [][]snapshot.IPCObject{{{Key: -559038737, ID: 3, Bytes: 12, Messages: 2}}, {{Key: 7, ID: 1, Bytes: 4096, Messages: 2}}, {{Key: 9, ID: 2}}} {
		if got := parseSysvipc([]string{msg, shm, sem}[i], i); !slices.Equal(got, want) {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}
}

func TestParseTimeOffsetsAndCgroup(t *testing.T) {
	m, b := parseTimeOffsets("monotonic         100         0\nboottime       -7         5\n")
	if m != 100 || b != -7 {
		t.Error(m, b)
	}
	if m, b = parseTimeOffsets("x\nmonotonic\nboottime y 0\n"); m != 0 || b != 0 {
		t.Error(m, b)
	}
	if got := parseCgroup("5:cpu:/a\n0::/b c\n"); got != "/b c" {
		t.Errorf("%q", got)
	}
	if got := parseCgroup("5:cpu:/a\n"); got != "" {
		t.Errorf("%q", got)
	}
}

func TestWaitsForInput(t *testing.T) {
	for in, want := range map[string]bool{
		nrText(unix.SYS_READ) + " 0x0 0x1 0x1 0x0 0x0 0x0 0x7 0x7\n":  true,
		nrText(unix.SYS_READ) + " 0xff 0x1 0x1 0x0 0x0 0x0 0x7 0x7\n": true,
		nrText(unix.SYS_READ) + " 0xa 0x1 0x1 0x0 0x0 0x0 0x7 0x7\n":  true,
		nrText(unix.SYS_READ) + " 0x3 0x1 0x1 0x0 0x0 0x0 0x7 0x7\n":  false, // a pipe or a file
		nrText(unix.SYS_PSELECT6) + " 0x1 0x1 0x0":                    true,
		nrText(unix.SYS_PPOLL) + " 0x1 0x1 0x0":                       true,
		nrText(unix.SYS_WAIT4) + " 0x1 0x1 0x0":                       false,
		nrText(unix.SYS_CLOCK_NANOSLEEP) + " 0x0":                     false,
		"running\n": false, "": false, "-1 0x0 0x0\n": false, "x 0x0": false, nrText(unix.SYS_READ): false, nrText(unix.SYS_READ) + " zz": false,
	} {
		if got := waitsForInput(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestParseMark(t *testing.T) {
	for in, want := range map[string]*Mark{
		"run;0;    4  ls -l\r\n":           {Number: 4, Command: "ls -l"},
		"run;0;":                           {},
		"run":                              nil,
		"prompt;0;    1  ls -l\r\n":        {Prompt: true, Number: 1, Command: "ls -l"},
		"prompt;130;   12* sleep 9\n":      {Prompt: true, Status: 130, Number: 12, Command: "sleep 9"},
		"prompt;1;":                        {Prompt: true, Status: 1},
		"prompt;0;  3  a\r\nb\r\n":         {Prompt: true, Number: 3, Command: "a\nb"},
		"prompt;0;  3  a; b":               {Prompt: true, Number: 3, Command: "a; b"},
		"prompt;0;x":                       {Prompt: true},
		"prompt":                           nil,
		"prompt;;":                         nil,
		"prompt;x;":                        nil,
		"":                                 nil,
		"prompts;0;":                       nil,
		"prompt;99999999999999999999999;1": nil,
	} {
		got := parseMark(in)
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
}

// split feeds the chunks and returns the data and the marks, and what is held back.
func split(chunks ...[]byte) (data []byte, marks []Mark, held []byte) {
	var m Marks
	for _, c := range chunks {
		for _, p := range m.Split(c) {
			if p.Mark != nil {
				// Where a mark stands in the data counts too.
				data = append(data, "\x00MARK\x00"...)
				marks = append(marks, *p.Mark)
			} else {
				data = append(data, p.Data...)
			}
		}
	}
	return data, marks, m.held
}

func TestMarksAreTakenOutWhereverTheChunksEnd(t *testing.T) {
	const text = "a\x1b[1mb\x1b]7777;run;0;\ac\x1b]0;title\ad\x1b]7777;prompt;3;  9  x y\r\n\a$ \x1b"
	wantData := "a\x1b[1mb\x00MARK\x00c\x1b]0;title\ad\x00MARK\x00$ "
	want := []Mark{{}, {Prompt: true, Status: 3, Number: 9, Command: "x y"}}
	for i := range text {
		for j := i; j <= len(text); j++ {
			data, marks, held := split([]byte(text[:i]), []byte(text[i:j]), []byte(text[j:]))
			if string(data) != wantData || !slices.Equal(marks, want) || string(held) != "\x1b" {
				t.Fatalf("cut at %d and %d: %q %+v %q", i, j, data, marks, held)
			}
		}
	}
}

func TestAMarkWithoutEndIsNotHeldForEver(t *testing.T) {
	long := append([]byte(markStart), bytes.Repeat([]byte("x"), 2*markMax)...)
	whole, _, held := split(long)
	if !bytes.Equal(whole, long) || len(held) > 0 {
		t.Errorf("%d bytes came out, %d are held", len(whole), len(held))
	}
	// The end that comes too late is no end, in one chunk or in many.
	long = append(long, "\aafter"...)
	one, _, _ := split(long)
	two, _, _ := split(slices.Collect(slices.Chunk(long, 1000))...)
	if !bytes.Equal(one, two) {
		t.Errorf("in one chunk %d bytes, in many %d", len(one), len(two))
	}
}

func nrText(nr int) string { return strconv.Itoa(nr) }

func TestParseSockstat(t *testing.T) {
	const text = "sockets: used 5\nTCP: inuse 3 orphan 0 tw 2 alloc 4 mem 0\nUDP: inuse 0 mem 0\n"
	for in, want := range map[string][2]int{text: {3, 2}, "": {1, 0}, "TCP: inuse x\n": {1, 0}, "TCP: inuse 0 orphan 0 tw 0": {0, 0}, "TCP6: inuse 4": {1, 0}} {
		if used, closed := parseSockstat(in, "TCP"); [2]int{used, closed} != want {
			t.Errorf("%q: %d %d", in, used, closed)
		}
	}
	if used, closed := parseSockstat("TCP6: inuse 4\n", "TCP6"); used != 4 || closed != 0 {
		t.Error(used, closed)
	}
}
