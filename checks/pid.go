package checks

import (
	"path"
	"slices"
	"strconv"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var pidMessages = Messages{
	"proc.host-kept": {
		Found: say.Text{
			EN: "The host's /proc shows the processes of the host's PID namespace, {{host-ns}}.",
			FR: "Le /proc de l'hôte montre les processus de l'espace de noms PID de l'hôte, {{host-ns}}."},
	},
	"proc.host-changed": {
		Expected: say.Text{
			EN: "The host's /proc shows the processes of the host's PID namespace, {{host-ns}}.",
			FR: "Le /proc de l'hôte montre les processus de l'espace de noms PID de l'hôte, {{host-ns}}."},
		Found: say.Text{
			EN: "The host's /proc now shows those of another one, {{ns}}: it was mounted over in the host's mount namespace.",
			FR: "Le /proc de l'hôte montre maintenant ceux d'un autre, {{ns}} : on a monté par-dessus dans l'espace de noms de montage de l'hôte."},
		Try: say.Text{
			EN: "`umount /proc` in shell host brings back what is below.",
			FR: "`umount /proc` dans le shell host fait réapparaître ce qui est dessous."},
	},
	"proc.host-gone": {
		Expected: say.Text{
			EN: "The host's /proc shows the processes of the host's PID namespace, {{host-ns}}.",
			FR: "Le /proc de l'hôte montre les processus de l'espace de noms PID de l'hôte, {{host-ns}}."},
		Found: say.Text{
			EN: "In the host no proc file system is visible on /proc: it was unmounted, or something else was mounted over it.",
			FR: "Chez l'hôte, aucun système de fichiers proc n'est visible sur /proc : il a été démonté, ou autre chose est monté par-dessus."},
		Try: say.Text{
			EN: "In shell host look at `ls /proc`: `umount /proc` takes away what covers it, `mount -t proc proc /proc` mounts it anew.",
			FR: "Dans le shell host, regardez `ls /proc` : `umount /proc` ôte ce qui le couvre, `mount -t proc proc /proc` le monte à nouveau."},
	},
}

// Firsts lists the processes that have number 1 in a PID namespace that the
// learner made ([Made]), by ascending PID in the lab.
func Firsts(v *View) []snapshot.Process {
	made := Made(v, snapshot.PID)
	return v.Now.Where(func(p *snapshot.Process) bool {
		return slices.Contains(made, p.NS.PID) && p.Inside() == 1 && Living(*p)
	})
}

// At is the view of an earlier moment: one of View.Seen as its Now.
func (v *View) At(seen *snapshot.Snapshot) *View {
	w := *v
	w.Now = seen
	return &w
}

// Members lists the living processes in a PID namespace, itself and not those below it.
func Members(s *snapshot.Snapshot, inode uint64) []snapshot.Process {
	return slices.DeleteFunc(s.In(snapshot.PID, inode), func(p snapshot.Process) bool { return !Living(p) })
}

// shellNames are programs that prompt for commands.
var shellNames = []string{"sh", "bash", "dash", "ash", "zsh", "fish", "ksh", "mksh"}

// IsShell reports whether a process runs a shell. Its name alone does not tell, for a
// process may call itself what it likes: the program must be one, by the path of its file.
func IsShell(p snapshot.Process) bool {
	switch program := path.Base(p.Exe); program {
	case "busybox":
		return slices.Contains(shellNames, p.Comm)
	case ".": // unknown
		return slices.Contains(shellNames, p.Comm)
	default:
		return slices.Contains(shellNames, program)
	}
}

// Who names a process within a sentence, where ProcName would bring its own word: "12 (bash)".
func Who(p snapshot.Process) string { return strconv.Itoa(p.PID) + " (" + Plain(p.Comm) + ")" }

// HostKeepsProc holds when the /proc of the lab's host shows the host's processes.
func HostKeepsProc(v *View) Finding {
	host := v.Now.Host.PID
	args := v.Args("host-ns", NSName(snapshot.PID, host))
	init, _ := v.Now.Proc(1)
	evidence := []Evidence{NSEvidence(snapshot.PID, "host", host)}
	if init.ProcNS == 0 {
		return pidMessages.Miss("proc.host-gone", args, append(evidence, mountsOn(v.Now, v.Now.Host.Mnt, "/proc")...)...)
	}
	evidence = append(evidence, Evidence{What: "pid namespace that the host's /proc shows", Value: NSName(snapshot.PID, init.ProcNS)})
	if init.ProcNS != host {
		args["ns"] = NSName(snapshot.PID, init.ProcNS)
		return pidMessages.Miss("proc.host-changed", args, append(evidence, mountsOn(v.Now, v.Now.Host.Mnt, "/proc")...)...)
	}
	return pidMessages.Pass("proc.host-kept", args, evidence...)
}

// mountsOn is the evidence of what is mounted on a path in a mount namespace.
func mountsOn(s *snapshot.Snapshot, mnt uint64, point string) []Evidence {
	var evidence []Evidence
	for _, m := range s.Mounts[mnt] {
		if m.Point == point {
			evidence = append(evidence, Evidence{What: "mount on " + point + " in " + NSName(snapshot.Mnt, mnt), Value: m.FSType + " " + m.Dev})
		}
	}
	return evidence
}
