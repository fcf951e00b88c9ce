package ipc

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func nsName(inode uint64) string { return checks.NSName(snapshot.IPC, inode) }

func shmid(o snapshot.IPCObject) string {
	return "shmid " + strconv.Itoa(o.ID) + " (" + strconv.FormatInt(o.Bytes, 10) + " bytes)"
}

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	return v.Args(append([]string{"host-ns", nsName(v.Now.Host.IPC)}, pairs...)...)
}

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

var none checks.Finding

// both is the evidence of a namespace and of the host's.
func both(v *checks.View, inode uint64) []checks.Evidence {
	return append(checks.IPCEvidence(v.Now, inode), checks.IPCEvidence(v.Now, v.Now.Host.IPC)...)
}

// every is the evidence of the host's IPC namespace and of all others.
func every(v *checks.View) []checks.Evidence {
	evidence := checks.IPCEvidence(v.Now, v.Now.Host.IPC)
	for _, inode := range checks.IPCElsewhere(v.Now) {
		evidence = append(evidence, checks.IPCEvidence(v.Now, inode)...)
	}
	return evidence
}

// mountEvidence lists the mounts of mqueue in a mount namespace.
func mountEvidence(s *snapshot.Snapshot, mnt uint64) []checks.Evidence {
	evidence := []checks.Evidence{checks.NSEvidence(snapshot.Mnt, checks.Whose(s, snapshot.Mnt, mnt), mnt)}
	for _, m := range s.Mounts[mnt] {
		if m.FSType == "mqueue" {
			evidence = append(evidence, checks.Evidence{What: "mqueue in " + checks.NSName(snapshot.Mnt, mnt),
				Value: checks.Plain(m.Point) + " (device " + m.Dev + ", " + ofWhom(s, m.Dev) + ")"})
		}
	}
	return evidence
}

// ofWhom names the IPC namespace whose queues a device shows.
func ofWhom(s *snapshot.Snapshot, dev string) string {
	for inode, ipc := range s.IPC {
		if ipc.POSIXDev == dev {
			return nsName(inode)
		}
	}
	return "an IPC namespace that has ended"
}

// Step queue.

func queueCount(v *checks.View) (checks.Finding, bool) {
	want, ok := wanted(v, "queues")
	if !ok {
		return none, false
	}
	for _, inode := range checks.IPCElsewhere(v.Now) {
		n := len(v.Now.IPC[inode].Queues)
		if n == 0 {
			continue
		}
		key := "ipc.too-few-queues"
		if int64(n) > want {
			key = "ipc.too-many-queues"
		}
		return miss(v, key, both(v, inode), "ns", nsName(inode), "whose", checks.Whose(v.Now, snapshot.IPC, inode),
			"count", strconv.Itoa(n), "id", strconv.Itoa(v.Now.IPC[inode].Queues[0].ID))
	}
	return none, false
}

func queueInHost(v *checks.View) (checks.Finding, bool) {
	is, was := v.Now.IPC[v.Now.Host.IPC].Queues, v.Start.IPC[v.Start.Host.IPC].Queues
	if len(is) <= len(was) {
		return none, false
	}
	return miss(v, "ipc.queue-in-host", every(v), "count", strconv.Itoa(len(is)))
}

func queuesEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, inode := range checks.IPCElsewhere(seen) {
			if len(seen.IPC[inode].Queues) == 0 {
				continue
			}
			key := "ipc.queues-ended"
			if checks.Still(seen, v.Now, snapshot.IPC, inode) {
				key = "ipc.queues-removed"
			}
			return miss(v, key, append([]checks.Evidence{{What: "message queues that were in " + nsName(inode),
				Value: strconv.Itoa(len(seen.IPC[inode].Queues))}}, every(v)...), "ns", nsName(inode))
		}
	}
	return none, false
}

