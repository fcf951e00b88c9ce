package container

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var none checks.Finding

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, v.Args(pairs...), evidence...), true
}

// typed looks for a simple command that was typed, the last first.
func typed(v *checks.View, want func(words []string, line checks.Line) bool) (words []string, ok bool) {
	for _, line := range slices.Backward(v.Typed) {
		for _, words := range slices.Backward(checks.Commands(line.Text)) {
			if want(words, line) {
				return words, true
			}
		}
	}
	return nil, false
}

// Step layers.

// otherMount recognises a bind mount, or a copy, where an overlay should be.
func otherMount(v *checks.View) (checks.Finding, bool) {
	if len(overlays(v.Now)) > 0 {
		return none, false
	}
	for _, m := range v.Now.Mounts[v.Now.Host.Mnt] {
		if strings.HasPrefix(m.Root, "/root/") && m.FSType != "nsfs" {
			return miss(v, "container.bind-instead", mountEvidence(v.Now, v.Now.Host.Mnt, m.Point), "point", checks.Plain(m.Point), "from", checks.Plain(m.Root))
		}
	}
	return none, false
}

func notUnpacked(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Files[unpacked]; ok || len(overlays(v.Now)) > 0 {
		return none, false
	}
	return miss(v, "container.not-unpacked", []checks.Evidence{{What: unpacked, Value: "—"}}, "path", unpacked)
}

func refusedOverlay(v *checks.View) (checks.Finding, bool) {
	if len(overlays(v.Now)) > 0 {
		return none, false
	}
	line, ok := typed(v, func(words []string, line checks.Line) bool {
		return words[0] == "mount" && slices.Contains(words, "overlay") && line.Status > 0
	})
	if !ok {
		return none, false
	}
	return miss(v, "container.overlay-refused", mountEvidence(v.Now, v.Now.Host.Mnt, "/"), "typed", checks.Plain(strings.Join(line, " ")))
}

// Step box.

func hostRenamed(v *checks.View) (checks.Finding, bool) {
	is, was := v.Now.UTS[v.Now.Host.UTS].HostName, v.Start.UTS[v.Start.Host.UTS].HostName
	if is == was {
		return none, false
	}
	return miss(v, "container.host-renamed", checks.UTSEvidence(v.Now, v.Now.Host.UTS), "is", checks.Plain(is), "was", checks.Plain(was),
		"ns", checks.NSName(snapshot.UTS, v.Now.Host.UTS))
}

// emptyPID recognises unshare --pid without --fork: the shell's children would be in the new PID namespace,
// the shell itself is not.
func emptyPID(v *checks.View) (checks.Finding, bool) {
	for _, p := range slices.Backward(v.Now.Procs) {
		if !living(p) || p.NS.PID != v.Now.Host.PID || p.NS.PIDForChildren == v.Now.Host.PID {
			continue
		}
		if slices.ContainsFunc(v.Now.Procs, func(c snapshot.Process) bool { return c.Parent == p.PID && living(c) && c.NS.PID != p.NS.PID }) {
			continue // it waits for its child
		}
		return miss(v, "container.without-fork", nsEvidence(v.Now, p.NS, checks.ProcName(p), kinds()), "process", procName(p),
			"ns", checks.NSName(snapshot.PID, p.NS.PID))
	}
	return none, false
}

// noLayers recognises that there is no overlay to be the root of a box: a lesson that is opened again goes on
// at the step where it was left, in a fresh lab.
func noLayers(v *checks.View) (checks.Finding, bool) {
	if len(overlays(v.Now)) > 0 {
		return none, false
	}
	for _, p := range v.Now.Procs {
		if _, own := shared(v.Now, p); !own || !living(p) {
			continue
		}
		if key := boxRoot(v.Now, p); key != "container.not-pivoted" && key != "container.chrooted" {
			return none, false // it has a root, of another kind
		}
	}
	return miss(v, "container.no-layers", mountEvidence(v.Now, v.Now.Host.Mnt, "/", "/root/merged"))
}

// lastBox returns the snapshot of the past in which there was a box, the latest.
func lastBox(v *checks.View) (*snapshot.Snapshot, container, bool) {
	for _, s := range slices.Backward(v.Seen) {
		if boxes := boxesOf(v, s); len(boxes) > 0 {
			return s, boxes[0], true
		}
	}
	return nil, container{}, false
}

