// Package container is the lesson that puts everything together: a container by
// hand, with nothing but mount, unshare, pivot_root, ip, nsenter and setpriv.
//
// container.go says what each step asks of the kernel, box.go what counts as a
// container and wire.go what as its network; diagnose.go recognises the wrong
// states that learners reach, and words.go has the sentences for them.
package container

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// Where the texts have the learner work; other places will do as well, and are diagnosed less well.
const (
	unpacked = "/root/busybox/bin/busybox"
	inLower  = "/root/busybox/{{name}}"
)

// What the machine must give.
var (
	imageNeeds = []string{"filesystem:overlay"}
	boxNeeds   = []string{"filesystem:overlay", "tool:lsns"}
)

// Lesson is the lesson. Both shells begin in the host: it is the learner who isolates this time.
var Lesson = &lessons.Lesson{
	Name:   "container",
	Shells: []lessons.Shell{{Name: "host"}, {Name: "isolated"}},
	Params: []lessons.Param{
		{Name: "name", Default: "aquarium", Kind: lessons.Kind{Form: lessons.HostName}},
		{Name: "box-ip", Default: "10.2.0.2", Kind: lessons.Kind{Form: lessons.Address}},
		{Name: "other-ip", Default: "10.2.0.3", Kind: lessons.Kind{Form: lessons.Address}},
		{Name: "bridge-ip", Default: "10.2.0.1", Kind: lessons.Kind{Form: lessons.Address}},
		{Name: "pids", Default: "20", Kind: lessons.Kind{Form: lessons.Number, Min: 16, Max: 60, Step: 1}},
	},
	Provide: []lessons.File{{Path: "/root/busybox.tar.gz", Content: data.Archive}},
	Watch:   []string{unpacked, inLower},
	Steps: []lessons.Step{
		// The box is made of the layers, and what follows of the box. util-linux has an unshare that knows --cgroup, as it
		// has lsns; iproute2 an ip that knows veth and netns, as it has ss.
		{Name: "layers", Shell: "host", Check: layers, Needs: imageNeeds},
		{Name: "box", Shell: "isolated", Check: box, Needs: boxNeeds},
		{Name: "wire", Shell: "host", Check: wire, Needs: append([]string{"tool:ss|bridge", "link:veth", "link:bridge"}, boxNeeds...)},
		{Name: "limit", Shell: "host", Check: limit, Needs: append([]string{"cgroup:pids"}, boxNeeds...)},
		{Name: "exec", Shell: "host", Check: exec, Needs: boxNeeds},
		{Name: "bare", Shell: "host", Check: bare, Needs: boxNeeds},
	},
	Files: files,
}

// layers: an overlay with a writable upper layer shows a root with commands in it, and a file that was
// written through it.
var layers = checks.Expect(
	say.Text{
		EN: "An overlay mount shows the BusyBox root, has a writable upper layer, and in it the file {{name}}, which the lower layer lacks.",
		FR: "Un montage overlay montre la racine BusyBox, a une couche supérieure accessible en écriture, et dans celle-ci le fichier {{name}}, qui manque à la couche inférieure."},
	checks.Diagnose(layered,
		otherMount, notUnpacked, refusedOverlay))

func layered(v *checks.View) checks.Finding {
	var best checks.Finding
	for _, o := range overlays(v.Now) {
		f := layer(v, o)
		if f.Satisfied {
			return f
		}
		if best.Key == "" || f.Near > best.Near {
			best = f
		}
	}
	if best.Key != "" {
		return best
	}
	return words.Miss("container.no-overlay", v.Args(), mountEvidence(v.Now, v.Now.Host.Mnt, "/")...)
}

// layer judges one overlay mount.
func layer(v *checks.View, o mounted) checks.Finding {
	m, name := o.Mount, v.Params["name"]
	args := v.Args("point", checks.Plain(m.Point), "lower", checks.Plain(option(m, "lowerdir")), "upper", checks.Plain(option(m, "upperdir")),
		"names", list(m.Names))
	evidence := o.evidence()
	miss := func(key string, near int) checks.Finding {
		f := words.Miss(key, args, evidence...)
		f.Near = near
		return f
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(m.Names, n) })
	}
	_, written := v.Now.Files[say.Fill(inLower, v.Params)]
	switch {
	case option(m, "upperdir") == "":
		return miss("container.no-upper", 1)
	case slices.Contains(m.Options, "ro") || slices.Contains(m.SuperOptions, "ro"):
		return miss("container.read-only", 2)
	case !has("bin", "etc", "proc"):
		return miss("container.wrong-lower", 0)
	case written:
		return miss("container.written-below", 4)
	case !has(name):
		return miss("container.not-written", 3)
	}
	return words.Pass("container.layered", args, evidence...)
}

// box: a process in namespaces of its own, whose root is an overlay.
var box = checks.Expect(
	say.Text{
		EN: "A process in mnt, uts, ipc, net, pid and cgroup namespaces of its own: host name {{name}}, the overlay as root by pivot_root, its own /proc, and the old root gone. The host keeps its name.",
		FR: "Un processus dans ses propres espaces de noms mnt, uts, ipc, net, pid et cgroup : nom d'hôte {{name}}, l'overlay pour racine par pivot_root, son propre /proc, et l'ancienne racine partie. L'hôte garde son nom."},
	checks.Diagnose(boxed, hostRenamed, emptyPID, boxEnded, noLayers))

