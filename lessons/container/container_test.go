package container

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

// Inode numbers of the host's namespaces; those of the box are boxNS more.
const (
	userNS uint64 = 100 + iota
	mntNS
	utsNS
	ipcNS
	netNS
	pidNS
	cgroupNS
	timeNS
	boxNS   uint64 = 100
	otherNS uint64 = 300 // the network namespace of the second container
)

// PIDs of the lab as it begins, and of those that build a box.
const (
	initPID     = 1
	hostPID     = 2
	isolatedPID = 3
	unsharePID  = 10
	boxPID      = 11
)

const full = 1<<41 - 1

var hostKinds = snapshot.Namespaces{User: userNS, Mnt: mntNS, UTS: utsNS, IPC: ipcNS, Net: netNS, PID: pidNS, Cgroup: cgroupNS,
	Time: timeNS, PIDForChildren: pidNS}

// boxKinds are the namespaces of the box, of every kind but user and time.
func boxKinds() snapshot.Namespaces {
	return snapshot.Namespaces{User: userNS, Mnt: mntNS + boxNS, UTS: utsNS + boxNS, IPC: ipcNS + boxNS, Net: netNS + boxNS,
		PID: pidNS + boxNS, Cgroup: cgroupNS + boxNS, Time: timeNS, PIDForChildren: pidNS + boxNS}
}

func hostMounts() []snapshot.Mount {
	return []snapshot.Mount{
		{ID: 1, Dev: "0:30", Root: "/", Point: "/", FSType: "tmpfs", Options: []string{"rw"}, SuperOptions: []string{"rw"}},
		{ID: 2, Parent: 1, Dev: "0:31", Root: "/", Point: "/proc", FSType: "proc", Options: []string{"rw"}, SuperOptions: []string{"rw"}},
	}
}

func fresh() *snapshot.Snapshot {
	p := func(pid int, comm string, caps uint64) snapshot.Process {
		return snapshot.Process{PID: pid, PIDs: []int{pid}, Comm: comm, State: "S", NS: hostKinds, Start: uint64(pid), Cgroup: "/lab",
			Root: snapshot.Dir{Path: "/", Dev: 30, Ino: 1}, CapEff: caps, CapPrm: caps, CapBnd: caps}
	}
	return &snapshot.Snapshot{
		Host:   hostKinds,
		Shells: map[string]int{"host": hostPID, "isolated": isolatedPID},
		Procs:  []snapshot.Process{p(initPID, "init", 0), p(hostPID, "bash", full), p(isolatedPID, "bash", full)},
		UTS:    map[uint64]snapshot.UTSNS{utsNS: {HostName: "host"}},
		Net:    map[uint64]snapshot.NetNS{netNS: {Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}}}},
		Mounts: map[uint64][]snapshot.Mount{mntNS: hostMounts()},
		Files:  map[string]snapshot.File{},
		Limits: map[string]snapshot.Limits{"/lab": {PidsMax: -1, MemoryMax: -1}},
	}
}

// change is what a learner did to a lab.
type change = func(*checks.View)

// lab is a view of the lab as the learner finds it, changed.
func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func do(changes ...change) []change { return changes }

// all joins changes.
func all(changes ...change) change {
	return func(v *checks.View) {
		for _, c := range changes {
			c(v)
		}
	}
}

func unpack(v *checks.View) { v.Now.Files[unpacked] = snapshot.File{} }

var rootNames = []string{"bin", "dev", "etc", "proc"}

// overlay mounts one on /root/merged in the host.
func overlay(names ...string) change {
	return func(v *checks.View) {
		v.Now.Mounts[mntNS] = append(v.Now.Mounts[mntNS], snapshot.Mount{ID: 50, Parent: 1, Dev: "0:40", Root: "/", Point: "/root/merged", FSType: "overlay",
			Options: []string{"rw"}, SuperOptions: []string{"rw", "lowerdir=busybox", "upperdir=upper", "workdir=work"}, Names: names})
	}
}

// mount changes the mount that was made last in a namespace.
func mount(ns uint64, f func(*snapshot.Mount)) change {
	return func(v *checks.View) { f(&v.Now.Mounts[ns][len(v.Now.Mounts[ns])-1]) }
}

