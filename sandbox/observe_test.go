package sandbox

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestASnapshotOfAFreshLab(t *testing.T) {
	l := newLab(t)
	s := snap(t, l)
	if len(s.Procs) != 1 || s.Procs[0].PID != 1 || s.Procs[0].Comm != "init" || s.Procs[0].NS != func() snapshot.Namespaces {
		n := s.Host
		n.PIDForChildren, n.TimeForChildren = n.PID, n.Time
		return n
	}() {
		t.Errorf("processes %+v\nhost %+v", s.Procs, s.Host)
	}
	if s.Procs[0].MachinePID != l.InitPID() {
		t.Errorf("init is %d, the snapshot says %d", l.InitPID(), s.Procs[0].MachinePID)
	}
	for _, kind := range snapshot.Kinds() {
		switch kind {
		case snapshot.Time: // the machine's
		case snapshot.User:
			if keeper(t).Confined() && s.Host.User == s.Machine.NS.User {
				t.Error("the user namespace is the machine's")
			}
		default:
			if s.Host.Of(kind) == s.Machine.NS.Of(kind) || s.Host.Of(kind) == 0 {
				t.Errorf("the %s namespace is %d, the machine's %d", kind, s.Host.Of(kind), s.Machine.NS.Of(kind))
			}
		}
	}
	if _, ok := s.IPC[s.Host.IPC]; !ok || len(s.Mounts[s.Host.Mnt]) == 0 || len(s.Net[s.Host.Net].Links) == 0 || s.UTS[s.Host.UTS].HostName != "host" {
		t.Errorf("%+v", s)
	}
	name, err := os.Hostname()
	if err != nil || s.Machine.UTS.HostName != name {
		t.Errorf("the machine is %q, the snapshot says %q", name, s.Machine.UTS.HostName)
	}
}

func TestAProcessIsDescribed(t *testing.T) {
	l := newLab(t)
	p, _ := background(t, l, 0, "mkdir '/tmp/a b'; cd '/tmp/a b'; echo; exec sleep 1000 0")
	var sp snapshot.Process
	eventually(t, "it sleeps", func() bool { sp = proc(t, snap(t, l), p); return sp.Comm == "sleep" && sp.State == "S" })
	if !slices.Equal(sp.Args, []string{"sleep", "1000", "0"}) || sp.Parent != 0 || sp.Group != sp.PID || sp.Session != sp.PID ||
		sp.State != "S" || sp.Start == 0 || sp.UID != 0 || sp.GID != 0 || sp.Cwd.Path != "/tmp/a b" || sp.Root.Path != "/" || sp.CapEff == 0 ||
		!slices.Equal(sp.PIDs, []int{sp.PID}) || sp.MachinePID != p.PID || sp.Cwd.Ino == 0 || sp.Cwd.MountID != sp.Root.MountID {
		t.Errorf("%+v", sp)
	}
}

func TestAChildAndAZombieAreDescribed(t *testing.T) {
	l := newLab(t)
	// The child ends when its parent is a program that does not wait for it.
	p, _ := background(t, l, 0, "sleep 0.1 & echo; exec sleep 1000")
	eventually(t, "a zombie", func() bool {
		for _, sp := range snap(t, l).Procs {
			if sp.State == "Z" && sp.Parent == p.LabPID {
				return true
			}
		}
		return false
	})
}

