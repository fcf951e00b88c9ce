package ipc

import (
	"maps"
	"slices"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

// The namespaces of the tests' lab by inode number, and the devices of their mqueue.
const (
	hostNS uint64 = 100 + iota
	isolatedNS
	newNS
	hostMnt
	newMnt
)

var dev = map[uint64]string{hostNS: "0:50", isolatedNS: "0:51", newNS: "0:52"}

const (
	initPID     = 1
	isolatedPID = 2
	hostPID     = 3
)

func fresh() *snapshot.Snapshot {
	ns := func(ipc uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: 10, Mnt: hostMnt, UTS: 12, IPC: ipc, Net: 13, PID: 14, Cgroup: 15}
	}
	return &snapshot.Snapshot{
		Host:   ns(hostNS),
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: ns(hostNS)},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: ns(isolatedNS)},
			{PID: hostPID, Comm: "bash", State: "S", NS: ns(hostNS)},
		},
		IPC: map[uint64]snapshot.IPCNS{hostNS: {POSIXDev: dev[hostNS]}, isolatedNS: {POSIXDev: dev[isolatedNS]}},
		Mounts: map[uint64][]snapshot.Mount{hostMnt: {
			{Point: "/", FSType: "tmpfs", Dev: "0:40"}, {Point: "/dev/mqueue", FSType: "mqueue", Dev: dev[hostNS]}}},
	}
}

type change = func(*checks.View)

func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

// objects changes what is in a namespace, which is made where it is not there.
func objects(inode uint64, f func(*snapshot.IPCNS)) change {
	return func(v *checks.View) {
		ipc, ok := v.Now.IPC[inode]
		if !ok {
			ipc.POSIXDev = dev[inode]
		}
		f(&ipc)
		v.Now.IPC[inode] = ipc
	}
}

func queues(inode uint64, n int) change {
	return objects(inode, func(ipc *snapshot.IPCNS) { ipc.Queues = make([]snapshot.IPCObject, n) })
}

func seg(inode uint64, sizes ...int64) change {
	return objects(inode, func(ipc *snapshot.IPCNS) {
		ipc.Segments = nil
		for i, size := range sizes {
			ipc.Segments = append(ipc.Segments, snapshot.IPCObject{ID: i, Bytes: size})
		}
	})
}

func attached(inode uint64) change {
	return objects(inode, func(ipc *snapshot.IPCNS) {
		ipc.Segments = []snapshot.IPCObject{{ID: 0, Bytes: 65536, Messages: 1}}
	})
}

func semaphores(inode uint64) change {
	return objects(inode, func(ipc *snapshot.IPCNS) { ipc.Semaphores = []snapshot.IPCObject{{ID: 1}} })
}

func named(inode uint64, names ...string) change {
	return objects(inode, func(ipc *snapshot.IPCNS) { ipc.POSIX = names })
}

// proc starts a process; a new mount namespace has the host's mounts.
func proc(pid int, comm string, ipc, mnt uint64) change {
	return func(v *checks.View) {
		ns := v.Now.Host
		ns.IPC, ns.Mnt = ipc, mnt
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Parent: hostPID, Comm: comm, State: "S", NS: ns})
		objects(ipc, func(*snapshot.IPCNS) {})(v)
		if _, ok := v.Now.Mounts[mnt]; !ok {
			v.Now.Mounts[mnt] = slices.Clone(v.Now.Mounts[hostMnt])
		}
	}
}

func mount(mnt uint64, point, fstype, device string) change {
	return func(v *checks.View) {
		v.Now.Mounts[mnt] = append(slices.Clone(v.Now.Mounts[mnt]), snapshot.Mount{Point: point, FSType: fstype, Dev: device})
	}
}

// end ends a process, and its IPC namespace where it was the last in it.
func end(pid int) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(pid)
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
		if len(v.Now.In(snapshot.IPC, p.NS.IPC)) == 0 {
			delete(v.Now.IPC, p.NS.IPC)
		}
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.IPC, s.Mounts = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.IPC), maps.Clone(s.Mounts)
	v.Seen = append(v.Seen, &s)
}

func typed(shell, text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: status})
	}
}

func param(name, value string) change { return func(v *checks.View) { v.Params[name] = value } }

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

func do(changes ...change) []change { return changes }