// boxEnded recognises that a box was there, and nothing is in namespaces of its own now.
func boxEnded(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if _, ok := judgeBox(v, p); ok {
			return none, false
		}
	}
	s, b, ok := lastBox(v)
	if !ok {
		return none, false
	}
	return miss(v, "container.box-ended", b.evidence(s), "process", procName(b.init))
}

// boxGone is boxEnded for the steps that build upon a box.
func boxGone(v *checks.View) (checks.Finding, bool) {
	if len(boxesOf(v, v.Now)) > 0 {
		return none, false
	}
	if s, b, ok := lastBox(v); ok {
		return miss(v, "container.box-gone", b.evidence(s), "process", procName(b.init))
	}
	return noBox(v), true
}

// noBox is the finding of a step that builds upon a box and finds none.
func noBox(v *checks.View) checks.Finding {
	return words.Miss("container.without-box", v.Args(), nsEvidence(v.Now, v.Now.Host, "host", kinds())...)
}

// Step exec.

// execEnded recognises a process that had joined the box and has ended.
func execEnded(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, s := range slices.Backward(v.Seen) {
			p, ok := joinedTo(s, b)
			if now, still := v.Now.Proc(p.PID); ok && (!still || now.Start != p.Start) {
				return miss(v, "container.exec-ended", b.evidence(s, p), "process", procName(p), "target", strconv.Itoa(b.init.PID))
			}
		}
	}
	return none, false
}

// joinedOtherRoot recognises a process in all of the box's namespaces and in another root (nsenter --root, chroot).
func joinedOtherRoot(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, p := range b.members(v.Now) {
			if p.Inside() != 1 && !b.born(v.Now, p) && !b.sameRoot(p) {
				return miss(v, "container.joined-other-root", append(b.evidence(v.Now, p), checks.Evidence{What: "root of " + checks.ProcName(p), Value: checks.Plain(p.Root.Path)}),
					"process", procName(p), "root", checks.Plain(p.Root.Path), "target", strconv.Itoa(b.init.PID))
			}
		}
	}
	return none, false
}

// joinedSome recognises a process that is in some of the box's own namespaces and not in all.
func joinedSome(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		var best *snapshot.Process
		for i, p := range v.Now.Procs {
			lacks := b.lacks(p)
			in := slices.ContainsFunc(kinds(), func(k snapshot.Kind) bool {
				return p.NS.Of(k) == b.init.NS.Of(k)
			})
			if !living(p) || !in || len(lacks) == 0 || ancestor(v.Now, p, b.init) || b.born(v.Now, p) {
				continue
			}
			if best == nil || len(lacks) <= len(b.lacks(*best)) {
				best = &v.Now.Procs[i]
			}
		}
		if best != nil {
			lacks := b.lacks(*best)
			key := "container.joined-some"
			if slices.Equal(lacks, []snapshot.Kind{snapshot.PID}) {
				key = "container.joined-without-pid"
			}
			return miss(v, key, b.evidence(v.Now, *best), "process", procName(*best), "kinds", kindNames(lacks), "target", strconv.Itoa(b.init.PID))
		}
	}
	return none, false
}

// ancestor says that p is among the parents of q: the unshare that waits for the box, the shell it was typed in.
func ancestor(s *snapshot.Snapshot, p, q snapshot.Process) bool {
	for range s.Procs {
		parent, ok := s.Proc(q.Parent)
		if !ok {
			return false
		}
		if parent.PID == p.PID {
			return true
		}
		q = parent
	}
	return false
}

// allRefused recognises nsenter --all, which wants to join the time namespace too: that one is the
// machine's, and the lab's root has no say in it.
func allRefused(v *checks.View) (checks.Finding, bool) {
	boxes := boxesOf(v, v.Now)
	if len(boxes) == 0 {
		return none, false
	}
	_, ok := typed(v, func(words []string, line checks.Line) bool {
		return words[0] == "nsenter" && line.Status > 0 && slices.ContainsFunc(words, func(w string) bool {
			return w == "--all" || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "a")
		})
	})
	if !ok {
		return none, false
	}
	return miss(v, "container.all-refused", boxes[0].evidence(v.Now), "target", strconv.Itoa(boxes[0].init.PID))
}

