package vocabulary

import (
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Inode numbers of the lab in these tests: the host's namespaces, those of shell isolated, and those that the learner made.
const (
	host     = 100
	isolated = 200
	made     = 300
)

func namespaces(of uint64) snapshot.Namespaces {
	return snapshot.Namespaces{User: of + 1, Mnt: of + 2, UTS: of + 3, IPC: of + 4, Net: of + 5, PID: of + 6, Cgroup: of + 7, Time: of + 8,
		PIDForChildren: of + 6, TimeForChildren: of + 8}
}

// start is the lab as the learner finds it.
func start() *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Host:   namespaces(host),
		Shells: map[string]int{"host": 2, "isolated": 3},
		Procs: []snapshot.Process{
			{PID: 1, PIDs: []int{1}, Comm: "init", State: "S", NS: namespaces(host), ProcNS: host + 6},
			{PID: 2, PIDs: []int{2}, Comm: "bash", Exe: "/usr/bin/bash", State: "S", NS: namespaces(host), ProcNS: host + 6},
			{PID: 3, PIDs: []int{3, 1}, Comm: "bash", Exe: "/usr/bin/bash", State: "S", NS: namespaces(isolated), ProcNS: host + 6},
		},
		UTS:     map[uint64]snapshot.UTSNS{host + 3: {HostName: "host", DomainName: "(none)"}, isolated + 3: {HostName: "host", DomainName: "(none)"}},
		IPC:     map[uint64]snapshot.IPCNS{host + 4: {}, isolated + 4: {}},
		Net:     map[uint64]snapshot.NetNS{host + 5: {}, isolated + 5: {}},
		Mounts:  map[uint64][]snapshot.Mount{host + 2: {{ID: 1, Dev: "0:1", Root: "/", Point: "/", FSType: "tmpfs"}}, isolated + 2: {{ID: 2, Dev: "0:1", Root: "/", Point: "/", FSType: "tmpfs"}}},
		Users:   map[uint64]snapshot.UserNS{host + 1: {UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}}, isolated + 1: {UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}}},
		Owners:  map[uint64]uint64{host + 3: host + 1, isolated + 3: host + 1},
		Files:   map[string]snapshot.File{"/root": {Dir: true, Mode: 0o700, Dev: 7, Ino: 70}},
		Machine: snapshot.Machine{UTS: snapshot.UTSNS{HostName: "laptop"}},
	}
}

// process adds a process of the learner's in namespaces of their making.
func process(change func(*snapshot.Process)) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) {
		p := snapshot.Process{PID: 9, PIDs: []int{9, 1}, Parent: 2, Start: 9, Comm: "bash", Exe: "/usr/bin/bash", State: "S", NS: namespaces(made), ProcNS: host + 6}
		if change != nil {
			change(&p)
		}
		s.Procs = append(s.Procs, p)
	}
}

func net(of uint64, n snapshot.NetNS) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) { s.Net[of+5] = n }
}

func ipc(of uint64, n snapshot.IPCNS) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) { s.IPC[of+4] = n }
}

func mounted(of uint64, m snapshot.Mount) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) { s.Mounts[of+2] = append(s.Mounts[of+2], m) }
}

func file(path string, f snapshot.File) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) { s.Files[path] = f }
}

func several(all ...func(*snapshot.Snapshot)) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) {
		for _, f := range all {
			f(s)
		}
	}
}

var veth = snapshot.NetNS{
	Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}, {Index: 2, Name: "eth0", Type: "veth", Up: true, Peer: 3, PeerNS: host + 5, Master: 4}, {Index: 4, Name: "br0", Type: "bridge"}},
	Addrs: []snapshot.Addr{{LinkIndex: 2, IP: "10.1.1.2", Bits: 24}},
}