func addMount(ns uint64, m snapshot.Mount) change {
	return func(v *checks.View) { v.Now.Mounts[ns] = append(v.Now.Mounts[ns], m) }
}

// unshared is "unshare ... bash" in shell isolated: namespaces of its own, and all mounts copied.
func unshared(v *checks.View) {
	waits := snapshot.Process{PID: unsharePID, PIDs: []int{unsharePID}, Parent: isolatedPID, Comm: "unshare", State: "S", Start: 10, NS: boxKinds(),
		Root: snapshot.Dir{Path: "/", Dev: 30, Ino: 1}, Cgroup: "/lab", CapEff: full, CapPrm: full, CapBnd: full}
	waits.NS.PID = pidNS
	p := waits
	p.PID, p.PIDs, p.Parent, p.Comm, p.NS, p.Start = boxPID, []int{boxPID, 1}, unsharePID, "bash", boxKinds(), 11
	v.Now.Procs = append(v.Now.Procs, waits, p)
	v.Now.UTS[p.NS.UTS] = v.Now.UTS[utsNS]
	v.Now.Net[p.NS.Net] = snapshot.NetNS{Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}}}
	v.Now.Mounts[p.NS.Mnt] = hostMounts()
}

func named(name string) change {
	return func(v *checks.View) { v.Now.UTS[utsNS+boxNS] = snapshot.UTSNS{HostName: name} }
}

// pivoted is pivot_root into the overlay, the old root on /old.
func pivoted(v *checks.View) {
	v.Now.Mounts[mntNS+boxNS] = []snapshot.Mount{
		{ID: 60, Dev: "0:40", Root: "/", Point: "/", FSType: "overlay", Options: []string{"rw"}, SuperOptions: []string{"rw", "lowerdir=busybox", "upperdir=upper"}, Names: rootNames},
		{ID: 61, Parent: 60, Dev: "0:30", Root: "/", Point: "/old", FSType: "tmpfs", Options: []string{"rw"}},
	}
	for i := range v.Now.Procs {
		if p := &v.Now.Procs[i]; p.NS.Mnt == mntNS+boxNS {
			p.Root = snapshot.Dir{Path: "/", Dev: 40, Ino: 7}
		}
	}
}

func procMounted(v *checks.View) {
	addMount(mntNS+boxNS, snapshot.Mount{ID: 62, Parent: 60, Dev: "0:41", Root: "/", Point: "/proc", FSType: "proc", Options: []string{"rw"}})(v)
}

func oldGone(v *checks.View) {
	ns := mntNS + boxNS
	v.Now.Mounts[ns] = slices.DeleteFunc(v.Now.Mounts[ns], func(m snapshot.Mount) bool { return m.Point == "/old" })
}

// theBox is all of it.
var theBox = all(overlay(rootNames...), unshared, named("aquarium"), pivoted, procMounted, oldGone)

// start starts a process with a copy of another's namespaces, root and capabilities.
func start(pid, parent, like int, comm string, f func(*snapshot.Process)) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(like)
		p.PID, p.Parent, p.Comm, p.Start = pid, parent, comm, uint64(pid)
		p.PIDs = []int{pid}
		if p.NS.PID != pidNS {
			p.PIDs = []int{pid, pid - boxPID + 1}
		}
		if f != nil {
			f(&p)
		}
		v.Now.Procs = append(v.Now.Procs, p)
	}
}

// with changes a process that is there.
func with(pid int, f func(*snapshot.Process)) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].PID == pid {
				f(&v.Now.Procs[i])
			}
		}
	}
}

// end ends processes.
func end(pids ...int) change {
	return func(v *checks.View) {
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return slices.Contains(pids, p.PID) })
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.UTS, s.Net, s.Mounts = slices.Clone(s.Procs), maps.Clone(s.UTS), maps.Clone(s.Net), maps.Clone(s.Mounts)
	v.Seen = append(v.Seen, &s)
}

func failed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: 1}) }
}

// links and addrs add to a network namespace.
func links(ns uint64, ls ...snapshot.Link) change {
	return func(v *checks.View) {
		n := v.Now.Net[ns]
		n.Links = append(slices.Clone(n.Links), ls...)
		v.Now.Net[ns] = n
	}
}