// notAQueue recognises other objects of the same family.
func notAQueue(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.IPCElsewhere(v.Now) {
		ipc := v.Now.IPC[inode]
		key := ""
		switch {
		case len(ipc.Segments) > 0:
			key = "ipc.segment-for-queue"
		case len(ipc.Semaphores) > 0:
			key = "ipc.semaphores-for-queue"
		case len(ipc.POSIX) > 0:
			key = "ipc.posix-for-queue"
		default:
			continue
		}
		return miss(v, key, both(v, inode), "ns", nsName(inode))
	}
	return none, false
}

func noIsolated(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Shell("isolated"); ok {
		return none, false
	}
	return miss(v, "ipc.no-isolated", every(v))
}

func onlyLooked(v *checks.View) (checks.Finding, bool) {
	line, ok := v.LastTyped()
	if !ok {
		return none, false
	}
	for _, words := range checks.Commands(line.Text) {
		if words[0] == "ipcs" || slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "/proc/sysvipc") }) {
			return miss(v, "ipc.only-looked", every(v))
		}
	}
	return none, false
}

func noQueue(v *checks.View) (checks.Finding, bool) { return miss(v, "ipc.no-queue", every(v)) }

// Sentences about what was typed, for several steps. They speak only where the kernel shows nothing.

func redefined(v *checks.View) (checks.Finding, bool) {
	command, shell, ok := v.Redefined("ipcmk", "ipcs", "ipcrm", "mount")
	if !ok {
		return none, false
	}
	return miss(v, "ipc.only-function", every(v), "command", command, "shell", shell)
}

// makes says that these are the words of an ipcmk with that option, whatever stands before it.
func makes(words []string, option string) bool {
	i := slices.Index(words, "ipcmk")
	if i < 0 {
		// As in sh -c 'ipcmk -Q'.
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "ipcmk "+option) })
	}
	long := map[string]string{"-Q": "--queue", "-M": "--shmem"}[option]
	return slices.ContainsFunc(words[i:], func(w string) bool { return strings.HasPrefix(w, option) || strings.HasPrefix(w, long) })
}

func refused(option string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		for words, line := range v.LastCommands() {
			if words[0] == "ipcmk" && makes(words, option) && line.Status > 0 {
				return miss(v, "ipc.refused", every(v), "typed", checks.Plain(strings.Join(words, " ")), "status", strconv.Itoa(line.Status))
			}
		}
		return none, false
	}
}

// endedAtOnce recognises a namespace made for the one command that filled it: unshare --ipc ipcmk -Q.
func endedAtOnce(option string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		for words := range v.LastCommands() {
			if u, ok := checks.Unshare(words); ok && u.Has(snapshot.IPC) && makes(u.Program, option) {
				return miss(v, "ipc.ended-at-once", every(v), "program", checks.Plain(strings.Join(u.Program, " ")))
			}
		}
		return none, false
	}
}

// withoutIPC recognises an unshare that asks for other kinds, or none.
func withoutIPC(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || u.Has(snapshot.IPC) {
		return none, false
	}
	return miss(v, "ipc.without-ipc", every(v), "typed", checks.Plain(strings.TrimSpace(line.Text)))
}

// Step memory.

func segmentInHost(v *checks.View) (checks.Finding, bool) {
	_, o, ok := segment(v, v.Now, []uint64{v.Now.Host.IPC})
	if !ok {
		return none, false
	}
	return miss(v, "ipc.segment-in-host", every(v), "id", strconv.Itoa(o.ID))
}

// segmentAttached recognises a segment that some process has in its memory: ipcrm then only marks it.
func segmentAttached(v *checks.View) (checks.Finding, bool) {
	inode, o, ok := segment(v, v.Now, checks.IPCElsewhere(v.Now))
	if !ok || o.Messages == 0 {
		return none, false
	}
	return miss(v, "ipc.segment-attached", both(v, inode), "ns", nsName(inode), "id", strconv.Itoa(o.ID), "count", strconv.Itoa(o.Messages))
}

func segmentLives(v *checks.View) (checks.Finding, bool) {
	inode, o, ok := segment(v, v.Now, checks.IPCElsewhere(v.Now))
	if !ok {
		return none, false
	}
	return miss(v, "ipc.segment-lives", both(v, inode), "ns", nsName(inode), "whose", checks.Whose(v.Now, snapshot.IPC, inode), "id", strconv.Itoa(o.ID))
}