var wordCases = []struct {
	line   string
	change func(*snapshot.Snapshot)
	answer string
	typed  string
	holds  bool
}{
	{line: "hostname elsewhere {{name}}"},
	{line: "hostname elsewhere {{name}}", change: func(s *snapshot.Snapshot) { s.UTS[isolated+3] = snapshot.UTSNS{HostName: "nautilus"} }, holds: true},
	{line: "hostname isolated {{name}}", change: func(s *snapshot.Snapshot) { s.UTS[isolated+3] = snapshot.UTSNS{HostName: "nautilus"} }, holds: true},
	{line: "hostname made {{name}}", change: func(s *snapshot.Snapshot) { s.UTS[isolated+3] = snapshot.UTSNS{HostName: "nautilus"} }},
	{line: "hostname made {{name}}", change: func(s *snapshot.Snapshot) { s.UTS[made+3] = snapshot.UTSNS{HostName: "nautilus"} }, holds: true},
	{line: "hostname host {{name}}", change: func(s *snapshot.Snapshot) { s.UTS[host+3] = snapshot.UTSNS{HostName: "nautilus"} }, holds: true},
	{line: "hostname isolated {{name}}", change: func(s *snapshot.Snapshot) { delete(s.Shells, "isolated") }},
	{line: "domainname elsewhere sea.test"},
	{line: "domainname elsewhere sea.test", change: func(s *snapshot.Snapshot) { s.UTS[isolated+3] = snapshot.UTSNS{DomainName: "sea.test"} }, holds: true},
	{line: "host-keeps-hostname", holds: true},
	{line: "host-keeps-hostname", change: func(s *snapshot.Snapshot) { s.UTS[host+3] = snapshot.UTSNS{HostName: "x"} }},
	{line: "host-keeps-domainname", holds: true},
	{line: "host-keeps-domainname", change: func(s *snapshot.Snapshot) { s.UTS[host+3] = snapshot.UTSNS{DomainName: "x"} }},
	{line: "machine-keeps-hostname", holds: true},
	{line: "machine-keeps-hostname", change: func(s *snapshot.Snapshot) { s.Machine.UTS.HostName = "x" }},

	{line: "processes made uts 1"},
	{line: "processes made uts 1", change: process(nil), holds: true},
	{line: "processes made uts 1", change: process(func(p *snapshot.Process) { p.State = "Z" })},
	{line: "processes made uts 2", change: process(nil)},
	{line: "processes made uts 2", change: several(process(func(p *snapshot.Process) { p.Comm = "unshare" }), process(func(p *snapshot.Process) { p.PID, p.Parent = 10, 9 }))},
	{line: "processes host uts 1", holds: true},
	{line: "processes host uts 2"}, // the lab's init does not count
	{line: "process made net shell", change: process(nil), holds: true},
	{line: "process made net python3", change: process(func(p *snapshot.Process) { p.Comm, p.Exe = "python3", "/usr/bin/python3.13" }), holds: true},
	{line: "process made net sleep", change: process(nil)},
	{line: "process made net any"},
	{line: "differs isolated uts", holds: true},
	{line: "differs host uts"},
	{line: "differs-in-all uts net", holds: true},
	{line: "differs-in-all uts net", change: func(s *snapshot.Snapshot) { s.Procs = s.Procs[:2] }},
	{line: "pid-1 made shell"},
	{line: "pid-1 made shell", change: process(nil), holds: true},
	{line: "pid-1 made shell", change: process(func(p *snapshot.Process) { p.PIDs = []int{9, 2} })},
	{line: "pid-1 made sleep", change: process(nil)},
	{line: "proc-shows made", change: process(nil)},
	{line: "proc-shows made", change: process(func(p *snapshot.Process) { p.ProcNS = made + 6 }), holds: true},
	{line: "proc-shows made", change: process(func(p *snapshot.Process) { p.ProcNS, p.NS.Mnt = made+6, host+2 })},
	{line: "host-keeps-proc", holds: true},
	{line: "host-keeps-proc", change: func(s *snapshot.Snapshot) { s.Procs[0].ProcNS = made + 6 }},

	{line: "mount elsewhere /mnt"},
	{line: "mount elsewhere /mnt tmpfs", change: mounted(isolated, snapshot.Mount{ID: 5, Point: "/mnt", FSType: "tmpfs"}), holds: true},
	{line: "mount elsewhere /mnt proc", change: mounted(isolated, snapshot.Mount{ID: 5, Point: "/mnt", FSType: "tmpfs"})},
	{line: "mount elsewhere /mnt", change: mounted(host, snapshot.Mount{ID: 5, Point: "/mnt", FSType: "tmpfs"})},
	{line: "bind elsewhere /root/tree /mnt", change: mounted(isolated, snapshot.Mount{ID: 5, Dev: "0:1", Root: "/root/tree", Point: "/mnt"}), holds: true},
	{line: "bind elsewhere /root/tree /mnt", change: mounted(isolated, snapshot.Mount{ID: 5, Dev: "0:1", Root: "/root/other", Point: "/mnt"})},
	{line: "propagation elsewhere / private", holds: true},
	{line: "propagation elsewhere / shared"},
	{line: "root made /root", change: process(func(p *snapshot.Process) { p.Root = snapshot.Dir{Path: "/root", Dev: 7, Ino: 70} }), holds: true},
	{line: "root made /root", change: process(nil)},
	{line: "file /root/a"},
	{line: "file /root/a", change: file("/root/a", snapshot.File{}), holds: true},
	{line: "file /root"},
	{line: "directory /root", holds: true},
	{line: "directory /root/a"},
	{line: "file-size /root/a 5", change: file("/root/a", snapshot.File{Size: 5}), holds: true},
	{line: "file-size /root/a 5", change: file("/root/a", snapshot.File{Size: 6})},
	{line: "file-mode /root 0700", holds: true},
	{line: "file-mode /root 0750"},

	{line: "interface isolated eth0 veth", change: net(isolated, veth), holds: true},
	{line: "interface isolated eth0 bridge", change: net(isolated, veth)},
	{line: "interface isolated any bridge", change: net(isolated, veth), holds: true},
	{line: "interface-up isolated eth0", change: net(isolated, veth), holds: true},
	{line: "interface-up isolated lo", change: net(isolated, veth)},
	{line: "interface-up isolated any", change: net(isolated, veth), holds: true},
	{line: "interface-up isolated any", change: net(isolated, snapshot.NetNS{Links: []snapshot.Link{{Name: "lo", Type: "loopback", Up: true}}})},
	{line: "address isolated 10.1.1.2/24", change: net(isolated, veth), holds: true},
	{line: "address isolated 10.1.1.2/16", change: net(isolated, veth)},
	{line: "address isolated 10.1.1.2/24", change: net(isolated, snapshot.NetNS{Links: []snapshot.Link{{Index: 2}}, Addrs: veth.Addrs})}, // down
	{line: "route isolated 10.1.1.0/24", change: net(isolated, snapshot.NetNS{Routes: []snapshot.Route{{Dst: "10.1.1.0/24"}}}), holds: true},
	{line: "route isolated default 10.1.1.1", change: net(isolated, snapshot.NetNS{Routes: []snapshot.Route{{Dst: "default", Gateway: "10.1.1.1"}}}), holds: true},
	{line: "route isolated default 10.1.1.1", change: net(isolated, snapshot.NetNS{Routes: []snapshot.Route{{Dst: "default", Gateway: "10.1.1.9"}}})},
	{line: "veth isolated host", change: net(isolated, veth), holds: true},
	{line: "veth isolated made", change: net(isolated, veth)},
	{line: "in-bridge isolated eth0 br0", change: net(isolated, veth), holds: true},
	{line: "in-bridge isolated eth0 br1", change: net(isolated, veth)},
	{line: "listens elsewhere 8000", change: net(made, snapshot.NetNS{Listening: []snapshot.Listener{{IP: "0.0.0.0", Port: 8000}}}), holds: true},
	{line: "listens elsewhere 8000", change: net(host, snapshot.NetNS{Listening: []snapshot.Listener{{IP: "0.0.0.0", Port: 8000}}})},
	{line: "connected host 8000", change: net(host, snapshot.NetNS{Conns: []snapshot.Conn{{RemoteIP: "10.1.1.2", RemotePort: 8000, State: "TIME_WAIT"}}}), holds: true},
	{line: "connected host 8000", change: net(host, snapshot.NetNS{Conns: []snapshot.Conn{{RemoteIP: "10.1.1.2", RemotePort: 8000, State: "SYN_SENT"}}})},
	{line: "pinged isolated", change: net(isolated, snapshot.NetNS{EchoReplies: 1}), holds: true},
	{line: "pinged isolated"},
	{line: "filtered isolated", change: net(isolated, snapshot.NetNS{Chains: []snapshot.Chain{{Family: "ip", Table: "t", Name: "c", Hook: "input", Policy: "drop"}}}), holds: true},
	{line: "filtered isolated", change: net(isolated, snapshot.NetNS{Chains: []snapshot.Chain{{Family: "ip", Table: "t", Name: "c", Hook: "input", Policy: "accept"}}})},
	{line: "connects 10.1.1.2:80", change: func(s *snapshot.Snapshot) { s.Probes = map[string]bool{"10.1.1.2:80": true} }, holds: true},
	{line: "connects 10.1.1.2:80"},

	{line: "queues isolated 2", change: ipc(isolated, snapshot.IPCNS{Queues: make([]snapshot.IPCObject, 2)}), holds: true},
	{line: "queues isolated 2", change: ipc(isolated, snapshot.IPCNS{Queues: make([]snapshot.IPCObject, 3)})},
	{line: "segment made {{size}}", change: ipc(made, snapshot.IPCNS{Segments: []snapshot.IPCObject{{Bytes: 4096}}}), holds: true},
	{line: "segment made {{size}}", change: ipc(made, snapshot.IPCNS{Segments: []snapshot.IPCObject{{Bytes: 4097}}})},
	{line: "semaphores isolated 1", change: ipc(isolated, snapshot.IPCNS{Semaphores: make([]snapshot.IPCObject, 1)}), holds: true},
	{line: "semaphores isolated 1"},
	{line: "posix-queue isolated q", change: ipc(isolated, snapshot.IPCNS{POSIX: []string{"q"}}), holds: true},
	{line: "posix-queue isolated q", change: ipc(isolated, snapshot.IPCNS{POSIX: []string{"r"}})},
	{line: "mqueue isolated q", change: several(ipc(isolated, snapshot.IPCNS{POSIX: []string{"q"}, POSIXDev: "0:9"}), mounted(isolated, snapshot.Mount{ID: 5, Dev: "0:9", FSType: "mqueue", Point: "/dev/mqueue"})), holds: true},
	{line: "mqueue host q", change: several(ipc(isolated, snapshot.IPCNS{POSIX: []string{"q"}, POSIXDev: "0:9"}), mounted(host, snapshot.Mount{ID: 5, Dev: "0:9", FSType: "mqueue", Point: "/dev/mqueue"})), holds: true},
	{line: "mqueue made q", change: several(ipc(isolated, snapshot.IPCNS{POSIX: []string{"q"}, POSIXDev: "0:9"}), mounted(made, snapshot.Mount{ID: 5, Dev: "0:9", FSType: "mqueue", Point: "/dev/mqueue"}))}, // nobody is in both

	{line: "uid made 0", change: several(process(nil), func(s *snapshot.Snapshot) {
		s.Users[made+1] = snapshot.UserNS{UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}}
	}), holds: true},
	{line: "uid made 5", change: process(nil)},
	{line: "user-root made", change: several(process(func(p *snapshot.Process) { p.CapEff = 1 << 21 }), func(s *snapshot.Snapshot) {
		s.Users[made+1] = snapshot.UserNS{UIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}}
	}), holds: true},
	{line: "user-root made", change: process(func(p *snapshot.Process) { p.CapEff = 1 << 21 })},
	{line: "uid-map isolated '0  0 1'", holds: true},
	{line: "uid-map isolated '0 1000 1'"},
	{line: "gid-map isolated '0 0 1'"},
	{line: "gid-map isolated '0 0 1'", change: func(s *snapshot.Snapshot) {
		s.Users[isolated+1] = snapshot.UserNS{GIDMap: []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}, {Inside: 5, Outside: 5, Length: 1}}}
	}, holds: true},
	{line: "owns made uts", change: several(process(nil), func(s *snapshot.Snapshot) { s.Owners[made+3] = made + 1; s.UTS[made+3] = snapshot.UTSNS{} }), holds: true},
	{line: "owns made uts", change: process(nil)},

	{line: "boottime made 86400", change: process(func(p *snapshot.Process) { p.BootOffset = 86400 }), holds: true},
	{line: "boottime made 86400", change: process(func(p *snapshot.Process) { p.BootOffset = 1 })},
	{line: "boottime made 86400", change: process(func(p *snapshot.Process) { p.BootOffset, p.NS.TimeForChildren = 86400, 5 })},
	{line: "monotonic made -5", change: process(func(p *snapshot.Process) { p.MonotonicOffset = -5 }), holds: true},
	{line: "monotonic made 5"},
	{line: "pids-max 20", change: func(s *snapshot.Snapshot) {
		s.Procs[1].Cgroup, s.Limits = "/box", map[string]snapshot.Limits{"/box": {PidsMax: 20, MemoryMax: -1}}
	}, holds: true},
	{line: "pids-max 20"},
	{line: "memory-max 1048576", change: func(s *snapshot.Snapshot) {
		s.Procs[1].Cgroup, s.Limits = "/box", map[string]snapshot.Limits{"/box": {PidsMax: -1, MemoryMax: 1048576}}
	}, holds: true},
	{line: "memory-max 1048576", change: func(s *snapshot.Snapshot) {
		s.Procs[1].Cgroup, s.Limits = "/box", map[string]snapshot.Limits{"/box": {PidsMax: -1, MemoryMax: 4096}}
	}},

	{line: "answer-is proc '/proc file'", answer: " PROC  ", holds: true},
	{line: "answer-is proc '/proc file'", answer: "/proc   File", holds: true},
	{line: "answer-is proc", answer: "pro"},
	{line: "answer-is proc"},
	{line: "answer-number {{size}}", answer: "4096", holds: true},
	{line: "answer-number {{size}}", answer: "4096 bytes"},
	{line: "answer-matches '(?i)^a+$'", answer: "AAA", holds: true},
	{line: "answer-matches '(?i)^a+$'", answer: "AAB"},
	{line: "answer-pid isolated", answer: "3", holds: true},
	{line: "answer-pid isolated", answer: "1"},
	{line: "answer-inode isolated uts", answer: "uts:[203]", holds: true},
	{line: "answer-inode isolated uts", answer: "203", holds: true},
	{line: "answer-inode isolated uts", answer: "103"},

	{line: "seen hostname made x"},
	{line: "not hostname made x", holds: true},
	{line: "not host-keeps-hostname"},
}