func addr(ns uint64, link int, ip string, bits int) change {
	return func(v *checks.View) {
		n := v.Now.Net[ns]
		n.Addrs = append(slices.Clone(n.Addrs), snapshot.Addr{LinkIndex: link, IP: ip, Bits: bits})
		v.Now.Net[ns] = n
	}
}

func link(ns uint64, name string, f func(*snapshot.Link)) change {
	return func(v *checks.View) {
		n := v.Now.Net[ns]
		n.Links = slices.Clone(n.Links)
		for i := range n.Links {
			if n.Links[i].Name == name {
				f(&n.Links[i])
			}
		}
		v.Now.Net[ns] = n
	}
}

func netOf(ns uint64, f func(*snapshot.NetNS)) change {
	return func(v *checks.View) {
		n := v.Now.Net[ns]
		f(&n)
		v.Now.Net[ns] = n
	}
}

const otherMAC = "02:00:00:00:00:03"

func bridgeUp(v *checks.View) {
	links(netNS, snapshot.Link{Index: 5, Name: "br0", Type: "bridge", Up: true, Running: true})(v)
}

var bridgeAddr = addr(netNS, 5, "10.2.0.1", 24)

// cable is a veth pair from the host, in the bridge, to the box, with its address.
var cable = all(
	links(netNS, snapshot.Link{Index: 6, Name: "veth0", Type: "veth", Up: true, Peer: 2, PeerNS: netNS + boxNS, Master: 5}),
	links(netNS+boxNS, snapshot.Link{Index: 2, Name: "eth0", Type: "veth", Up: true, Peer: 6, PeerNS: netNS}))

var boxAddr = addr(netNS+boxNS, 2, "10.2.0.2", 24)

var second = all(
	links(netNS, snapshot.Link{Index: 7, Name: "veth1", Type: "veth", Up: true, Peer: 2, PeerNS: otherNS, Master: 5}),
	links(otherNS, snapshot.Link{Index: 2, Name: "eth0", Type: "veth", MAC: otherMAC, Up: true, Peer: 7, PeerNS: netNS}),
	addr(otherNS, 2, "10.2.0.3", 24))

var cabled = all(theBox, bridgeUp, bridgeAddr, cable, boxAddr)

// met is what a ping leaves in the box's tables.
func met(replies, requests int64) change {
	return netOf(netNS+boxNS, func(n *snapshot.NetNS) {
		n.EchoReplies, n.EchoRequests = replies, requests
		n.Neighbours = []snapshot.Neighbour{{LinkIndex: 2, IP: "10.2.0.3", MAC: otherMAC, State: "reachable"}}
	})
}

func joins(pid int, f func(*snapshot.Process)) change {
	return all(start(pid-1, hostPID, unsharePID, "nsenter", nil), start(pid, pid-1, boxPID, "sh", f))
}

func caps(set uint64) func(*snapshot.Process) {
	return func(p *snapshot.Process) { p.CapEff, p.CapPrm, p.CapBnd = set, set, set }
}

const less = full &^ (1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_NET_RAW)

func cgroup(path string, max int64) change {
	return all(with(boxPID, func(p *snapshot.Process) { p.Cgroup = path }), func(v *checks.View) {
		v.Now.Limits[path] = snapshot.Limits{PidsMax: max, MemoryMax: -1}
	})
}

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