func segmentSize(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.IPCElsewhere(v.Now) {
		if segments := v.Now.IPC[inode].Segments; len(segments) > 0 {
			return miss(v, "ipc.segment-size", both(v, inode), "ns", nsName(inode), "is", strconv.FormatInt(segments[0].Bytes, 10))
		}
	}
	return none, false
}

func segmentWasInHost(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		if _, o, ok := segment(v, seen, []uint64{seen.Host.IPC}); ok {
			return miss(v, "ipc.segment-was-in-host", append([]checks.Evidence{{
				What: "shared memory segment that was in " + nsName(seen.Host.IPC), Value: shmid(o)}}, every(v)...))
		}
	}
	return none, false
}

func segmentWasOtherSize(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, inode := range checks.IPCElsewhere(seen) {
			if segments := seen.IPC[inode].Segments; len(segments) > 0 {
				return miss(v, "ipc.segment-was-other-size", append([]checks.Evidence{{
					What: "shared memory segment that was in " + nsName(inode), Value: shmid(segments[0])}}, every(v)...),
					"ns", nsName(inode), "is", strconv.FormatInt(segments[0].Bytes, 10))
			}
		}
	}
	return none, false
}

// notASegment recognises other objects; queues and POSIX queues are there from the step before.
func notASegment(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.IPCElsewhere(v.Now) {
		if len(v.Now.IPC[inode].Semaphores) > 0 {
			return miss(v, "ipc.semaphores-for-segment", both(v, inode), "ns", nsName(inode))
		}
	}
	for words := range v.LastCommands() {
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "/dev/shm/") }) {
			return miss(v, "ipc.shm-file", every(v))
		}
	}
	return none, false
}

func noSegment(v *checks.View) (checks.Finding, bool) { return miss(v, "ipc.no-segment", every(v)) }

// Step posix.

// hasPOSIX lists the IPC namespaces other than the host's that have the queue.
func hasPOSIX(v *checks.View, s *snapshot.Snapshot) []uint64 {
	return slices.DeleteFunc(checks.IPCElsewhere(s), func(inode uint64) bool {
		return !slices.Contains(s.IPC[inode].POSIX, v.Params["queue"])
	})
}

func posixInHost(v *checks.View) (checks.Finding, bool) {
	if !slices.Contains(v.Now.IPC[v.Now.Host.IPC].POSIX, v.Params["queue"]) {
		return none, false
	}
	evidence := append(every(v), mountEvidence(v.Now, v.Now.Host.Mnt)...)
	if in := hasPOSIX(v, v.Now); len(in) > 0 {
		return miss(v, "ipc.posix-in-host-too", evidence, "ns", nsName(in[0]))
	}
	// Was it made by somebody in another namespace, through the host's mount?
	return miss(v, "ipc.posix-in-host", evidence)
}

// mountedInHost recognises that the mount was made where the host sees it.
func mountedInHost(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.IPCElsewhere(v.Now) {
		for _, m := range v.Now.Mounts[v.Now.Host.Mnt] {
			if isOf(m, v.Now.IPC[inode]) {
				return miss(v, "ipc.mqueue-in-host", append(both(v, inode), mountEvidence(v.Now, v.Now.Host.Mnt)...),
					"ns", nsName(inode), "point", checks.Plain(m.Point), "mnt-ns", checks.NSName(snapshot.Mnt, v.Now.Host.Mnt))
			}
		}
	}
	return none, false
}

func posixNotMounted(v *checks.View) (checks.Finding, bool) {
	in := hasPOSIX(v, v.Now)
	if len(in) == 0 {
		return none, false
	}
	evidence := both(v, in[0])
	for _, p := range v.Now.In(snapshot.IPC, in[0]) {
		evidence = append(evidence, mountEvidence(v.Now, p.NS.Mnt)...)
		break
	}
	return miss(v, "ipc.posix-not-mounted", evidence, "ns", nsName(in[0]))
}