// An init takes all processes of its PID namespace along when it ends (pid_namespaces(7)). No look may show it living
// when they have gone.
func TestAnInitThatEndsIsNeverSeenAliveWithoutThoseItTookAlong(t *testing.T) {
	l := newLab(t)
	midst := 0
	for range 40 {
		p, _ := background(t, l, unix.CLONE_NEWPID, "sleep 1000 & sleep 1000 & sleep 1000 & echo; wait")
		var inode uint64
		eventually(t, "all sleep", func() bool {
			s := snap(t, l)
			inode = proc(t, s, p).NS.PID
			return len(s.In(snapshot.PID, inode)) == 4
		})
		killed := make(chan error)
		go func() { killed <- p.Signal(unix.SIGKILL) }()
		for left := 4; left > 0; {
			s := snap(t, l)
			members := s.In(snapshot.PID, inode)
			if len(members) < 4 && slices.ContainsFunc(members, func(m snapshot.Process) bool { return m.PID == p.LabPID }) {
				t.Errorf("PID 1 lives with %d of 4: %+v", len(members), members)
			}
			if left = len(members); left == 0 {
				if init, there := s.Proc(p.LabPID); there && init.State == "X" {
					midst++
				}
			}
		}
		if err := <-killed; err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d looks were in the midst of an end", midst)
}

// nested starts a command that makes namespaces and says the PID, in the lab, of who is in them.
func nested(t *testing.T, l *Lab, command string) (*snapshot.Snapshot, snapshot.Process) {
	t.Helper()
	p, _ := background(t, l, 0, command)
	var s *snapshot.Snapshot
	var in []snapshot.Process
	eventually(t, "a process sleeps in "+command, func() bool {
		s, in = snap(t, l), nil
		for _, sp := range s.Procs {
			if sp.Comm == "sleep" && (sp.PID == p.LabPID || ancestor(s, sp, p.LabPID)) {
				in = append(in, sp)
			}
		}
		return len(in) == 1
	})
	return s, in[0]
}

func ancestor(s *snapshot.Snapshot, p snapshot.Process, pid int) bool {
	for p.Parent != 0 {
		if p.Parent == pid {
			return true
		}
		p, _ = s.Proc(p.Parent)
	}
	return false
}

func TestNamespacesThatTheLearnerMakesAreSeen(t *testing.T) {
	l := newLab(t)
	for option, kinds := range map[string][]snapshot.Kind{
		"--uts": {snapshot.UTS}, "--ipc": {snapshot.IPC}, "--net": {snapshot.Net}, "--mount": {snapshot.Mnt}, "--cgroup": {snapshot.Cgroup},
		"--user --map-root-user": {snapshot.User}, "--fork --pid --mount-proc": {snapshot.PID, snapshot.Mnt},
		"--fork --time --boottime 100": {snapshot.Time}, "--uts --ipc --net --user --map-root-user": {snapshot.UTS, snapshot.IPC, snapshot.Net, snapshot.User},
	} {
		if strings.Contains(option, "--time") && l.Host().Time == 0 || strings.Contains(option, "--user") && !keeper(t).Confined() {
			continue
		}
		s, p := nested(t, l, "unshare "+option+" sh -c 'echo; exec sleep 1000' & wait")
		for _, kind := range snapshot.Kinds() {
			own := p.NS.Of(kind) != s.Host.Of(kind)
			if own != slices.Contains(kinds, kind) {
				t.Errorf("unshare %s: own %s namespace: %v", option, kind, own)
			}
		}
		_, uts := s.UTS[p.NS.UTS]
		_, ipc := s.IPC[p.NS.IPC]
		net, mounts := s.Net[p.NS.Net], s.Mounts[p.NS.Mnt]
		_, user := s.Users[p.NS.User]
		if !uts || !ipc || len(net.Links) == 0 || len(mounts) == 0 || !user {
			t.Errorf("unshare %s: uts %v, ipc %v, links %d, mounts %d, user %v", option, uts, ipc, len(net.Links), len(mounts), user)
		}
	}
}

func TestAPIDNamespaceInTheLab(t *testing.T) {
	l := newLab(t)
	s, p := nested(t, l, "unshare --fork --pid --mount-proc sh -c 'echo; exec sleep 1000' & wait")
	if len(p.PIDs) != 2 || p.PIDs[0] != p.PID || p.Inside() != 1 {
		t.Errorf("%+v", p)
	}
	if pids, err := nsPIDs(p.MachinePID); err != nil || !slices.Equal(pids[l.depth:], p.PIDs) {
		t.Errorf("process %d of the machine has the numbers %v, %v", p.MachinePID, pids, err)
	}
	parent, ok := s.Proc(p.Parent)
	if !ok || parent.Comm != "unshare" || parent.NS.PID != s.Host.PID || parent.NS.PIDForChildren != p.NS.PID {
		t.Errorf("%+v", parent)
	}
	// Three deep.
	_, p = nested(t, l, "unshare -fp unshare -fp unshare -fp sh -c 'echo; exec sleep 1000' & wait")
	if len(p.PIDs) != 4 || p.Inside() != 1 || p.MachinePID == 0 {
		t.Errorf("%+v", p)
	}
}

func TestTheMachinesNumbersWithoutTheKernelsTranslation(t *testing.T) {
	k := keeper(t)
	l, other := newLab(t), newLabOf(t, k, LabOptions{})
	for _, lab := range []*Lab{l, other} {
		background(t, lab, 0, "unshare --fork --pid sh -c 'echo; exec sleep 1000' & wait")
	}
	want := snap(t, l)
	o := &observer{lab: l, snap: &snapshot.Snapshot{Procs: slices.Clone(want.Procs)}}
	for i := range o.snap.Procs {
		o.snap.Procs[i].MachinePID = 0
	}
	o.scanMachine()
	for i, p := range o.snap.Procs {
		if p.MachinePID != want.Procs[i].MachinePID || p.MachinePID == 0 {
			t.Errorf("process %d is %d, the kernel says %d", p.PID, p.MachinePID, want.Procs[i].MachinePID)
		}
	}
}

func TestTimeOffsetsAreSeen(t *testing.T) {
	l := newLab(t)
	if l.Host().Time == 0 {
		t.Skip("this kernel has no time namespaces")
	}
	_, p := nested(t, l, "unshare -T --boottime 1000 --monotonic 50 --fork sh -c 'echo; exec sleep 1000' & wait")
	if p.BootOffset != 1000 || p.MonotonicOffset != 50 {
		t.Errorf("%+v", p)
	}
}

func TestMapsOfANestedUserNamespace(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces")
	}
	l := newLab(t)
	s, p := nested(t, l, "unshare --user --map-user=1234 --map-group=77 sh -c 'echo; exec sleep 1000' & wait")
	u := s.Users[p.NS.User]
	if !slices.Equal(u.UIDMap, []snapshot.IDMap{{Inside: 1234, Outside: 0, Length: 1}}) ||
		!slices.Equal(u.GIDMap, []snapshot.IDMap{{Inside: 77, Outside: 0, Length: 1}}) || u.Setgroups != "deny" {
		t.Errorf("%+v", u)
	}
	// Its ID is the lab's root all the same.
	if p.UID != 0 || p.GID != 0 {
		t.Errorf("%+v", p)
	}
	if host := s.Users[s.Host.User]; !slices.Equal(host.UIDMap, []snapshot.IDMap{{Inside: 0, Outside: 0, Length: 1}}) {
		t.Errorf("host: %+v", host)
	}
	// Without maps it is nobody.
	s, p = nested(t, l, "unshare --user sh -c 'echo; exec sleep 1000' & wait")
	if u := s.Users[p.NS.User]; len(u.UIDMap) != 0 || u.Setgroups != "allow" && u.Setgroups != "deny" {
		t.Errorf("%+v", u)
	}
}