// right are states that satisfy.
var right = []state{
	{"layers", "written through the overlay", do(unpack, overlay(append(rootNames, "aquarium")...)), "container.layered"},
	{"layers", "elsewhere, and unpacked elsewhere", do(overlay(append(rootNames, "aquarium")...), mount(mntNS, func(m *snapshot.Mount) { m.Point = "/mnt" })), "container.layered"},
	{"layers", "as newer tools print it", do(overlay(append(rootNames, "aquarium")...), mount(mntNS, func(m *snapshot.Mount) {
		m.SuperOptions = []string{"rw", "lowerdir+=/a", "lowerdir+=/b", "upperdir=/c"}
	})), "container.layered"},
	{"layers", "in the box", do(theBox, mount(mntNS, func(m *snapshot.Mount) { m.Names = append(slices.Clone(rootNames), "aquarium") })), "container.layered"},
	{"layers", "the second of two", do(overlay("a"), overlay(append(rootNames, "aquarium")...), mount(mntNS, func(m *snapshot.Mount) { m.ID, m.Point = 51, "/mnt" })), "container.layered"},

	{"box", "as the text has it", do(theBox), "container.boxed"},
	{"box", "in a user namespace too", do(theBox, with(boxPID, func(p *snapshot.Process) { p.NS.User += boxNS })), "container.boxed"},
	{"box", "a data directory of the host mounted in it", do(theBox, addMount(mntNS+boxNS, snapshot.Mount{ID: 70, Dev: "0:30", Root: "/root/data", Point: "/mnt", FSType: "tmpfs"})), "container.boxed"},
	{"box", "without the unshare that waited", do(theBox, end(unsharePID)), "container.boxed"},
	{"box", "a second try after one that ended", do(theBox, seen, end(boxPID, unsharePID), theBox), "container.boxed"},

	{"wire", "pinged by the box", do(cabled, second, met(3, 0)), "container.wired"},
	{"wire", "pinged by the other", do(cabled, second, met(0, 3)), "container.wired"},
	{"wire", "a process in the second one, counted", do(cabled, second, start(20, hostPID, hostPID, "sleep", func(p *snapshot.Process) { p.NS.Net = otherNS }), met(3, 0), netOf(otherNS, func(n *snapshot.NetNS) { n.EchoRequests = 3 })), "container.wired"},
	{"wire", "a second address beside the right one", do(cabled, addr(netNS+boxNS, 2, "10.2.0.2", 32), second, met(1, 1)), "container.wired"},

	{"limit", "a cgroup of its own", do(theBox, cgroup("/lab/aquarium", 20)), "container.limited"},
	{"limit", "the host's moved away, the box left where it was", do(theBox, with(initPID, away), with(hostPID, away), with(isolatedPID, away), with(unsharePID, away), cgroup("/lab", 20)), "container.limited"},
	{"limit", "the unshare and the shell above it limited as well", do(theBox, with(unsharePID, in("/lab/aquarium")), with(isolatedPID, in("/lab/aquarium")), cgroup("/lab/aquarium", 20)), "container.limited"},

	{"exec", "nsenter", do(theBox, joins(21, nil)), "container.joined"},
	{"exec", "nsenter has ended, init has its child", do(theBox, joins(21, nil), end(20), with(21, func(p *snapshot.Process) { p.Parent = initPID })), "container.joined"},
	{"exec", "a child of who joined beside", do(theBox, joins(21, nil), start(22, 21, boxPID, "ps", nil)), "container.joined"},
	{"exec", "into a box in a user namespace", do(theBox, with(boxPID, func(p *snapshot.Process) { p.NS.User += boxNS }), joins(21, nil)), "container.joined"},

	{"bare", "setpriv in the box", do(theBox, start(21, boxPID, boxPID, "sh", caps(less))), "container.bare"},
	{"bare", "PID 1", do(theBox, with(boxPID, caps(less))), "container.bare"},
	{"bare", "all dropped, by who joined", do(theBox, joins(21, caps(0))), "container.bare"},
}

func away(p *snapshot.Process) { p.Cgroup = "/lab/host" }

func in(path string) func(*snapshot.Process) {
	return func(p *snapshot.Process) { p.Cgroup = path }
}