var context = Context{Params: map[string]string{"name": "nautilus", "size": "4096"}, Shells: []string{"isolated", "host"}}

func view(change func(*snapshot.Snapshot)) *checks.View {
	v := &checks.View{Now: start(), Start: start(), Params: context.Params}
	if change != nil {
		change(v.Now)
	}
	return v
}

// compile makes a check of lines.
func compile(t *testing.T, lines ...string) checks.Check {
	t.Helper()
	b, problems := Parse("text.en.md", 1, lines, say.EN, context)
	for _, p := range problems {
		if !p.Advice {
			t.Fatalf("%q: %s", lines, p.In(say.EN))
		}
	}
	return b.Compile("step").Check
}

func TestEveryWordHoldsAndDoesNot(t *testing.T) {
	met := map[string][]string{}
	for _, c := range wordCases {
		v := view(c.change)
		v.Answer = c.answer
		f := compile(t, c.line)(v)
		if f.Satisfied != c.holds {
			t.Errorf("%s: satisfied %v, %s: %s", c.line, f.Satisfied, f.Key, f.Found.In(say.EN, f.Args))
			continue
		}
		fields := strings.Fields(c.line)
		name := fields[0]
		if name == "not" || name == "seen" {
			name = ""
		}
		word := "missed"
		slots := wordNamed(name).Miss
		if f.Satisfied {
			word, slots = "held", wordNamed(name).Pass
		}
		met[word] = append(met[word], name)
		for _, s := range slots {
			if _, ok := f.Args[s]; !ok {
				t.Errorf("%s: %s promises {{%s}}, and the finding has not got it", c.line, name, s)
			}
		}
		for _, lang := range say.Langs() {
			for _, text := range []say.Text{f.Expected, f.Found, f.Try} {
				if s := text.In(lang, f.Args); strings.Contains(s, "{{") || f.Satisfied && f.Found.In(lang, f.Args) == "" {
					t.Errorf("%s: a text is not filled in %s: %q", c.line, lang, s)
				}
				if !f.Satisfied && !text.Complete() {
					t.Errorf("%s: a text is missing: %+v", c.line, f)
				}
			}
		}
	}
	// ended and typed are in tests of their own.
	for _, w := range Words() {
		if w.Name == "ended" || w.Name == "typed" {
			continue
		}
		if !slices.Contains(met["held"], w.Name) || !slices.Contains(met["missed"], w.Name) {
			t.Errorf("%s is not met in both ways", w.Name)
		}
	}
}