// posixName recognises a queue of another name.
func posixName(v *checks.View) (checks.Finding, bool) {
	if len(hasPOSIX(v, v.Now)) > 0 {
		return none, false
	}
	for _, inode := range checks.IPCElsewhere(v.Now) {
		if names := v.Now.IPC[inode].POSIX; len(names) > 0 {
			return miss(v, "ipc.posix-other-name", both(v, inode), "ns", nsName(inode), "is", checks.Plain("/"+names[0]))
		}
	}
	return none, false
}

// notCreated recognises a mount that shows the right namespace, without a queue.
func notCreated(v *checks.View) (checks.Finding, bool) {
	for _, mnt := range mountNamespaces(v.Now) {
		for _, inode := range checks.IPCElsewhere(v.Now) {
			for _, m := range v.Now.Mounts[mnt] {
				if isOf(m, v.Now.IPC[inode]) {
					return miss(v, "ipc.posix-not-created", append(both(v, inode), mountEvidence(v.Now, mnt)...),
						"ns", nsName(inode), "point", checks.Plain(m.Point))
				}
			}
		}
	}
	return none, false
}

// mountOfHost recognises a further mount that shows the host's queues: it was made by a process in the host's IPC namespace.
func mountOfHost(v *checks.View) (checks.Finding, bool) {
	host := v.Now.IPC[v.Now.Host.IPC]
	count := func(s *snapshot.Snapshot, mnt uint64) (n int, last snapshot.Mount) {
		for _, m := range s.Mounts[mnt] {
			if isOf(m, host) {
				n, last = n+1, m
			}
		}
		return n, last
	}
	given, _ := count(v.Start, v.Start.Host.Mnt)
	for _, mnt := range append(mountNamespaces(v.Now), v.Now.Host.Mnt) {
		if n, m := count(v.Now, mnt); n > given {
			return miss(v, "ipc.mqueue-of-host", append(checks.IPCEvidence(v.Now, v.Now.Host.IPC), mountEvidence(v.Now, mnt)...),
				"point", checks.Plain(m.Point), "mnt-ns", checks.NSName(snapshot.Mnt, mnt))
		}
	}
	return none, false
}

func posixEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		if inodes := hasPOSIX(v, seen); len(inodes) > 0 {
			inode := inodes[0]
			key := "ipc.posix-ended"
			if checks.Still(seen, v.Now, snapshot.IPC, inode) {
				key = "ipc.posix-removed"
			}
			return miss(v, key, append([]checks.Evidence{{What: "POSIX queue that was in " + nsName(inode), Value: "/" + v.Params["queue"]}}, every(v)...),
				"ns", nsName(inode))
		}
	}
	return none, false
}

// posixFile recognises an ordinary file of the queue's name.
func posixFile(v *checks.View) (checks.Finding, bool) {
	for words, line := range v.LastCommands() {
		for _, w := range words[1:] {
			if words[0] == "touch" && line.Status == 0 && path.Base(w) == v.Params["queue"] {
				return miss(v, "ipc.posix-file", every(v), "file", checks.Plain(w))
			}
		}
	}
	return none, false
}

func mountRefused(v *checks.View) (checks.Finding, bool) {
	for words, line := range v.LastCommands() {
		if words[0] == "mount" && slices.Contains(words, "mqueue") && line.Status > 0 {
			// The kernel mounts no file system twice in one place (EBUSY of mount(2)).
			if words[len(words)-1] == "/dev/mqueue" {
				return miss(v, "ipc.mount-busy", append(every(v), mountEvidence(v.Now, v.Now.Host.Mnt)...), "typed", checks.Plain(strings.Join(words, " ")))
			}
			return miss(v, "ipc.mount-refused", every(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

func noPOSIX(v *checks.View) (checks.Finding, bool) {
	return miss(v, "ipc.no-posix", append(every(v), mountEvidence(v.Now, v.Now.Host.Mnt)...))
}