// wrong are states that do not, and what the learner is told.
var wrong = []state{
	{"layers", "nothing done", nil, "container.not-unpacked"},
	{"layers", "unpacked", do(unpack), "container.no-overlay"},
	{"layers", "a bind mount", do(unpack, addMount(mntNS, snapshot.Mount{ID: 9, Dev: "0:30", Root: "/root/busybox", Point: "/root/merged", FSType: "tmpfs"})), "container.bind-instead"},
	{"layers", "refused", do(unpack, failed("host", "sudo mount -t overlay overlay -o lowerdir=busybox, upperdir=upper merged")), "container.overlay-refused"},
	{"layers", "no upper layer", do(unpack, overlay(rootNames...), mount(mntNS, func(m *snapshot.Mount) { m.SuperOptions = []string{"ro", "lowerdir=a:b"} })), "container.no-upper"},
	{"layers", "read-only", do(unpack, overlay(append(rootNames, "aquarium")...), mount(mntNS, func(m *snapshot.Mount) { m.Options = []string{"ro"} })), "container.read-only"},
	{"layers", "another folder below", do(unpack, overlay("busybox", "upper", "aquarium")), "container.wrong-lower"},
	{"layers", "nothing below", do(unpack, overlay()), "container.wrong-lower"},
	{"layers", "written into the image", do(unpack, overlay(append(rootNames, "aquarium")...), func(v *checks.View) { v.Now.Files["/root/busybox/aquarium"] = snapshot.File{} }), "container.written-below"},
	{"layers", "nothing written", do(unpack, overlay(rootNames...)), "container.not-written"},
	{"layers", "hidden by another mount", do(unpack, overlay(append(rootNames, "aquarium")...), addMount(mntNS, snapshot.Mount{ID: 99, Point: "/root/merged", FSType: "tmpfs", Root: "/", Dev: "0:99"})), "container.no-overlay"},

	{"box", "nothing done", nil, "container.no-layers"},
	{"box", "unshared, and no overlay", do(unshared, named("aquarium")), "container.no-layers"},
	{"box", "only the layers", do(overlay(rootNames...)), "container.no-box"},
	{"box", "a process named bash", do(overlay(rootNames...), start(20, isolatedPID, isolatedPID, "bash", nil)), "container.no-box"},
	{"box", "the host renamed", do(overlay(rootNames...), unshared, func(v *checks.View) { v.Now.UTS[utsNS] = snapshot.UTSNS{HostName: "aquarium"} }), "container.host-renamed"},
	{"box", "all in place, and the host renamed too", do(theBox, func(v *checks.View) { v.Now.UTS[utsNS] = snapshot.UTSNS{HostName: "aquarium"} }), "container.host-renamed"},
	{"box", "without --fork", do(start(20, isolatedPID, isolatedPID, "bash", func(p *snapshot.Process) { p.NS = boxKinds(); p.NS.PID, p.NS.PIDForChildren = pidNS, 0 })), "container.without-fork"},
	{"box", "without --cgroup", do(overlay(rootNames...), unshared, with(boxPID, func(p *snapshot.Process) { p.NS.Cgroup = cgroupNS })), "container.shares"},
	{"box", "not named", do(overlay(rootNames...), unshared), "container.not-named"},
	{"box", "the host's root", do(overlay(rootNames...), unshared, named("aquarium")), "container.not-pivoted"},
	{"box", "chroot", do(overlay(rootNames...), unshared, named("aquarium"), with(boxPID, func(p *snapshot.Process) { p.Root.Path = "/root/merged" })), "container.chrooted"},
	{"box", "chroot in a shell in the shell", do(overlay(rootNames...), unshared, named("aquarium"), start(20, boxPID, boxPID, "sh", func(p *snapshot.Process) { p.Root.Path = "/root/merged" })), "container.chrooted"},
	{"box", "the image itself", do(unshared, named("aquarium"), pivoted, func(v *checks.View) { v.Now.Mounts[mntNS+boxNS][0].FSType = "tmpfs" }), "container.root-not-overlay"},
	{"box", "an overlay to read", do(unshared, named("aquarium"), pivoted, func(v *checks.View) { v.Now.Mounts[mntNS+boxNS][0].SuperOptions = nil }), "container.root-no-upper"},
	{"box", "no /proc", do(unshared, named("aquarium"), pivoted, oldGone), "container.no-proc"},
	{"box", "the host's /proc", do(unshared, named("aquarium"), pivoted, procMounted, oldGone, mount(mntNS+boxNS, func(m *snapshot.Mount) { m.Dev = "0:31" })), "container.hosts-proc"},
	{"box", "the old root", do(unshared, named("aquarium"), pivoted, procMounted), "container.old-root"},
	{"box", "ended", do(theBox, seen, end(boxPID, unsharePID)), "container.box-ended"},
	{"box", "a zombie", do(theBox, with(boxPID, func(p *snapshot.Process) { p.State = "Z" }), end(unsharePID)), "container.no-box"},

	{"wire", "nothing done", nil, "container.without-box"},
	{"wire", "the box gone", do(theBox, seen, end(boxPID, unsharePID)), "container.box-gone"},
	{"wire", "no cable", do(theBox), "container.no-veth"},
	{"wire", "both ends in the host", do(theBox, links(netNS, snapshot.Link{Index: 6, Name: "veth0", Type: "veth", Peer: 7, PeerNS: netNS}, snapshot.Link{Index: 7, Name: "eth0", Type: "veth", Peer: 6, PeerNS: netNS})), "container.peer-in-host"},
	{"wire", "a dummy", do(theBox, links(netNS+boxNS, snapshot.Link{Index: 2, Name: "eth0", Type: "dummy", Up: true}), boxAddr), "container.not-veth"},
	{"wire", "no address", do(theBox, bridgeUp, bridgeAddr, cable), "container.no-address"},
	{"wire", "only one of IPv6", do(theBox, bridgeUp, bridgeAddr, cable, addr(netNS+boxNS, 2, "fe80::1", 64)), "container.no-address"},
	{"wire", "another address", do(theBox, bridgeUp, bridgeAddr, cable, addr(netNS+boxNS, 2, "10.2.0.20", 24)), "container.other-address"},
	{"wire", "the address in the host", do(theBox, bridgeUp, bridgeAddr, cable, addr(netNS, 6, "10.2.0.2", 24)), "container.address-elsewhere"},
	{"wire", "/32", do(theBox, bridgeUp, bridgeAddr, cable, addr(netNS+boxNS, 2, "10.2.0.2", 32)), "container.prefix"},
	{"wire", "down", do(cabled, link(netNS+boxNS, "eth0", func(l *snapshot.Link) { l.Up = false })), "container.down"},
	{"wire", "the host's end down", do(cabled, link(netNS, "veth0", func(l *snapshot.Link) { l.Up = false })), "container.down"},
	{"wire", "the bridge down", do(cabled, link(netNS, "br0", func(l *snapshot.Link) { l.Up = false })), "container.down"},
	{"wire", "no bridge", do(theBox, cable, boxAddr, link(netNS, "veth0", func(l *snapshot.Link) { l.Master = 0 })), "container.no-bridge"},
	{"wire", "not in the bridge", do(cabled, link(netNS, "veth0", func(l *snapshot.Link) { l.Master = 0 })), "container.not-in-bridge"},
	{"wire", "the bridge without its address", do(theBox, bridgeUp, cable, boxAddr), "container.no-bridge-address"},
	{"wire", "the bridge's address on a port", do(theBox, bridgeUp, cable, boxAddr, addr(netNS, 6, "10.2.0.1", 24)), "container.address-on-port"},
	{"wire", "the bridge with /32", do(theBox, bridgeUp, cable, boxAddr, addr(netNS, 5, "10.2.0.1", 32)), "container.prefix"},
	{"wire", "nobody else", do(cabled), "container.no-other"},
	{"wire", "the other in the host", do(cabled, addr(netNS, 5, "10.2.0.3", 24)), "container.other-elsewhere"},
	{"wire", "the other in the box", do(cabled, addr(netNS+boxNS, 2, "10.2.0.3", 24)), "container.other-elsewhere"},
	{"wire", "the other on lo", do(cabled, links(otherNS, snapshot.Link{Index: 1, Name: "lo", Type: "loopback"}), addr(otherNS, 1, "10.2.0.3", 24)), "container.other-no-veth"},
	{"wire", "the other on lo, beside its cable", do(cabled, second, netOf(otherNS, func(n *snapshot.NetNS) { n.Addrs = []snapshot.Addr{{LinkIndex: 1, IP: "10.2.0.3", Bits: 24}} })), "container.other-no-veth"},
	{"wire", "the other with /32", do(cabled, second, netOf(otherNS, func(n *snapshot.NetNS) { n.Addrs[0].Bits = 32 })), "container.prefix"},
	{"wire", "the other down", do(cabled, second, link(otherNS, "eth0", func(l *snapshot.Link) { l.Up = false })), "container.down"},
	{"wire", "the other not plugged in", do(cabled, second, link(netNS, "veth1", func(l *snapshot.Link) { l.Master = 0 })), "container.not-in-bridge"},
	{"wire", "two bridges", do(cabled, second, links(netNS, snapshot.Link{Index: 8, Name: "br1", Type: "bridge", Up: true}), link(netNS, "veth1", func(l *snapshot.Link) { l.Master = 8 })), "container.two-bridges"},
	{"wire", "not pinged", do(cabled, second), "container.not-pinged"},
	{"wire", "asked, and nobody answered", do(cabled, second, met(0, 0)), "container.not-pinged"},
	{"wire", "the bridge pinged", do(cabled, second, netOf(netNS+boxNS, func(n *snapshot.NetNS) { n.EchoReplies = 3 })), "container.not-pinged"},
	{"wire", "somebody with another MAC answered", do(cabled, second, met(3, 0), link(otherNS, "eth0", func(l *snapshot.Link) { l.MAC = "02:00:00:00:00:99" })), "container.not-pinged"},
	{"wire", "a process in the second one, not counted", do(cabled, second, start(20, hostPID, hostPID, "sleep", func(p *snapshot.Process) { p.NS.Net = otherNS }), met(3, 0)), "container.not-pinged"},

	{"limit", "nothing done", nil, "container.without-box"},
	{"limit", "the box gone", do(theBox, seen, end(boxPID, unsharePID)), "container.box-gone"},
	{"limit", "in the host's cgroup", do(theBox), "container.hosts-cgroup"},
	{"limit", "the host's cgroup limited", do(theBox, cgroup("/lab", 20)), "container.hosts-cgroup"},
	{"limit", "no limit", do(theBox, cgroup("/lab/aquarium", -1)), "container.no-limit"},
	{"limit", "a cgroup of which nothing is known", do(theBox, with(boxPID, in("/lab/x"))), "container.no-limit"},
	{"limit", "another limit", do(theBox, cgroup("/lab/aquarium", 200)), "container.other-limit"},

	{"exec", "nothing done", nil, "container.without-box"},
	{"exec", "the box gone", do(theBox, seen, end(boxPID, unsharePID)), "container.box-gone"},
	{"exec", "nobody", do(theBox), "container.not-joined"},
	{"exec", "a shell born in the box", do(theBox, start(21, boxPID, boxPID, "sh", nil)), "container.exec-child"},
	{"exec", "without --pid", do(theBox, start(21, hostPID, unsharePID, "sh", nil)), "container.joined-without-pid"},
	{"exec", "without --mount and --pid", do(theBox, start(21, hostPID, unsharePID, "bash", func(p *snapshot.Process) { p.NS.Mnt = mntNS })), "container.joined-some"},
	{"exec", "without --mount", do(theBox, joins(21, func(p *snapshot.Process) { p.NS.Mnt = mntNS })), "container.joined-some"},
	{"exec", "into a box in a user namespace, without it", do(theBox, with(boxPID, func(p *snapshot.Process) { p.NS.User += boxNS }), joins(21, func(p *snapshot.Process) { p.NS.User = userNS })), "container.joined-some"},
	{"exec", "with another root", do(theBox, joins(21, func(p *snapshot.Process) { p.Root.Path = "/jail" })), "container.joined-other-root"},
	{"exec", "with another root of the same path", do(theBox, joins(21, func(p *snapshot.Process) { p.Root.Ino = 99 })), "container.joined-other-root"},
	{"exec", "--all", do(theBox, failed("host", "sudo nsenter --target 11 --all sh")), "container.all-refused"},
	{"exec", "-a", do(theBox, failed("host", "nsenter -at 11 sh")), "container.all-refused"},
	{"exec", "ended", do(theBox, joins(21, nil), seen, end(20, 21)), "container.exec-ended"},
	{"exec", "ended, its number somebody else's now", do(theBox, joins(21, nil), seen, end(20, 21), start(21, hostPID, hostPID, "sh", func(p *snapshot.Process) { p.Start = 99 })), "container.exec-ended"},

	{"bare", "nothing done", nil, "container.without-box"},
	{"bare", "the box gone", do(theBox, seen, end(boxPID, unsharePID)), "container.box-gone"},
	{"bare", "nothing dropped", do(theBox), "container.not-bare"},
	{"bare", "another capability dropped", do(theBox, start(21, boxPID, boxPID, "sh", caps(full&^(1<<unix.CAP_CHOWN)))), "container.not-bare"},
	{"bare", "one of the two", do(theBox, start(21, boxPID, boxPID, "sh", caps(full&^(1<<unix.CAP_NET_RAW)))), "container.still-has"},
	{"bare", "only the bounding set", do(theBox, start(21, boxPID, boxPID, "sh", func(p *snapshot.Process) { p.CapBnd = less })), "container.not-bare"},
	{"bare", "only the effective set", do(theBox, start(21, boxPID, boxPID, "sh", func(p *snapshot.Process) { p.CapEff, p.CapPrm = less, less })), "container.comes-back"},
	{"bare", "inheritable", do(theBox, start(21, boxPID, boxPID, "sh", func(p *snapshot.Process) { caps(less)(p); p.CapInh = full })), "container.comes-back"},
	{"bare", "outside", do(theBox, start(21, hostPID, hostPID, "bash", caps(less))), "container.bare-outside"},
	{"bare", "in another user namespace", do(theBox, start(21, boxPID, boxPID, "sh", func(p *snapshot.Process) { caps(0)(p); p.NS.User += 50 })), "container.bare-user"},
	{"bare", "ended", do(theBox, start(21, boxPID, boxPID, "sh", caps(less)), seen, end(21)), "container.bare-ended"},
}