func TestRootsOfOthersAreSeen(t *testing.T) {
	needBusybox(t)
	l := newLab(t)
	tree := "mkdir -p /mnt/r/bin /mnt/r/old && mount -t tmpfs r /mnt/r && mkdir /mnt/r/bin /mnt/r/old && cp " + busyboxPath + " /mnt/r/bin/ && ln -s busybox /mnt/r/bin/sleep && "
	s, p := nested(t, l, tree+"exec chroot /mnt/r /bin/busybox sh -c 'echo; exec /bin/sleep 1000'")
	if p.Root.Path != "/mnt/r" || p.Root.MountID == s.Procs[0].Root.MountID || p.Root == s.Procs[0].Root || p.NS.Mnt != s.Host.Mnt {
		t.Errorf("chroot: %+v", p)
	}
	s, p = nested(t, l, "unshare --mount sh -c '"+tree+"cd /mnt/r && pivot_root . old && cd / && exec /bin/busybox sh -c \"/bin/busybox umount -l old; echo; exec /bin/sleep 1000\"' & wait")
	if p.Root.Path != "/" || p.Root.Ino == s.Procs[0].Root.Ino && p.Root.Dev == s.Procs[0].Root.Dev || len(s.Mounts[p.NS.Mnt]) != 1 {
		t.Errorf("pivot_root: %+v\n%+v", p, s.Mounts[p.NS.Mnt])
	}
}

func TestWhatTheLearnerDoesToProcDoesNotBlindTheKeeper(t *testing.T) {
	for _, harm := range []string{"umount -l /proc", "mount -t tmpfs x /proc", "mount --bind /tmp /proc", "umount -a -l; true", "mount -t tmpfs x /; mount -t tmpfs x /proc",
		"mount -t tmpfs x /dev; umount -l /dev/pts", "chmod 0 / /proc /dev; true", "mount -o remount,hidepid=2 /proc; true"} {
		t.Run(harm, func(t *testing.T) {
			l := newLab(t)
			p, _ := background(t, l, unix.CLONE_NEWUTS, "hostname inner; echo; exec sleep 1000")
			_ = shell(t, l, harm)
			var s *snapshot.Snapshot
			var sp snapshot.Process
			eventually(t, "it sleeps", func() bool { s = snap(t, l); sp = proc(t, s, p); return sp.Comm == "sleep" })
			if s.UTS[sp.NS.UTS].HostName != "inner" || s.UTS[s.Host.UTS].HostName != "host" || len(s.Net[s.Host.Net].Links) == 0 {
				t.Errorf("%+v", sp)
			}
			if _, ok := s.IPC[s.Host.IPC]; !ok {
				t.Error("no IPC namespace")
			}
			ty, err := l.NewShell("after", ShellOptions{Args: []string{"sleep", "1000"}})
			if err != nil {
				t.Logf("a shell after that: %v", err)
			} else {
				_ = ty.Close()
			}
		})
	}
}

