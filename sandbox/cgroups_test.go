package sandbox

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestACgroupNamespaceShowsItsOwnRoot(t *testing.T) {
	l := newLabOf(t, keeper(t), LabOptions{Divide: true})
	if s := snap(t, l); s.Procs[0].CgroupInside != "" {
		t.Errorf("init reads %q, and nobody was to ask", s.Procs[0].CgroupInside)
	}
	p, _ := background(t, l, unix.CLONE_NEWCGROUP, "cat /proc/self/cgroup; exec sleep 1000")
	s := snap(t, l)
	if got := proc(t, s, p).CgroupInside; got != "/" {
		t.Errorf("a process in a cgroup namespace of its own reads %q", got)
	}
	if got := s.Procs[0].CgroupInside; got != insideHost(s) {
		t.Errorf("init reads %q", got)
	}
}

// insideHost is where a lab's init is: in the lab's own group, or in one below it where that can be divided.
func insideHost(s *snapshot.Snapshot) string {
	if _, ok := s.Cgroups["/host"]; ok {
		return "/host"
	}
	return "/"
}

func TestGroupsBelowTheLabsOwnAreSeen(t *testing.T) {
	l := newLabOf(t, keeper(t), LabOptions{Divide: true})
	own, ok := snap(t, l).Cgroups["/"]
	if !ok {
		t.Skip("no cgroup2 can be mounted in a lab here")
	}
	if r := shell(t, l, "mkdir -p /sys/fs/cgroup/box/inner"); own.Owned != (r.status == 0) {
		t.Fatalf("owned: %v, but %s", own.Owned, r.err)
	} else if !own.Owned {
		t.Skipf("the lab's own group is not the lab's to divide: %s", r.err)
	}
	p, _ := background(t, l, 0, "echo $$ > /sys/fs/cgroup/box/cgroup.procs; echo; exec unshare --cgroup sleep 1000")
	eventually(t, "it is in a namespace rooted in its group", func() bool { return proc(t, snap(t, l), p).CgroupInside == "/" })
	s := snap(t, l)
	_, inner := s.Cgroups["/box/inner"]
	if s.Cgroups["/box"].Processes != 1 || !inner || s.Procs[0].CgroupInside != insideHost(s) {
		t.Errorf("groups %+v, init reads %q", s.Cgroups, s.Procs[0].CgroupInside)
	}
	if !l.HasController("pids") {
		return
	}
	if r := shell(t, l, "cd /sys/fs/cgroup && echo +pids > cgroup.subtree_control && echo 3 > box/pids.max"); r.status != 0 {
		t.Fatalf("%s (controllers %q)", r.err, own.Controllers)
	}
	shell(t, l, "echo $$ > /sys/fs/cgroup/box/cgroup.procs; for i in 1 2 3 4 5; do sleep 1 & done; wait")
	if g := snap(t, l).Cgroups["/box"]; g.PidsMax != "3" || g.PidsRefused == 0 {
		t.Errorf("%+v", g)
	}
}

func TestAnotherFileSystemIsNoCgroup(t *testing.T) {
	l := newLabOf(t, keeper(t), LabOptions{Divide: true})
	sh(t, l, "mount -t tmpfs none /sys/fs/cgroup; mkdir /sys/fs/cgroup/box; echo 20 > /sys/fs/cgroup/box/pids.max")
	if s := snap(t, l); len(s.Cgroups) != 0 {
		t.Errorf("%+v", s.Cgroups)
	}
}

func TestEventCount(t *testing.T) {
	const s = "low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 0\nbad x\n"
	for name, want := range map[string]int64{"max": 17, "oom": 2, "oom_kill": 1, "bad": 0, "none": 0, "": 0} {
		if got := eventCount(s, name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if _, err := os.Stat("/sys/fs/cgroup"); err == nil && eventCount(strings.Repeat("max", 5), "max") != 0 {
		t.Error("a line without a number counts")
	}
}

// groupsLeft lists the groups of labs that are where ours are made; the test is skipped where none can be.
func groupsLeft(t *testing.T) []string {
	t.Helper()
	above := dividable()
	if above < 0 {
		t.Skip("no group of version 2 is ours to divide here")
	}
	defer closeAll(above)
	return slices.DeleteFunc(groupsIn(above), func(name string) bool { return !strings.HasPrefix(name, labGroup) })
}

func TestALabsGroupGoesWithIt(t *testing.T) {
	before := len(groupsLeft(t))
	l, err := keeper(t).NewLab(LabOptions{Divide: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(groupsLeft(t)); got != before+1 {
		t.Errorf("%d groups, before %d", got, before)
	}
	sh(t, l, "mkdir -p /sys/fs/cgroup/a/b/c; chmod 0 /sys/fs/cgroup/a; echo $$ >/sys/fs/cgroup/host/cgroup.procs")
	sh(t, l, "mkdir /sys/fs/cgroup/cold; sleep 1000 <>/dev/null >&0 2>&0 & until grep -q sleep /proc/$!/comm; do :; done; echo $! >/sys/fs/cgroup/cold/cgroup.procs; echo 1 >/sys/fs/cgroup/cold/cgroup.freeze")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(groupsLeft(t)); got != before {
		t.Errorf("%d groups are left, before %d", got, before)
	}
}

func TestAFrozenLabEnds(t *testing.T) {
	groupsLeft(t)
	l, err := keeper(t).NewLab(LabOptions{Divide: true})
	if err != nil {
		t.Fatal(err)
	}
	// The shell freezes itself, and all that is started after it.
	_, err = l.Start(Command{Args: []string{"sh", "-c", "echo 1 >/sys/fs/cgroup/host/cgroup.freeze; sleep 1000"}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the group is frozen", func() bool {
		return eventCount(readCgroup(l.cgroup.dir, hostGroup+"/cgroup.events"), "frozen") == 1
	})
	started := make(chan struct{})
	go func() {
		defer close(started)
		_, _ = l.Start(Command{Args: []string{"true"}})
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	<-started
}

func TestWhatAKilledKeeperLeftIsSwept(t *testing.T) {
	left := groupsLeft(t)
	above := dividable()
	defer closeAll(above)
	const stale = labGroup + "stale"
	for _, name := range []string{stale, stale + "/host", stale + "/host/deeper"} {
		if err := unix.Mkdirat(above, name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	l := newLabOf(t, keeper(t), LabOptions{Divide: true})
	other := newLabOf(t, keeper(t), LabOptions{Divide: true})
	if got := groupsLeft(t); slices.Contains(got, stale) || len(got) != len(left)+2 {
		t.Errorf("before %q, now %q", left, got)
	}
	for _, l := range []*Lab{l, other} {
		if s := snap(t, l); !s.Cgroups["/"].Owned || s.Cgroups["/host"].Processes == 0 {
			t.Errorf("a lab in use was swept: %+v", s.Cgroups)
		}
	}
}

func TestALabReachesNoGroupAboveItsOwn(t *testing.T) {
	groupsLeft(t)
	l := newLabOf(t, keeper(t), LabOptions{Divide: true})
	for _, command := range []string{
		"ls -d /sys/fs/cgroup/nslab-*", // its own among its siblings
		"mkdir /tmp/c; mount -t cgroup2 none /tmp/c && ls -d /tmp/c/nslab-*",
		"grep -v '^0::/host$' /proc/self/cgroup | grep ^0:",
	} {
		if r := shell(t, l, command); r.status == 0 {
			t.Errorf("%s: %s", command, r.out)
		}
	}
}
