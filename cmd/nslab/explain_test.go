package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func explained(t *testing.T, e explainer, name string, at *place) explainForm {
	t.Helper()
	form, missing := e.form(name, 2, 3, func() *place { return at })
	if missing != "" {
		t.Fatalf("%s: %s", name, missing)
	}
	text := form.text()
	if strings.Contains(text, "{{") || strings.Contains(text, "  ") || !strings.Contains(text, "\n- ") && !form.isZombie() {
		t.Errorf("%s: %q", name, text)
	}
	if _, err := json.Marshal(form); err != nil {
		t.Error(err)
	}
	return form
}

func (f explainForm) isZombie() bool { return f.Process != nil && f.Process.Zombie }

// explainLab is mapLab with what only an explanation tells.
func explainLab() *snapshot.Snapshot {
	s := mapLab()
	all := uint64(1)<<41 - 1
	for i := range s.Procs {
		p := &s.Procs[i]
		p.CapEff, p.Root, p.Cgroup = all, snapshot.Dir{Path: "/", Dev: 1, Ino: 1, MountID: 1}, "/user/lab"
		switch p.PID {
		case 7:
			p.CapEff = all &^ (1<<21 | 1<<13)
			p.Cgroup = "/user/lab/box"
		case 8:
			p.CapEff, p.UID = 1<<12, 0
			p.Root = snapshot.Dir{Path: "/", Dev: 1, Ino: 9, MountID: 12}
		}
	}
	for _, p := range s.Procs {
		for _, kind := range []snapshot.Kind{snapshot.UTS, snapshot.Net, snapshot.PID, snapshot.Time} {
			if inode := p.NS.Of(kind); inode != 0 && inode != mapHost.Of(kind) {
				s.Owners[inode] = mapHost.User
				if kind != snapshot.UTS {
					s.Owners[inode] = 4026532301
				}
			}
		}
	}
	s.Mounts[mapHost.Mnt] = append(s.Mounts[mapHost.Mnt], snapshot.Mount{ID: 12, Parent: 1, Point: "/root/b`ox", Root: "/image", FSType: "tmpfs", Source: "nslab", Dev: "0:9", Shared: 4})
	s.Mounts[mapHost.Mnt][0].ID, s.Mounts[mapHost.Mnt][0].Root = 1, "/"
	s.Mounts[4026532500] = []snapshot.Mount{
		{ID: 20, Point: "/", Root: "/", FSType: "tmpfs", Source: "nslab"},
		{ID: 21, Parent: 20, Point: "/mnt", Root: "/", FSType: "tmpfs", Source: "vol", Dev: "0:77", Master: 4},
	}
	return s
}

func TestExplainSaysWhatIsIsolatedAndWhoOwnsIt(t *testing.T) {
	e := explainer{snap: explainLab(), lang: say.EN, ns: mapHost}
	for name, want := range map[string][]string{
		"":  {"Process 2 is `/bin/bash -i`, the shell **host**", "nothing of it is isolated", "all capabilities, over", "the host's cgroup", "The host sees all"},
		"3": {"shell **isolated**", "Not the host's: uts:[4026532201]", "uts: owned by the host's user namespace", "does not see its host name (nautilus)"},
		"7": {"all capabilities but cap_net_raw and cap_sys_admin", "Its cgroup is `/box`", "children will be born in another PID namespace, pid:[4026532303]"},
		"8": {"knows it as PID 8", "it is PID 1", "the init of that namespace", "net, pid, time: owned by the user namespace user:[4026532301], whose parent is user:[4026532101]",
			"its UID has no number", "these capabilities, over its user namespace and those that this one owns: cap_net_admin",
			"Its root directory is not the host's: it is `/` of the mount on `/root/b'ox` (/image (tmpfs nslab 0:9))", "its network interfaces (lo, eth0) and its clocks"},
		"9":     {"It has ended", "process 8"},
		"veth0": {"the host's", "up, with the addresses 10.1.1.1/24 and fe80::1/64", "no carrier", "the other is `eth0`, in net:[4026532302], that of process 8", "The host sees it"},
		"eth0":  {"that of process 8 (bash)", "owned by the user namespace user:[4026532301], that of process 8", "The host does not see it, but its peer: `ip link` there lists `veth0`"},
		"lo":    {"net:[4026532105], the host's", "net:[4026532401], in which no process is", "The host sees nothing of it"},
	} {
		text := explained(t, e, name, nil).text()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("explain %s lacks %q:\n%s", name, w, text)
			}
		}
	}
	e.lang = say.FR
	for _, name := range []string{"", "3", "7", "8", "9", "veth0", "eth0", "lo"} {
		explained(t, e, name, nil)
	}
}

func TestExplainSaysOnWhichMountAPathIs(t *testing.T) {
	ns := mapHost
	ns.Mnt = 4026532500
	e := explainer{snap: explainLab(), lang: say.EN, ns: ns}
	text := explained(t, e, "/mnt/x", &place{Path: "/mnt/x", Mount: 21}).text()
	for _, w := range []string{"`/mnt/x` is on the mount on `/mnt` (ID 21)", "its source vol (device 0:77)", "slave (of peer group 4)",
		"The host does not see it there", "the same path is on the mount on `/`"} {
		if !strings.Contains(text, w) {
			t.Errorf("lacks %q:\n%s", w, text)
		}
	}
	// Without the mount's ID, by the path.
	if form := explained(t, e, "./x", &place{Path: "/mnt/x"}); form.Path.Mount != 21 || form.Path.HostSees {
		t.Errorf("%+v", form.Path)
	}
	if form := explained(t, e, "/etc", &place{Path: "/etc"}); !form.Path.HostSees {
		t.Errorf("%+v", form.Path)
	}
	e.ns = mapHost
	if text := explained(t, e, "/root/b`ox", &place{Path: "/root/b`ox"}).text(); !strings.Contains(text, "its directory `/image`") || !strings.Contains(text, "shared (peer group 4)") {
		t.Error(text)
	}
}

func TestExplainTakesNumbersAsTheCallerSeesThem(t *testing.T) {
	snap := explainLab()
	inner, _ := snap.Proc(8)
	e := explainer{snap: snap, lang: say.EN, ns: inner.NS, pids: inner.PIDs}
	if form := explained(t, e, "1", nil); form.Process.PID != 8 {
		t.Errorf("PID 1 in the inner namespace is %d", form.Process.PID)
	}
	for name, want := range map[string]string{
		"7":       "your PID namespace, pid:[4026532303], has none of that number. In the host there is one: 7 (unshare)",
		"4000":    "has none of that number. nslab map",
		"nothing": "nowhere in the lab",
		"/nope":   "nothing at /nope, as seen from the host",
		"\x1b[2J": `"\x1b[2J": nowhere`,
	} {
		if _, missing := e.form(name, 0, 0, func() *place { return nil }); !strings.Contains(missing, want) {
			t.Errorf("%q: %q lacks %q", name, missing, want)
		}
	}
}