// onlyChild recognises a second process in the box that was born there.
func onlyChild(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, p := range slices.Backward(b.members(v.Now)) {
			if p.Inside() != 1 && b.born(v.Now, p) {
				parent, _ := v.Now.Proc(p.Parent)
				return miss(v, "container.exec-child", b.evidence(v.Now, p), "process", procName(p), "parent", procName(parent),
					"target", strconv.Itoa(b.init.PID))
			}
		}
	}
	return none, false
}

// Step bare.

// without says that a process's effective set lacks what the box's first process has.
func without(p snapshot.Process) bool { return len(has(p.CapEff)) < len(dropped) }

// bareOutside recognises a process without the capabilities that is not in the box.
func bareOutside(v *checks.View) (checks.Finding, bool) {
	boxes := boxesOf(v, v.Now)
	for _, b := range boxes {
		for _, p := range b.members(v.Now) {
			if without(p) {
				return none, false
			}
		}
	}
	for _, p := range slices.Backward(v.Now.Procs) {
		in := slices.ContainsFunc(boxes, func(b container) bool { return b.init.NS.PID == p.NS.PID })
		if living(p) && !in && len(has(p.CapEff)) == 0 && len(boxes) > 0 && !given(v, p) {
			return miss(v, "container.bare-outside", append(capEvidence(p), boxes[0].evidence(v.Now, p)...), "process", procName(p),
				"kinds", kindNames(boxes[0].lacks(p)))
		}
	}
	return none, false
}

// given says that a process was there at the start: the lab's init has no capabilities.
func given(v *checks.View, p snapshot.Process) bool {
	q, ok := v.Start.Proc(p.PID)
	return ok && q.Start == p.Start
}

// bareUserNS recognises a process that has left the box's user namespace for a new one, where exec took its
// capabilities away, or where it has all of them over nothing.
func bareUserNS(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, p := range v.Now.Procs {
			if living(p) && slices.Equal(b.lacks(p), []snapshot.Kind{snapshot.User}) {
				return miss(v, "container.bare-user", append(capEvidence(p), checks.NSEvidence(snapshot.User, checks.ProcName(p), p.NS.User)),
					"process", procName(p), "ns", checks.NSName(snapshot.User, p.NS.User), "eff", hex(p.CapEff), "bnd", hex(p.CapBnd))
			}
		}
	}
	return none, false
}

// comesBack recognises capabilities that are gone from the effective set alone.
func comesBack(v *checks.View) (checks.Finding, bool) {
	return inBox(v, "container.comes-back", func(p snapshot.Process) []string {
		if len(has(p.CapEff)) > 0 {
			return nil
		}
		return has(p.CapPrm, p.CapBnd, p.CapInh)
	})
}

// stillHas recognises that one of the two is left.
func stillHas(v *checks.View) (checks.Finding, bool) {
	return inBox(v, "container.still-has", func(p snapshot.Process) []string {
		if left := has(p.CapEff, p.CapBnd); len(left) < len(dropped) {
			return left
		}
		return nil
	})
}

// inBox looks for a process in a box of which there are capabilities to name.
func inBox(v *checks.View, key string, left func(snapshot.Process) []string) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, p := range slices.Backward(b.members(v.Now)) {
			if names := left(p); len(names) > 0 {
				return miss(v, key, capEvidence(p), "process", procName(p), "caps", strings.Join(names, ", "), "eff", hex(p.CapEff), "bnd", hex(p.CapBnd))
			}
		}
	}
	return none, false
}

func bareEnded(v *checks.View) (checks.Finding, bool) {
	for _, b := range boxesOf(v, v.Now) {
		for _, s := range slices.Backward(v.Seen) {
			for _, p := range b.members(s) {
				now, still := v.Now.Proc(p.PID)
				if len(has(p.CapEff, p.CapPrm, p.CapBnd, p.CapInh)) == 0 && (!still || now.Start != p.Start) {
					return miss(v, "container.bare-ended", capEvidence(p), "process", procName(p))
				}
			}
		}
	}
	return none, false
}