func TestBothEndsOfAVethPairKnowEachOther(t *testing.T) {
	l := newLab(t)
	p, _ := background(t, l, unix.CLONE_NEWNET, "ip link set lo up; echo; exec sleep 1000")
	sh(t, l, fmt.Sprintf("ip link add veth7 type veth peer name eth7 netns %d && ip addr add 10.7.0.1/24 dev veth7 && ip link set veth7 up", p.LabPID))
	sh(t, l, fmt.Sprintf("nsenter -t %d -n sh -c 'ip addr add 10.7.0.2/24 dev eth7 && ip link set eth7 up && ip route add default via 10.7.0.1'", p.LabPID))
	// A pair within one namespace.
	sh(t, l, "ip link add va type veth peer name vb")
	bridged := shell(t, l, "ip link add br0 type bridge && ip link set va master br0").status == 0 // not in every kernel
	var s *snapshot.Snapshot
	var sp snapshot.Process
	eventually(t, "both ends have a carrier", func() bool {
		s = snap(t, l)
		sp = proc(t, s, p)
		running := 0
		for _, l := range append(slices.Clone(s.Net[s.Host.Net].Links), s.Net[sp.NS.Net].Links...) {
			if strings.HasSuffix(l.Name, "7") && l.Running {
				running++
			}
		}
		return running == 2
	})
	hostNS, innerNS := s.Net[s.Host.Net], s.Net[sp.NS.Net]
	link := func(n snapshot.NetNS, name string) snapshot.Link {
		t.Helper()
		for _, l := range n.Links {
			if l.Name == name {
				return l
			}
		}
		t.Fatalf("no link %s in %+v", name, n.Links)
		return snapshot.Link{}
	}
	out, in := link(hostNS, "veth7"), link(innerNS, "eth7")
	if out.Peer != in.Index || in.Peer != out.Index || out.PeerNS != sp.NS.Net || in.PeerNS != s.Host.Net {
		t.Errorf("veth7 %+v\neth7 %+v\nhost %d, inner %d", out, in, s.Host.Net, sp.NS.Net)
	}
	if !out.Up || !out.Running || !in.Up || !in.Running || out.Type != "veth" || out.MAC == "" {
		t.Errorf("veth7 %+v\neth7 %+v", out, in)
	}
	va, vb := link(hostNS, "va"), link(hostNS, "vb")
	if va.Peer != vb.Index || vb.Peer != va.Index || va.PeerNS != s.Host.Net || vb.PeerNS != s.Host.Net || va.Up {
		t.Errorf("va %+v\nvb %+v", va, vb)
	}
	if bridged {
		if br := link(hostNS, "br0"); br.Type != "bridge" || va.Master != br.Index {
			t.Errorf("br0 %+v, va %+v", br, va)
		}
	}
	if !slices.Contains(hostNS.Addrs, snapshot.Addr{LinkIndex: out.Index, IP: "10.7.0.1", Bits: 24}) ||
		!slices.Contains(innerNS.Addrs, snapshot.Addr{LinkIndex: in.Index, IP: "10.7.0.2", Bits: 24}) {
		t.Errorf("%+v\n%+v", hostNS.Addrs, innerNS.Addrs)
	}
	if !slices.Contains(hostNS.Routes, snapshot.Route{LinkIndex: out.Index, Dst: "10.7.0.0/24", Source: "10.7.0.1", Protocol: "kernel"}) ||
		!slices.Contains(innerNS.Routes, snapshot.Route{LinkIndex: in.Index, Dst: "default", Gateway: "10.7.0.1", Protocol: "boot"}) {
		t.Errorf("%+v\n%+v", hostNS.Routes, innerNS.Routes)
	}
	// One packet, and each knows the other's hardware address.
	sh(t, l, "ip neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev veth7")
	if n := snap(t, l).Net[s.Host.Net].Neighbours; !slices.Contains(n, snapshot.Neighbour{LinkIndex: out.Index, IP: "10.7.0.9", MAC: "02:00:00:00:00:09", State: "permanent"}) {
		t.Errorf("%+v", n)
	}
}