func judge(t *testing.T, st state, v *checks.View) checks.Finding {
	t.Helper()
	return lessontest.Judge(t, Lesson, lessontest.State(st), v)
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

// A shell can report what it likes.
func TestWhatWasTypedNeverDecides(t *testing.T) {
	lines := func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: "host", Text: "mount -t overlay overlay merged; unshare -f bash; nsenter -a -t 1 sh; ping 10.2.0.3; setpriv sh"})
	}
	for _, step := range Lesson.Steps {
		if f := step.Check(lab(lines)); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), lines)...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	for _, st := range []state{
		{"layers", "a mount's place and names", do(unpack, overlay(evil), mount(mntNS, func(m *snapshot.Mount) {
			m.Point, m.SuperOptions = "/"+evil, []string{"rw", "lowerdir=" + evil, "upperdir=" + evil}
		})), ""},
		{"layers", "a bind mount", do(addMount(mntNS, snapshot.Mount{ID: 9, Root: "/root/" + evil, Point: "/" + evil, FSType: evil})), ""},
		{"layers", "typed", do(unpack, failed("host", "mount -t overlay "+evil)), ""},
		{"box", "host names", do(theBox, named(evil)), ""},
		{"box", "a process's name", do(unshared, with(boxPID, func(p *snapshot.Process) { p.Comm = evil })), ""},
		{"box", "a root", do(unshared, named("aquarium"), with(boxPID, func(p *snapshot.Process) { p.Root.Path = evil })), ""},
		{"box", "the old root's place", do(unshared, named("aquarium"), pivoted, procMounted, func(v *checks.View) { v.Now.Mounts[mntNS+boxNS][1].Point = "/" + evil }), ""},
		{"wire", "interfaces", do(cabled, second, link(netNS, "br0", func(l *snapshot.Link) { l.Name = evil }), link(netNS, "veth0", func(l *snapshot.Link) { l.Name = evil })), ""},
		{"limit", "a cgroup", do(theBox, cgroup("/lab/"+evil, 7)), ""},
		{"exec", "a root", do(theBox, joins(21, func(p *snapshot.Process) { p.Root.Path, p.Comm = evil, evil })), ""},
		{"bare", "a process's name", do(theBox, start(21, hostPID, hostPID, evil, caps(less))), ""},
	} {
		f := judge(t, st, lab(st.Changes...))
		text := f.Found.In(say.EN, f.Args) + f.Try.In(say.FR, f.Args)
		for _, e := range f.Evidence {
			text += e.What + e.Value
		}
		if strings.ContainsAny(text, "\x1b\a\u202e") {
			t.Errorf("%s: %s: %q", st.Step, st.What, text)
		}
	}
}