func wordNamed(name string) Word {
	for _, w := range Words() {
		if w.Name == name {
			return w
		}
	}
	return Word{}
}

func TestSeenAndEndedRemember(t *testing.T) {
	gone := start()
	process(func(p *snapshot.Process) { p.PIDs = []int{9, 1} })(gone)
	process(func(p *snapshot.Process) { p.PID, p.PIDs, p.Start = 10, []int{10, 2}, 10 })(gone)
	gone.IPC[made+4] = snapshot.IPCNS{Segments: []snapshot.IPCObject{{Bytes: 4096}}}
	for _, c := range []struct {
		line  string
		seen  bool // the state was there
		now   bool // and still is
		holds bool
	}{
		{"ended pid 2", true, false, true},
		{"ended pid 3", true, false, false},
		{"ended pid 2", true, true, false},
		{"ended pid 2", false, false, false},
		{"seen segment elsewhere 4096", true, false, true},
		{"seen segment elsewhere 4096", true, true, true},
		{"seen segment elsewhere 4096", false, false, false},
		{"seen segment host 4096", true, true, false},
	} {
		v := view(nil)
		if c.seen {
			v.Seen = []*snapshot.Snapshot{gone}
		}
		if c.now {
			v.Now = gone
		}
		if f := compile(t, c.line)(v); f.Satisfied != c.holds || f.Found.IsZero() {
			t.Errorf("%s, seen %v, now %v: %+v", c.line, c.seen, c.now, f)
		}
	}
}