var right = []state{
	{"queue", "in the isolated shell", do(queues(isolatedNS, 2)), "ipc.queues"},
	{"queue", "as many as asked for", do(param("queues", "5"), queues(isolatedNS, 5)), "ipc.queues"},
	{"queue", "in one of the learner's own", do(proc(4, "bash", newNS, hostMnt), queues(newNS, 2)), "ipc.queues"},
	{"queue", "in one kept by a bind mount", do(queues(newNS, 2)), "ipc.queues"},
	{"queue", "the host has some too", do(queues(hostNS, 3), queues(isolatedNS, 2)), "ipc.queues"},
	{"queue", "another namespace has another number", do(queues(isolatedNS, 1), proc(4, "bash", newNS, hostMnt), queues(newNS, 2)), "ipc.queues"},
	{"queue", "the isolated shell has ended", do(end(isolatedPID), proc(4, "bash", newNS, hostMnt), queues(newNS, 2)), "ipc.queues"},

	{"memory", "removed", do(seg(isolatedNS, 65536), seen, seg(isolatedNS)), "ipc.segment-removed"},
	{"memory", "ended with its namespace", do(proc(4, "bash", newNS, hostMnt), seg(newNS, 65536), seen, end(4)), "ipc.segment-ended-with-namespace"},
	{"memory", "attached, then ended", do(attached(isolatedNS), seen, seg(isolatedNS)), "ipc.segment-removed"},
	{"memory", "the other segments stay", do(seg(isolatedNS, 4096, 65536), seen, seg(isolatedNS, 4096)), "ipc.segment-removed"},
	{"memory", "in the host first, then right", do(seg(hostNS, 65536), seen, seg(hostNS), seg(isolatedNS, 65536), seen, seg(isolatedNS)), "ipc.segment-removed"},
	{"memory", "the host has one besides", do(seg(isolatedNS, 65536), seen, seg(isolatedNS), seg(hostNS, 65536)), "ipc.segment-removed"},
	{"memory", "another size as well", do(param("size", "12"), seg(isolatedNS, 12), seen, seg(isolatedNS), seen, seg(isolatedNS, 7)), "ipc.segment-removed"},

	{"posix", "mounted over /dev/mqueue", do(proc(4, "bash", isolatedNS, newMnt), mount(newMnt, "/dev/mqueue", "mqueue", dev[isolatedNS]), named(isolatedNS, "periscope")), "ipc.posix-shown"},
	{"posix", "mounted elsewhere", do(proc(4, "bash", newNS, newMnt), mount(newMnt, "/tmp/q", "mqueue", dev[newNS]), named(newNS, "periscope")), "ipc.posix-shown"},
	{"posix", "other queues beside it", do(proc(4, "bash", newNS, newMnt), mount(newMnt, "/tmp/q", "mqueue", dev[newNS]), named(newNS, "a", "periscope"), named(hostNS, "b")), "ipc.posix-shown"},
	{"posix", "in the host first, and removed", do(named(hostNS, "periscope"), seen, named(hostNS), proc(4, "bash", isolatedNS, newMnt), mount(newMnt, "/dev/mqueue", "mqueue", dev[isolatedNS]), named(isolatedNS, "periscope")), "ipc.posix-shown"},
}

