package checks

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Count lists the processes of a namespace that count as the learner's: not the lab's init, none that has ended, and no
// unshare, nsenter or sudo that only waits for the program it started there.
func Count(s *snapshot.Snapshot, kind snapshot.Kind, inode uint64) []snapshot.Process {
	return slices.DeleteFunc(s.In(kind, inode), func(p snapshot.Process) bool {
		return p.PID == 1 || p.Ended() || onlyWaits(s, kind, p)
	})
}

func onlyWaits(s *snapshot.Snapshot, kind snapshot.Kind, p snapshot.Process) bool {
	return slices.Contains([]string{"unshare", "nsenter", "sudo"}, p.Comm) &&
		slices.ContainsFunc(s.Procs, func(child snapshot.Process) bool {
			return child.Parent == p.PID && child.NS.Of(kind) == p.NS.Of(kind) && !child.Ended()
		})
}

// processNames lists processes, the first few.
func processNames(in []snapshot.Process) string {
	var names []string
	for _, p := range in[:min(len(in), maxNamed)] {
		names = append(names, Who(p))
	}
	if len(in) > maxNamed {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
}

func processEvidence(kind snapshot.Kind, in []snapshot.Process) []Evidence {
	var evidence []Evidence
	for _, p := range in[:min(len(in), maxNamed)] {
		evidence = append(evidence, NSEvidence(kind, ProcName(p), p.NS.Of(kind)))
	}
	return evidence
}

// Processes holds for a namespace with at least n processes in it ([Count]).
func Processes(kind snapshot.Kind, n string) Condition {
	return Condition{Key: "processes", Kind: kind,
		Clause: say.Text{EN: "there are " + n + " processes or more", FR: "il y a " + n + " processus ou plus"},
		Try: say.Text{EN: "`unshare` starts a program in a new namespace; its children are born in it, and `nsenter` lets another step in.",
			FR: "`unshare` lance un programme dans un nouvel espace de noms ; ses enfants y naissent, et `nsenter` y fait entrer un autre."},
		Look: func(v *View, inode uint64) Sight {
			in := Count(v.Now, kind, inode)
			want, ok := v.number(n)
			return Sight{Holds: ok && int64(len(in)) >= want, Is: processNames(in), Evidence: processEvidence(kind, in)}
		}}
}

// Names of programs that stand for several.
const (
	AnyProgram = "any"
	AnyShell   = "shell"
)

// Runs reports whether a process runs the program: by the name of its file or by its command name, for an
// interpreter's is another, and all of BusyBox is one file. "shell" stands for every shell ([IsShell]), "any" for every program.
func Runs(p snapshot.Process, program string) bool {
	switch program {
	case AnyProgram:
		return true
	case AnyShell:
		return IsShell(p)
	}
	return program != "" && (p.Comm == program || path.Base(p.Exe) == program)
}

// programText names a program within a sentence.
func programText(program string) say.Text {
	switch program {
	case AnyProgram:
		return say.Text{EN: "a process", FR: "un processus"}
	case AnyShell:
		return say.Text{EN: "a shell", FR: "un shell"}
	}
	return say.Text{EN: "a process `" + program + "`", FR: "un processus `" + program + "`"}
}

// Process holds for a namespace that a process is in that runs the program ([Runs]).
func Process(kind snapshot.Kind, program string) Condition {
	what := programText(program)
	return Condition{Key: "process", Kind: kind,
		Clause: say.Text{EN: what.EN + " runs", FR: what.FR + " tourne"},
		Try: say.Text{EN: "`unshare` starts a program in a new namespace, and `nsenter` in one that is there.",
			FR: "`unshare` lance un programme dans un nouvel espace de noms, et `nsenter` dans un espace existant."},
		Look: func(v *View, inode uint64) Sight {
			all := Count(v.Now, kind, inode)
			in := slices.DeleteFunc(slices.Clone(all), func(p snapshot.Process) bool { return !Runs(p, v.fill(program)) })
			if len(in) == 0 {
				return Sight{Is: processNames(all), Evidence: processEvidence(kind, all)}
			}
			return Sight{Holds: true, Is: processNames(in), Evidence: processEvidence(kind, in)}
		}}
}

// PIDOne holds for a PID namespace whose process number 1 runs the program ([Runs]).
func PIDOne(program string) Condition {
	what := programText(program)
	return Condition{Key: "pid-1", Kind: snapshot.PID,
		Clause: say.Text{EN: what.EN + " has number 1", FR: what.FR + " porte le numéro 1"},
		Try: say.Text{EN: "The first process that is born in a new PID namespace has number 1 there: `unshare --pid --fork`.",
			FR: "Le premier processus né dans un nouvel espace de noms PID y porte le numéro 1 : `unshare --pid --fork`."},
		Look: func(v *View, inode uint64) Sight {
			all := Members(v.Now, inode)
			in := slices.DeleteFunc(slices.Clone(all), func(p snapshot.Process) bool { return p.Inside() != 1 || !Runs(p, v.fill(program)) })
			if len(in) == 0 {
				return Sight{Is: processNames(all), Evidence: processEvidence(snapshot.PID, all)}
			}
			return Sight{Holds: true, Is: processNames(in), Evidence: processEvidence(snapshot.PID, in)}
		}}
}

// ProcShows holds for a PID namespace in which some process's /proc shows that namespace's own processes, by a mount outside the host's
// mount namespace (pid_namespaces(7)).
func ProcShows() Condition {
	return Condition{Key: "proc-shows", Kind: snapshot.PID,
		Clause: say.Text{EN: "a process sees the processes of that namespace in /proc, in a mount namespace other than the host's",
			FR: "un processus voit dans /proc les processus de cet espace, dans un espace de noms mnt autre que celui de l'hôte"},
		Try: say.Text{EN: "A new PID namespace needs a /proc of its own: `unshare --pid --fork --mount-proc`.",
			FR: "Un nouvel espace de noms PID veut son propre /proc : `unshare --pid --fork --mount-proc`."},
		Look: func(v *View, inode uint64) Sight {
			var sight Sight
			for _, p := range Members(v.Now, inode) {
				is := "none"
				if p.ProcNS != 0 {
					is = NSName(snapshot.PID, p.ProcNS)
				}
				e := Evidence{What: "pid namespace that the /proc of " + ProcName(p) + " shows", Value: is}
				if p.ProcNS == inode && p.NS.Mnt != v.Now.Host.Mnt {
					return Sight{Holds: true, Is: Who(p), Evidence: []Evidence{e, NSEvidence(snapshot.Mnt, ProcName(p), p.NS.Mnt)}}
				}
				sight.Is = "/proc of " + Who(p) + ": " + is
				sight.Evidence = append(sight.Evidence, e)
			}
			return sight
		}}
}

// Ended holds when a namespace that the learner made ([PlaceMade]) was seen with at least n processes in it, and is gone.
func Ended(kind snapshot.Kind, n string) Check {
	return Fact("ended",
		say.Text{EN: "A " + string(kind) + " namespace that you made, with " + n + " processes or more in it, has ended.",
			FR: "Un espace de noms " + string(kind) + " que vous avez créé, avec " + n + " processus ou plus, a disparu."},
		say.Text{EN: "A namespace ends with the last process in it; a PID namespace with its number 1, and all the others go with that one.",
			FR: "Un espace de noms disparaît avec son dernier processus ; un espace PID avec son numéro 1, et tous les autres avec lui."},
		func(v *View) Sight {
			want, ok := v.number(n)
			var lives Sight
			for _, seen := range slices.Backward(v.Seen) {
				for _, inode := range PlaceMade.Of(v.At(seen), kind) {
					in := Count(seen, kind, inode)
					if !ok || int64(len(in)) < want {
						continue
					}
					if Still(seen, v.Now, kind, inode) {
						lives = Sight{Is: NSName(kind, inode) + ": " + processNames(in), Evidence: processEvidence(kind, in)}
						continue
					}
					return Sight{Holds: true, Is: processNames(in), Evidence: append(
						[]Evidence{{What: string(kind) + " namespace that has ended", Value: NSName(kind, inode)}}, processEvidence(kind, in)...)}
				}
			}
			return lives
		})
}

// BootTime holds for a time namespace that a process is in whose boot time is moved by so many seconds (time_namespaces(7)).
func BootTime(seconds string) Condition {
	return clock("boottime", seconds, func(p snapshot.Process) int64 { return p.BootOffset })
}

// Monotonic is the same for the monotonic clock.
func Monotonic(seconds string) Condition {
	return clock("monotonic", seconds, func(p snapshot.Process) int64 { return p.MonotonicOffset })
}

func clock(name, seconds string, of func(snapshot.Process) int64) Condition {
	return Condition{Key: name, Kind: snapshot.Time,
		Clause: say.Text{EN: "the clock " + name + " is " + seconds + " seconds ahead", FR: "l'horloge " + name + " avance de " + seconds + " secondes"},
		Try: say.Text{EN: "`unshare --time --" + name + " " + seconds + " --fork bash`.",
			FR: "`unshare --time --" + name + " " + seconds + " --fork bash`."},
		Look: func(v *View, inode uint64) Sight {
			want, ok := v.number(seconds)
			var sight Sight
			for _, p := range v.Now.In(snapshot.Time, inode) {
				sight = Sight{Holds: ok && p.NS.Time == p.NS.TimeForChildren && of(p) == want, Is: strconv.FormatInt(of(p), 10),
					Evidence: []Evidence{{What: name + " of " + ProcName(p), Value: strconv.FormatInt(of(p), 10)}}}
				if sight.Holds {
					return sight
				}
			}
			return sight
		}}
}

// HostNamed holds for a UTS namespace with that host name (uname(2)).
func HostNamed(name string) Condition {
	return utsNamed(hostName, name, say.Text{EN: "the host name is `" + name + "`", FR: "le nom d'hôte est `" + name + "`"})
}

// DomainNamed holds for a UTS namespace with that domain name, the NIS one.
func DomainNamed(name string) Condition {
	return utsNamed(domainName, name, say.Text{EN: "the domain name is `" + name + "`", FR: "le nom de domaine est `" + name + "`"})
}

func utsNamed(field utsField, name string, clause say.Text) Condition {
	command := "`" + field.key + " " + name + "`"
	return Condition{Key: field.key, Kind: snapshot.UTS, Clause: clause,
		Try: say.Text{EN: command + ", typed in that namespace; `readlink /proc/self/ns/uts` tells which one you are in.",
			FR: command + ", tapé dans cet espace de noms ; `readlink /proc/self/ns/uts` dit dans lequel vous êtes."},
		Look: func(v *View, inode uint64) Sight {
			names, ok := v.Now.UTS[inode]
			if !ok {
				return Sight{}
			}
			is, want := field.of(names), v.fill(name)
			return Sight{Holds: is == want && want != "", Is: Plain(is), Evidence: UTSEvidence(v.Now, inode)[1:]}
		}}
}

// PidsMax holds when a process is in a cgroup whose pids.max is that (cgroups(7)), MemoryMax for memory.max in bytes.
func PidsMax(n string) Check {
	return limit("pids-max", "pids.max", n, func(l snapshot.Limits) int64 { return l.PidsMax })
}

// MemoryMax holds when a process is in a cgroup whose memory.max is so many bytes.
func MemoryMax(n string) Check {
	return limit("memory-max", "memory.max", n, func(l snapshot.Limits) int64 { return l.MemoryMax })
}

func limit(key, file, n string, of func(snapshot.Limits) int64) Check {
	return Fact(key,
		say.Text{EN: "A process is in a cgroup whose " + file + " is " + n + ".", FR: "Un processus est dans un cgroup dont " + file + " vaut " + n + "."},
		say.Text{EN: "Make a folder in `/sys/fs/cgroup`, write the limit into its `" + file + "`, and the process's PID into its `cgroup.procs`.",
			FR: "Créez un dossier dans `/sys/fs/cgroup`, écrivez la limite dans son `" + file + "`, et le PID du processus dans son `cgroup.procs`."},
		func(v *View) Sight {
			want, ok := v.number(n)
			var sight Sight
			for _, p := range v.Now.Procs {
				l, has := v.Now.Limits[p.Cgroup]
				if !Living(p) || !has || of(l) < 0 {
					continue
				}
				is := strconv.FormatInt(of(l), 10)
				sight = Sight{Holds: ok && of(l) == want, Is: Who(p) + ": " + is, Evidence: []Evidence{{What: file + " of the cgroup of " + ProcName(p), Value: is}}}
				if sight.Holds {
					return sight
				}
			}
			return sight
		})
}