// Several namespaces of one lab: the IDs that the kernel uses between two begin at 0 in each.
func TestPeersAmongManyNamespaces(t *testing.T) {
	l := newLab(t)
	var inner []*Process
	for i := range 4 {
		p, _ := background(t, l, unix.CLONE_NEWNET, "echo; exec sleep 1000")
		sh(t, l, fmt.Sprintf("ip link add h%d type veth peer name e%d netns %d", i, i, p.LabPID))
		inner = append(inner, p)
	}
	sh(t, l, fmt.Sprintf("nsenter -t %d -n ip link add x type veth peer name y netns %d", inner[1].LabPID, inner[3].LabPID))
	s := snap(t, l)
	type end struct {
		name string
		ns   uint64
	}
	peer := map[end]end{}
	for ns, n := range s.Net {
		for _, a := range n.Links {
			for _, b := range s.Net[a.PeerNS].Links {
				if a.Type == "veth" && b.Index == a.Peer {
					peer[end{a.Name, ns}] = end{b.Name, a.PeerNS}
				}
			}
		}
	}
	at := func(i int) uint64 { return proc(t, s, inner[i]).NS.Net }
	for i := range inner {
		h, e := end{fmt.Sprint("h", i), s.Host.Net}, end{fmt.Sprint("e", i), at(i)}
		if peer[h] != e || peer[e] != h {
			t.Errorf("%v leads to %v, %v to %v", h, peer[h], e, peer[e])
		}
	}
	x, y := end{"x", at(1)}, end{"y", at(3)}
	if peer[x] != y || peer[y] != x {
		t.Errorf("%v leads to %v, %v to %v", x, peer[x], y, peer[y])
	}
}

func TestNamespacesWithoutAProcessAreSeenWhereAMountKeepsThem(t *testing.T) {
	l := newLab(t)
	sh(t, l, "ip netns add blue && ip link add v0 type veth peer name v1 netns blue && ip -n blue addr add 10.9.0.2/24 dev v1 && ip -n blue link set v1 up")
	sh(t, l, "touch '/run/u t s' && unshare '--uts=/run/u t s' hostname kept")
	s := snap(t, l)
	var blue uint64
	for ns, n := range s.Net {
		for _, a := range n.Addrs {
			if a.IP == "10.9.0.2" {
				blue = ns
			}
		}
	}
	if blue == 0 || len(s.In(snapshot.Net, blue)) != 0 {
		t.Fatalf("%+v", s.Net)
	}
	for _, link := range s.Net[s.Host.Net].Links {
		if link.Name == "v0" && link.PeerNS != blue {
			t.Errorf("%+v, blue is %d", link, blue)
		}
	}
	kept := false
	for _, u := range s.UTS {
		kept = kept || u.HostName == "kept"
	}
	if !kept {
		t.Errorf("%+v", s.UTS)
	}
	sh(t, l, "ip netns del blue; umount '/run/u t s'")
	if s := snap(t, l); len(s.Net) != 1 || len(s.UTS) != 1 {
		t.Errorf("after they were deleted: %+v %+v", s.Net, s.UTS)
	}
}

func TestSystemVObjectsAreSeenInTheirNamespace(t *testing.T) {
	needProgram(t, "/usr/bin/ipcmk")
	l := newLab(t)
	sh(t, l, "ipcmk -Q")
	p, _ := background(t, l, unix.CLONE_NEWIPC, "ipcmk -M 4096 >/dev/null; ipcmk -S 3 >/dev/null; ipcmk -S 1 >/dev/null; echo; exec sleep 1000")
	s := snap(t, l)
	host, inner := s.IPC[s.Host.IPC], s.IPC[proc(t, s, p).NS.IPC]
	if len(host.Queues) != 1 || len(host.Segments) != 0 || len(host.Semaphores) != 0 {
		t.Errorf("host: %+v", host)
	}
	if len(inner.Queues) != 0 || len(inner.Segments) != 1 || inner.Segments[0].Bytes != 4096 || len(inner.Semaphores) != 2 {
		t.Errorf("inner: %+v", inner)
	}
}