func TestGroupsAndMessagesSpeakForWhatTheyStandOver(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(`
expected: All of it, {{name}}.
passed: Done in {{ns}}.
any
  hostname isolated {{name}}
  all
    hostname isolated other
    domainname isolated x
not hostname host {{name}}
  key: host-too
  found: The host is {{is}}, in {{ns}}.
  try: Put it back.
when
  not hostname isolated host
  hostname isolated other
  found: Only other.
when typed domainname {{name}}
  expected: The command for the name.
  found: You typed {{typed}}.
  try: hostname
`), "\n")
	check := compile(t, lines...)
	name := func(of uint64, n string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) { s.UTS[of+3] = snapshot.UTSNS{HostName: n, DomainName: "y"} }
	}
	for _, c := range []struct {
		what   string
		change func(*snapshot.Snapshot)
		typed  string
		want   string
	}{
		{"nothing", nil, "", "hostname.not: All of it, nautilus. It is not so. There is: uts:[203]: host."},
		{"done", name(isolated, "nautilus"), "", "+step: Done in uts:[203]."},
		{"host too", several(name(isolated, "nautilus"), name(host, "nautilus")), "", "step.host-too: All of it, nautilus. The host is nautilus, in uts:[103]."},
		{"another", name(isolated, "other"), "", "step.when: All of it, nautilus. Only other."},
		{"typed", nil, "sudo domainname nautilus", "step.when-typed: The command for the name. You typed sudo domainname nautilus."},
		{"typed and done", name(isolated, "nautilus"), "domainname nautilus", "+step: Done in uts:[203]."},
	} {
		v := view(c.change)
		if c.typed != "" {
			v.Typed = []checks.Line{{Shell: "host", Text: c.typed}}
		}
		f := check(v)
		got := f.Key + ": "
		if f.Satisfied {
			got = "+" + got
		} else {
			got += f.Expected.In(say.EN, f.Args) + " "
		}
		got += f.Found.In(say.EN, f.Args)
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", c.what, got, c.want)
		}
	}
}

