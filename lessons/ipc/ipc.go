// Package ipc is the lesson on IPC namespaces: message queues and shared
// memory that the host does not see, and what ends them.
//
// ipc.go says what each step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package ipc

import (
	"embed"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "ipc",
	Shells: []lessons.Shell{
		{Name: "isolated", Flags: unix.CLONE_NEWIPC},
		{Name: "host"},
	},
	Params: []lessons.Param{
		{Name: "queues", Default: "2", Kind: lessons.Kind{Form: lessons.Number, Min: 2, Max: 6, Step: 1}},
		{Name: "size", Default: "65536", Kind: lessons.Kind{Form: lessons.Number, Min: 8192, Max: 1048576, Step: 4096}},
		{Name: "queue", Default: "periscope", Kind: lessons.Kind{Form: lessons.HostName}},
	},
	Steps: []lessons.Step{
		// BusyBox has ipcs and ipcrm, and nothing that makes an object.
		{Name: "queue", Shell: "isolated", Check: queue, Needs: []string{"tool:ipcmk"}},
		{Name: "memory", Shell: "host", Check: memory, Needs: []string{"tool:ipcmk"}},
		{Name: "posix", Shell: "isolated", Check: posix, Needs: []string{"filesystem:mqueue"}},
	},
	Files: files,
}

// queue: some IPC namespace other than the host's holds as many queues as are asked for. An IPC namespace
// shares nothing with another, so nothing has to be asked of the host.
var queue = checks.Expect(
	say.Text{
		EN: "An IPC namespace other than the host's holds {{queues}} System V message queues.",
		FR: "Un espace de noms IPC autre que celui de l'hôte contient {{queues}} files de messages System V."},
	checks.Diagnose(queuesAre,
		queueCount, queuesEnded, queueInHost, notAQueue, redefined, refused("-Q"), endedAtOnce("-Q"), withoutIPC, noIsolated, onlyLooked, noQueue))

// memory: a segment was in an IPC namespace other than the host's, and is there no more. One that the host has besides
// does not matter.
var memory = checks.Expect(
	say.Text{
		EN: "A shared memory segment of {{size}} bytes was in an IPC namespace other than the host's, and has ended.",
		FR: "Un segment de mémoire partagée de {{size}} octets a existé dans un espace de noms IPC autre que celui de l'hôte, et il a disparu."},
	checks.Diagnose(memoryEnded,
		segmentAttached, segmentLives, segmentSize, segmentInHost, segmentWasInHost, segmentWasOtherSize, notASegment,
		redefined, refused("-M"), endedAtOnce("-M"), withoutIPC, noSegment))

// posix: a process is in an IPC namespace with the queue, and in a mount namespace whose mqueue is that one's; the host
// sees the queue neither in its own IPC namespace nor through a mount.
var posix = checks.Expect(
	say.Text{
		EN: "The POSIX queue /{{queue}} is in an IPC namespace other than the host's, and an mqueue file system mounted in a mount namespace other than the host's shows it. The host does not see it.",
		FR: "La file POSIX /{{queue}} est dans un espace de noms IPC autre que celui de l'hôte, et un système de fichiers mqueue, monté dans un espace de noms de montage autre que celui de l'hôte, la montre. L'hôte ne la voit pas."},
	checks.Diagnose(posixShown,
		posixInHost, mountedInHost, posixName, posixNotMounted, notCreated, mountOfHost, posixEnded, posixFile, redefined, mountRefused, noIsolated, noPOSIX))

// wanted is a parameter that is a number above zero.
func wanted(v *checks.View, param string) (int64, bool) {
	n, err := strconv.ParseInt(v.Params[param], 10, 64)
	return n, err == nil && n > 0
}

func queuesAre(v *checks.View) checks.Finding {
	want, ok := wanted(v, "queues")
	for _, inode := range checks.IPCElsewhere(v.Now) {
		if ok && int64(len(v.Now.IPC[inode].Queues)) == want {
			return words.Pass("ipc.queues", args(v, "ns", nsName(inode)), both(v, inode)...)
		}
	}
	return words.Miss("ipc.no-queue", args(v), every(v)...)
}

// segment looks for a segment of the wanted size in one of the namespaces.
func segment(v *checks.View, s *snapshot.Snapshot, in []uint64) (uint64, snapshot.IPCObject, bool) {
	want, ok := wanted(v, "size")
	for _, inode := range in {
		for _, o := range s.IPC[inode].Segments {
			if ok && o.Bytes == want {
				return inode, o, true
			}
		}
	}
	return 0, snapshot.IPCObject{}, false
}

func memoryEnded(v *checks.View) checks.Finding {
	if _, _, lives := segment(v, v.Now, checks.IPCElsewhere(v.Now)); lives {
		return words.Miss("ipc.no-segment", args(v), every(v)...)
	}
	for _, seen := range slices.Backward(v.Seen) {
		inode, o, ok := segment(v, seen, checks.IPCElsewhere(seen))
		if !ok {
			continue
		}
		key := "ipc.segment-ended-with-namespace"
		if checks.Still(seen, v.Now, snapshot.IPC, inode) {
			key = "ipc.segment-removed"
		}
		evidence := []checks.Evidence{{What: "shared memory segment that was in " + nsName(inode), Value: shmid(o)}}
		return words.Pass(key, args(v, "ns", nsName(inode), "id", strconv.Itoa(o.ID)), append(evidence, every(v)...)...)
	}
	return words.Miss("ipc.no-segment", args(v), every(v)...)
}

func posixShown(v *checks.View) checks.Finding {
	name := v.Params["queue"]
	hidden := !slices.Contains(v.Now.IPC[v.Now.Host.IPC].POSIX, name)
	for _, inode := range checks.IPCElsewhere(v.Now) {
		ipc := v.Now.IPC[inode]
		if !hidden || name == "" || !slices.Contains(ipc.POSIX, name) || shows(v.Now, v.Now.Host.Mnt, ipc) {
			continue
		}
		for _, p := range v.Now.In(snapshot.IPC, inode) {
			for _, m := range v.Now.Mounts[p.NS.Mnt] {
				if p.NS.Mnt != v.Now.Host.Mnt && isOf(m, ipc) {
					return words.Pass("ipc.posix-shown", args(v, "ns", nsName(inode), "mnt-ns", checks.NSName(snapshot.Mnt, p.NS.Mnt),
						"point", checks.Plain(m.Point), "process", strconv.Itoa(p.PID)+" ("+checks.Plain(p.Comm)+")"), append(both(v, inode), mountEvidence(v.Now, p.NS.Mnt)...)...)
				}
			}
		}
	}
	return words.Miss("ipc.no-posix", args(v), every(v)...)
}

// isOf says that a mount shows the POSIX queues of that IPC namespace: a
// namespace has one mqueue file system, however often it is mounted.
func isOf(m snapshot.Mount, ipc snapshot.IPCNS) bool {
	return m.FSType == "mqueue" && m.Dev == ipc.POSIXDev && m.Dev != ""
}

// shows says that some mount of a mount namespace does.
func shows(s *snapshot.Snapshot, mnt uint64, ipc snapshot.IPCNS) bool {
	return slices.ContainsFunc(s.Mounts[mnt], func(m snapshot.Mount) bool { return isOf(m, ipc) })
}

// mountNamespaces lists the mount namespaces other than the host's.
func mountNamespaces(s *snapshot.Snapshot) []uint64 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Mounts)), func(inode uint64) bool { return inode == s.Host.Mnt })
}