func TestListenersAreSeenInTheirNamespace(t *testing.T) {
	needBusybox(t)
	l := newLab(t)
	bb := busyboxPath + " "
	p, _ := background(t, l, unix.CLONE_NEWNET, "ip link set lo up; "+bb+"httpd -f -p 8080 & "+bb+"nc -l -p 81 127.0.0.1 & echo; wait")
	background(t, l, 0, bb+"httpd -f -p 127.0.0.1:9090 & echo; wait")
	var s *snapshot.Snapshot
	eventually(t, "three listeners", func() bool {
		s = snap(t, l)
		return len(s.Net[s.Host.Net].Listening) >= 1 && len(s.Net[proc(t, s, p).NS.Net].Listening) >= 2
	})
	has := func(ns uint64, port int) bool {
		return slices.ContainsFunc(s.Net[ns].Listening, func(l snapshot.Listener) bool { return l.Port == port && l.Inode != 0 })
	}
	inner := proc(t, s, p).NS.Net
	if !has(s.Host.Net, 9090) || !has(inner, 8080) || has(s.Host.Net, 8080) || has(inner, 9090) {
		t.Errorf("host %+v\ninner %+v", s.Net[s.Host.Net].Listening, s.Net[inner].Listening)
	}
	if got := s.Net[s.Host.Net].Listening[0].IP; got != "127.0.0.1" {
		t.Errorf("it listens at %s", got)
	}
}

func TestPropagationIsSeen(t *testing.T) {
	l := newLab(t)
	for _, m := range snap(t, l).Mounts[l.Host().Mnt] {
		if m.Propagation() != "shared" {
			t.Errorf("%s is %s", m.Point, m.Propagation())
		}
	}
	sh(t, l, "mkdir /mnt/a /mnt/b /mnt/c; mount -t tmpfs --make-private a /mnt/a; mount -t tmpfs --make-unbindable b /mnt/b; mount -t tmpfs 'c d' /mnt/c")
	s, p := nested(t, l, "unshare --mount --propagation slave sh -c 'echo; exec sleep 1000' & wait")
	of := func(ns uint64, point string) string {
		for _, m := range s.Mounts[ns] {
			if m.Point == point {
				return m.Propagation()
			}
		}
		return ""
	}
	for point, want := range map[string]string{"/mnt/a": "private", "/mnt/b": "unbindable", "/mnt/c": "shared"} {
		if got := of(s.Host.Mnt, point); got != want {
			t.Errorf("%s is %s, want %s", point, got, want)
		}
	}
	if got := of(p.NS.Mnt, "/mnt/c"); got != "slave" {
		t.Errorf("in the other namespace /mnt/c is %s", got)
	}
	// What is mounted in the host reaches a slave, and not the other way.
	sh(t, l, "mkdir /mnt/c/x && mount -t tmpfs x /mnt/c/x")
	sh(t, l, fmt.Sprintf("nsenter -t %d -m sh -c 'mkdir /mnt/c/y && mount -t tmpfs y /mnt/c/y'", p.PID))
	s = snap(t, l)
	if of(p.NS.Mnt, "/mnt/c/x") == "" || of(s.Host.Mnt, "/mnt/c/y") != "" || of(p.NS.Mnt, "/mnt/c/y") == "" {
		t.Errorf("host %+v\ninner %+v", s.Mounts[s.Host.Mnt], s.Mounts[p.NS.Mnt])
	}
}

func TestASnapshotLeavesNothingOpen(t *testing.T) {
	l := newLab(t)
	background(t, l, unix.CLONE_NEWNET|unix.CLONE_NEWIPC|unix.CLONE_NEWUTS, "echo; exec sleep 1000")
	snap(t, l)
	before := openFiles(t)
	for range 20 {
		snap(t, l)
		run(t, l, Command{Args: []string{"true"}}, "")
	}
	if after := openFiles(t); after > before+5 { // other tests may still be ending
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// On a machine of one's own an unmounted /proc or /sys can be mounted again, and ip-netns(8) relies on it.
func TestProcAndSysCanBeMountedAgain(t *testing.T) {
	l := newLab(t)
	sh(t, l, "ip netns add blue && ip netns exec blue ip link set lo up && ip netns exec blue ls /sys/class/net | grep -qx lo")
	sh(t, l, "umount -l /sys && mount -t sysfs sysfs /sys && ls /sys/class/net | grep -qx lo")
	sh(t, l, "umount -l /proc && mount -t proc proc /proc && ls /proc/self/ns/uts")
	if s := snap(t, l); len(s.Procs) != 1 {
		t.Errorf("%+v", s.Procs)
	}
}