func TestTypedDecidesNothing(t *testing.T) {
	_, problems := Parse("text.en.md", 1, []string{"hostname host host", "any", "  typed hostname", "  hostname made x"}, say.EN, context)
	if len(problems) != 1 || problems[0].Line != 3 || !strings.Contains(problems[0].In(say.EN), "decides nothing") {
		t.Errorf("%v", problems)
	}
}

func TestQuestionsWatchesAndProbes(t *testing.T) {
	b, problems := Parse("text.en.md", 1, []string{"needs tool:nft|iptables namespace:time", "any", "  answer-is x", "  file /root/b", "root made /root/a",
		"connects 10.1.1.1:{{size}}"}, say.EN, context)
	if len(problems) > 0 {
		t.Fatal(problems[0].In(say.EN))
	}
	c := b.Compile("x")
	if !c.Question || !slices.Equal(c.Watch, []string{"/root/a", "/root/b"}) || !slices.Equal(c.Probes, []string{"10.1.1.1:{{size}}"}) ||
		!slices.Equal(b.Needs, []string{"tool:nft|iptables", "namespace:time"}) {
		t.Errorf("%+v %v", c, b.Needs)
	}
}

func TestWordsAreDocumentedAndUnique(t *testing.T) {
	seen := map[string]bool{}
	groups := map[string]bool{}
	for _, g := range Groups() {
		groups[g.Name] = g.Text.Complete()
	}
	for _, w := range Words() {
		if seen[w.Name] || !w.Doc.Complete() || !groups[w.Group] || slices.Contains(operators, w.Name) || slices.Contains(directives, w.Name) {
			t.Errorf("%+v", w)
		}
		seen[w.Name] = true
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"hostnmae", "hostname"}, {"HOSTNAME", "hostname"}, {"hostname", "hostname"}, {"proces", "process"}, {"zzzzzz", ""}, {"", ""}, {strings.Repeat("a", 1000), ""},
	} {
		if got := Nearest(c.name, []string{"hostname", "process", "domainname"}); got != c.want {
			t.Errorf("Nearest(%q) = %q, not %q", c.name, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range wordCases {
		f.Add(c.line)
	}
	f.Add("shell isolated\nexpected: x\nall\n  any\n    not hostname made {{name}}\n      found: {{is}}\nwhen typed a b\n  found: {{typed}}")
	f.Add("not seen any\n hostname host x\n  key: a\n\thostname\nneeds tool:a|b\nanswer-matches '('")
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Split(s, "\n")
		b, problems := Parse("text.en.md", 7, lines, say.EN, context)
		bad := false
		for _, p := range problems {
			bad = bad || !p.Advice
			if p.Line < 7 || p.Line >= 7+max(len(lines), 1) || !p.Reason.Complete() || p.In(say.EN) == "" || p.In(say.FR) == "" {
				t.Fatalf("%q: %+v", s, p)
			}
			if !p.Advice && p.Remedy.IsZero() {
				t.Fatalf("%q: no remedy: %s", s, p.In(say.EN))
			}
		}
		if bad {
			return
		}
		// What was read in two languages is the same, and what has no problem judges anything.
		other, problems := Parse("text.fr.md", 7, lines, say.FR, context)
		if got := b.Join(other); len(got) > 0 || slices.ContainsFunc(problems, func(p Problem) bool { return !p.Advice }) {
			t.Fatalf("%q in French: %v %v", s, got, problems)
		}
		check := b.Compile("step").Check
		for _, v := range []*checks.View{view(nil), {Now: &snapshot.Snapshot{}, Start: &snapshot.Snapshot{}}} {
			v.Typed = []checks.Line{{Shell: "host", Text: "hostname x"}}
			v.Answer = "x"
			finding := check(v)
			if finding.Key == "" || finding.Found.IsZero() {
				t.Fatalf("%q: %+v", s, finding)
			}
		}
	})
}