var wrong = []state{
	{"queue", "nothing done", nil, "ipc.no-queue"},
	{"queue", "one of two", do(queues(isolatedNS, 1)), "ipc.too-few-queues"},
	{"queue", "three of two", do(queues(isolatedNS, 3)), "ipc.too-many-queues"},
	{"queue", "none asked for", do(param("queues", "0")), "ipc.no-queue"},
	{"queue", "not a number asked for", do(param("queues", "x"), queues(isolatedNS, 1)), "ipc.no-queue"},
	{"queue", "in the host", do(queues(hostNS, 2)), "ipc.queue-in-host"},
	{"queue", "a segment", do(seg(isolatedNS, 1)), "ipc.segment-for-queue"},
	{"queue", "semaphores", do(semaphores(isolatedNS)), "ipc.semaphores-for-queue"},
	{"queue", "a POSIX queue", do(named(isolatedNS, "q")), "ipc.posix-for-queue"},
	{"queue", "left", do(proc(4, "bash", newNS, hostMnt), queues(newNS, 2), seen, end(4)), "ipc.queues-ended"},
	{"queue", "removed", do(queues(isolatedNS, 2), seen, queues(isolatedNS, 0)), "ipc.queues-removed"},
	{"queue", "a function", do(typed("isolated", "ipcmk() { echo Message queue id: 0; }", 0)), "ipc.only-function"},
	{"queue", "refused", do(typed("isolated", "ipcmk -Q", 1)), "ipc.refused"},
	{"queue", "gone with its command", do(typed("host", "sudo unshare -i ipcmk -Q", 0)), "ipc.ended-at-once"},
	{"queue", "gone with its shell", do(typed("host", "unshare -i sh -c 'ipcmk -Q; ipcs'", 0)), "ipc.ended-at-once"},
	{"queue", "another kind", do(typed("host", "unshare --net bash", -1)), "ipc.without-ipc"},
	{"queue", "shell isolated left", do(end(isolatedPID)), "ipc.no-isolated"},
	{"queue", "only looked", do(typed("isolated", "ipcs", 0)), "ipc.only-looked"},
	{"queue", "only looked at /proc", do(typed("isolated", "cat /proc/sysvipc/msg", 0)), "ipc.only-looked"},

	{"memory", "nothing done", nil, "ipc.no-segment"},
	{"memory", "queues only", do(queues(isolatedNS, 2)), "ipc.no-segment"},
	{"memory", "still there", do(seg(isolatedNS, 65536)), "ipc.segment-lives"},
	{"memory", "one gone, one still there", do(seg(isolatedNS, 65536), seen, seg(isolatedNS), proc(4, "bash", newNS, hostMnt), seg(newNS, 65536)), "ipc.segment-lives"},
	{"memory", "attached", do(attached(isolatedNS)), "ipc.segment-attached"},
	{"memory", "in the host", do(seg(hostNS, 65536)), "ipc.segment-in-host"},
	{"memory", "one that lives, and one in the host", do(seg(hostNS, 65536), seg(isolatedNS, 65536)), "ipc.segment-lives"},
	{"memory", "one of another size, and one in the host", do(seg(hostNS, 65536), seg(isolatedNS, 64)), "ipc.segment-size"},
	{"memory", "was in the host", do(seg(hostNS, 65536), seen, seg(hostNS)), "ipc.segment-was-in-host"},
	{"memory", "another size", do(seg(isolatedNS, 64)), "ipc.segment-size"},
	{"memory", "another size, gone", do(seg(isolatedNS, 64), seen, seg(isolatedNS)), "ipc.segment-was-other-size"},
	{"memory", "semaphores", do(semaphores(isolatedNS)), "ipc.semaphores-for-segment"},
	{"memory", "a file", do(typed("isolated", "touch /dev/shm/x", 0)), "ipc.shm-file"},
	{"memory", "refused", do(typed("isolated", "ipcmk -M 64Q", 1)), "ipc.refused"},
	{"memory", "gone with its command", do(typed("host", "unshare --ipc ipcmk -M 65536", 0)), "ipc.ended-at-once"},
	{"memory", "another kind", do(typed("host", "unshare bash", 0)), "ipc.without-ipc"},
	{"memory", "a function", do(typed("host", "alias ipcs=true", 0)), "ipc.only-function"},

	{"posix", "nothing done", nil, "ipc.no-posix"},
	{"posix", "in the host", do(named(hostNS, "periscope")), "ipc.posix-in-host"},
	{"posix", "in the host too", do(named(hostNS, "periscope"), named(isolatedNS, "periscope")), "ipc.posix-in-host-too"},
	{"posix", "the host has a mount of it", do(mount(hostMnt, "/tmp/q", "mqueue", dev[isolatedNS]), named(isolatedNS, "periscope")), "ipc.mqueue-in-host"},
	{"posix", "no mount", do(named(isolatedNS, "periscope")), "ipc.posix-not-mounted"},
	{"posix", "no mount in the process's mount namespace", do(named(isolatedNS, "periscope"), proc(4, "bash", hostNS, newMnt), mount(newMnt, "/dev/mqueue", "mqueue", dev[isolatedNS])), "ipc.posix-not-mounted"},
	{"posix", "a tmpfs in place of mqueue", do(named(isolatedNS, "periscope"), proc(4, "bash", isolatedNS, newMnt), mount(newMnt, "/dev/mqueue", "tmpfs", dev[isolatedNS])), "ipc.posix-not-mounted"},
	{"posix", "another name", do(named(isolatedNS, "telescope")), "ipc.posix-other-name"},
	{"posix", "mounted, no queue", do(proc(4, "bash", isolatedNS, newMnt), mount(newMnt, "/dev/mqueue", "mqueue", dev[isolatedNS])), "ipc.posix-not-created"},
	{"posix", "mounted in the host's IPC namespace", do(proc(4, "bash", hostNS, newMnt), mount(newMnt, "/tmp/q", "mqueue", dev[hostNS])), "ipc.mqueue-of-host"},
	{"posix", "mounted again in the host", do(mount(hostMnt, "/tmp/q", "mqueue", dev[hostNS])), "ipc.mqueue-of-host"},
	{"posix", "a mount namespace alone", do(proc(4, "bash", isolatedNS, newMnt)), "ipc.no-posix"},
	{"posix", "left", do(proc(4, "bash", newNS, newMnt), named(newNS, "periscope"), seen, end(4)), "ipc.posix-ended"},
	{"posix", "removed", do(named(isolatedNS, "periscope"), seen, named(isolatedNS)), "ipc.posix-removed"},
	{"posix", "a file", do(typed("isolated", "touch /tmp/periscope", 0)), "ipc.posix-file"},
	{"posix", "refused", do(typed("isolated", "mount -t mqueue none /nowhere", 32)), "ipc.mount-refused"},
	{"posix", "mounted twice in one place", do(typed("host", "mount -t mqueue none /dev/mqueue", 32)), "ipc.mount-busy"},
	{"posix", "a function", do(typed("isolated", "mount() { :; }", 0)), "ipc.only-function"},
	{"posix", "shell isolated left", do(end(isolatedPID)), "ipc.no-isolated"},
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

func TestWhatWasTypedNeverDecides(t *testing.T) {
	lessontest.Typed(t, Lesson, lab, right, wrong, checks.Line{Shell: "isolated", Text: "ipcmk() { :; }"})
}