func boxed(v *checks.View) checks.Finding {
	best, f := snapshot.Process{}, checks.Finding{}
	for _, p := range v.Now.Procs {
		// Of two that are as near the younger speaks: a chroot in the shell, and not the shell.
		if g, ok := judgeBox(v, p); ok && (f.Key == "" || g.Near > f.Near || g.Near == f.Near && !f.Satisfied) {
			best, f = p, g
		}
	}
	if f.Key == "" {
		return words.Miss("container.no-box", v.Args("kinds", kindNames(kinds())), nsEvidence(v.Now, v.Now.Host, "host", kinds())...)
	}
	if !f.Satisfied {
		return f
	}
	if kept := checks.HostKeepsHostName(v); !kept.Satisfied {
		return kept
	}
	f.Evidence = append(f.Evidence, checks.Evidence{What: "root of " + checks.ProcName(best), Value: best.Root.Path})
	return f
}

// exec: a process that has joined a box.
var exec = checks.Expect(
	say.Text{
		EN: "A second shell in all the namespaces of the box, and in its root, that was not born there: its parent is outside.",
		FR: "Un second shell dans tous les espaces de noms de la boîte, et dans sa racine, qui n'y est pas né : son parent est dehors."},
	checks.Diagnose(joined, boxGone, execEnded, joinedOtherRoot, joinedSome, onlyChild, allRefused))

func joined(v *checks.View) checks.Finding {
	boxes := boxesOf(v, v.Now)
	for _, b := range boxes {
		if p, ok := joinedTo(v.Now, b); ok {
			parent := "0"
			if p.Parent != 0 {
				parent = strconv.Itoa(p.Parent)
				if q, ok := v.Now.Proc(p.Parent); ok {
					parent = procName(q)
				}
			}
			return words.Pass("container.joined", v.Args("process", procName(p), "inside", strconv.Itoa(p.Inside()),
				"parent", parent, "init", procName(b.init)), b.evidence(v.Now, p)...)
		}
	}
	if len(boxes) == 0 {
		return noBox(v)
	}
	return words.Miss("container.not-joined", v.Args("init", procName(boxes[0].init), "target", strconv.Itoa(boxes[0].init.PID)), boxes[0].evidence(v.Now)...)
}

// dropped are the capabilities that step bare wants gone.
var dropped = []capability{{unix.CAP_SYS_ADMIN, "sys_admin"}, {unix.CAP_NET_RAW, "net_raw"}}

type capability struct {
	bit  uint
	name string
}

// has lists the names of the capabilities that a set still holds.
func has(sets ...uint64) []string {
	var names []string
	for _, c := range dropped {
		for _, set := range sets {
			if set&(1<<c.bit) != 0 {
				names = append(names, c.name)
				break
			}
		}
	}
	return names
}

// bare: a process in a box that has not the capabilities, and cannot get them back by exec.
var bare = checks.Expect(
	say.Text{
		EN: "A process in the box without CAP_SYS_ADMIN and without CAP_NET_RAW: neither in its effective set, nor in its bounding set, from which an exec would bring them back.",
		FR: "Un processus dans la boîte sans CAP_SYS_ADMIN et sans CAP_NET_RAW : ni dans son ensemble effectif, ni dans son ensemble limitant (bounding), d'où un exec les ramènerait."},
	checks.Diagnose(stripped, boxGone, bareOutside, bareUserNS, comesBack, stillHas, bareEnded))

func stripped(v *checks.View) checks.Finding {
	boxes := boxesOf(v, v.Now)
	for _, b := range boxes {
		for _, p := range b.members(v.Now) {
			if len(has(p.CapEff, p.CapPrm, p.CapBnd, p.CapInh)) == 0 {
				return words.Pass("container.bare", v.Args("process", procName(p), "eff", hex(p.CapEff), "bnd", hex(p.CapBnd),
					"init-eff", hex(b.init.CapEff)), append(capEvidence(p), capEvidence(b.init)...)...)
			}
		}
	}
	if len(boxes) == 0 {
		return noBox(v)
	}
	in := boxes[0].init
	return words.Miss("container.not-bare", v.Args("init", procName(in), "eff", hex(in.CapEff)), capEvidence(in)...)
}

func hex(set uint64) string { return "0x" + strconv.FormatUint(set, 16) }

func capEvidence(p snapshot.Process) []checks.Evidence {
	who := checks.ProcName(p)
	return []checks.Evidence{{What: "CapEff of " + who, Value: hex(p.CapEff)}, {What: "CapBnd of " + who, Value: hex(p.CapBnd)}}
}

// list writes names for people, printable, the first few of them.
func list(names []string) string {
	var plain []string
	for i, n := range names {
		if i == 8 {
			plain = append(plain, "…")
			break
		}
		plain = append(plain, checks.Plain(n))
	}
	if plain == nil {
		return "—"
	}
	return strings.Join(plain, ", ")
}
