package checks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file has conditions on mount namespaces (mount_namespaces(7)) and on files of the lab's host.

func mountSight(v *View, inode uint64, point string, holds func(snapshot.Mount) bool) Sight {
	m, ok := MountOn(v.Now.Mounts[inode], point)
	if !ok {
		return Sight{}
	}
	return Sight{Holds: holds(m), Is: MountName(m) + ", " + m.Propagation(), Evidence: []Evidence{MountEvidence(v.Now, inode, m)}}
}

// Mounted holds for a mount namespace in which a file system of that type, or of any where it is empty, is mounted on the point.
func Mounted(point, fsType string) Condition {
	clause := say.Text{EN: "something is mounted on `" + point + "`", FR: "quelque chose est monté sur `" + point + "`"}
	what := "WHAT"
	if fsType != "" {
		clause = say.Text{EN: "a file system of type " + fsType + " is mounted on `" + point + "`", FR: "un système de fichiers de type " + fsType + " est monté sur `" + point + "`"}
		what = "-t " + fsType + " " + fsType
	}
	return Condition{Key: "mount", Kind: snapshot.Mnt, Clause: clause,
		Try: say.Text{EN: "`mount " + what + " " + point + "`, typed in that namespace; `findmnt` or `/proc/self/mountinfo` shows its mounts.",
			FR: "`mount " + what + " " + point + "`, tapé dans cet espace ; `findmnt` ou `/proc/self/mountinfo` montre ses montages."},
		Look: func(v *View, inode uint64) Sight {
			return mountSight(v, inode, v.fill(point), func(m snapshot.Mount) bool { return fsType == "" || m.FSType == fsType })
		}}
}

// BoundTo holds for a mount namespace in which the directory of the host is bind-mounted on the point (mount(8)).
func BoundTo(source, point string) Condition {
	return Condition{Key: "bind", Kind: snapshot.Mnt,
		Clause: say.Text{EN: "`" + source + "` is mounted on `" + point + "`", FR: "`" + source + "` est monté sur `" + point + "`"},
		Try: say.Text{EN: "`mount --bind " + source + " " + point + "`, typed in that namespace.",
			FR: "`mount --bind " + source + " " + point + "`, tapé dans cet espace."},
		Look: func(v *View, inode uint64) Sight {
			dev, root, ok := Locate(v.Now.Mounts[v.Now.Host.Mnt], v.fill(source))
			return mountSight(v, inode, v.fill(point), func(m snapshot.Mount) bool { return ok && m.Dev == dev && m.Root == root })
		}}
}

// PropagationOf holds for a mount namespace in which the mount on the point has that propagation type.
func PropagationOf(point, propagation string) Condition {
	return Condition{Key: "propagation", Kind: snapshot.Mnt,
		Clause: say.Text{EN: "the mount on `" + point + "` is " + propagation, FR: "le montage sur `" + point + "` est " + propagation},
		Try: say.Text{EN: "`mount --make-" + propagation + " " + point + "`, typed in that namespace.",
			FR: "`mount --make-" + propagation + " " + point + "`, tapé dans cet espace."},
		Look: func(v *View, inode uint64) Sight {
			return mountSight(v, inode, v.fill(point), func(m snapshot.Mount) bool { return m.Propagation() == propagation })
		}}
}

// RootIs holds for a mount namespace in which a process has the directory of the host for its root, by whatever way: chroot(2), a bind
// mount, pivot_root(2). The snapshot must know the directory (Files).
func RootIs(dir string) Condition {
	return Condition{Key: "root", Kind: snapshot.Mnt,
		Clause: say.Text{EN: "a process has `" + dir + "` for its root directory", FR: "un processus a `" + dir + "` pour racine"},
		Try: say.Text{EN: "`chroot " + dir + " PROGRAM` starts a program that is in it.",
			FR: "`chroot " + dir + " PROGRAMME` lance un programme qui s'y trouve."},
		Look: func(v *View, inode uint64) Sight {
			want := v.Now.Files[v.fill(dir)]
			for _, p := range Count(v.Now, snapshot.Mnt, inode) {
				if StandsIn(p.Root, want) {
					return Sight{Holds: true, Is: Who(p), Evidence: []Evidence{{What: "root directory of " + ProcName(p),
						Value: Plain(p.Root.Path) + ", inode " + strconv.FormatUint(p.Root.Ino, 10)}}}
				}
			}
			return Sight{}
		}}
}

func fileSight(v *View, path string, holds func(snapshot.File) bool) Sight {
	path = v.fill(path)
	f, ok := v.Now.Files[path]
	what := "file"
	if f.Dir {
		what = "directory"
	}
	is := fmt.Sprintf("%s, mode %04o, %d bytes", what, f.Mode, f.Size)
	if !ok {
		return Sight{Evidence: []Evidence{{What: path + " in the host", Value: "nothing there"}}}
	}
	return Sight{Holds: holds(f), Is: is, Evidence: []Evidence{{What: path + " in the host", Value: is}}}
}

// FileThere holds when the lab's host has a file, and no directory, at the path.
func FileThere(path string) Check {
	return Fact("file", say.Text{EN: "In the host there is a file `" + path + "`.", FR: "Chez l'hôte il y a un fichier `" + path + "`."},
		say.Text{EN: "`ls -l " + path + "` in shell host shows what is there.", FR: "`ls -l " + path + "` dans le shell host montre ce qu'il y a."},
		func(v *View) Sight { return fileSight(v, path, func(f snapshot.File) bool { return !f.Dir }) })
}

// DirectoryThere holds when the lab's host has a directory at the path.
func DirectoryThere(path string) Check {
	return Fact("directory", say.Text{EN: "In the host there is a directory `" + path + "`.", FR: "Chez l'hôte il y a un répertoire `" + path + "`."},
		say.Text{EN: "`mkdir -p " + path + "` in shell host makes it.", FR: "`mkdir -p " + path + "` dans le shell host le crée."},
		func(v *View) Sight { return fileSight(v, path, func(f snapshot.File) bool { return f.Dir }) })
}

// FileSize holds when the file at the path is so many bytes long.
func FileSize(path, bytes string) Check {
	return Fact("file-size", say.Text{EN: "In the host, the file `" + path + "` has " + bytes + " bytes.", FR: "Chez l'hôte, le fichier `" + path + "` fait " + bytes + " octets."},
		say.Text{EN: "`stat " + path + "` in shell host shows its size.", FR: "`stat " + path + "` dans le shell host montre sa taille."},
		func(v *View) Sight {
			want, ok := v.number(bytes)
			return fileSight(v, path, func(f snapshot.File) bool { return ok && !f.Dir && f.Size == want })
		})
}

// FileMode holds when what is at the path has those permissions, written in octal as chmod(1) takes them: "0640".
func FileMode(path, mode string) Check {
	return Fact("file-mode", say.Text{EN: "In the host, `" + path + "` has the mode " + mode + ".", FR: "Chez l'hôte, `" + path + "` a le mode " + mode + "."},
		say.Text{EN: "`chmod " + mode + " " + path + "` in shell host.", FR: "`chmod " + mode + " " + path + "` dans le shell host."},
		func(v *View) Sight {
			want, err := strconv.ParseUint(v.fill(mode), 8, 32)
			return fileSight(v, path, func(f snapshot.File) bool { return err == nil && f.Mode == uint32(want) })
		})
}

// UIDIs holds for a user namespace with a process whose UID in it is that.
func UIDIs(uid string) Condition {
	return Condition{Key: "uid", Kind: snapshot.User,
		Clause: say.Text{EN: "a process has the UID " + uid, FR: "un processus a l'UID " + uid},
		Try: say.Text{EN: "`unshare --user --map-user=" + uid + " bash`; `id -u` shows the UID.",
			FR: "`unshare --user --map-user=" + uid + " bash` ; `id -u` montre l'UID."},
		Look: func(v *View, inode uint64) Sight {
			want, ok := v.number(uid)
			return uidSight(v, inode, func(p snapshot.Process, is int64) bool { return ok && is == want })
		}}
}

// UserRoot holds for a user namespace with a process that is root in it: UID 0, with capabilities (user_namespaces(7)).
func UserRoot() Condition {
	return Condition{Key: "user-root", Kind: snapshot.User,
		Clause: say.Text{EN: "a process is root, with UID 0 and capabilities", FR: "un processus est root, avec l'UID 0 et des capacités"},
		Try:    say.Text{EN: "`unshare --user --map-root-user bash`.", FR: "`unshare --user --map-root-user bash`."},
		Look: func(v *View, inode uint64) Sight {
			const sysAdmin = 1 << 21 // CAP_SYS_ADMIN, capabilities(7)
			return uidSight(v, inode, func(p snapshot.Process, is int64) bool { return is == 0 && p.CapEff&sysAdmin != 0 })
		}}
}

func uidSight(v *View, inode uint64, holds func(snapshot.Process, int64) bool) Sight {
	var sight Sight
	for _, p := range Count(v.Now, snapshot.User, inode) {
		uid, ok := InsideUID(v.Now, p)
		is := "not mapped"
		if ok {
			is = strconv.FormatInt(uid, 10)
		}
		sight.Is = Who(p) + ": " + is
		e := Evidence{What: "UID of " + ProcName(p) + " in " + NSName(snapshot.User, inode), Value: is}
		if ok && holds(p, uid) {
			return Sight{Holds: true, Is: sight.Is, Evidence: []Evidence{e}}
		}
		sight.Evidence = append(sight.Evidence, e)
	}
	return sight
}

// UIDMapIs holds for a user namespace whose uid_map has the line, as the host reads it: "0 1000 1".
func UIDMapIs(line string) Condition {
	return idMapIs("uid-map", "uid_map", line, func(u snapshot.UserNS) []snapshot.IDMap { return u.UIDMap })
}

// GIDMapIs is the same for gid_map.
func GIDMapIs(line string) Condition {
	return idMapIs("gid-map", "gid_map", line, func(u snapshot.UserNS) []snapshot.IDMap { return u.GIDMap })
}

func idMapIs(key, file, line string, of func(snapshot.UserNS) []snapshot.IDMap) Condition {
	return Condition{Key: key, Kind: snapshot.User,
		Clause: say.Text{EN: file + " has the line `" + line + "`, read in the host", FR: file + " a la ligne `" + line + "`, lue depuis l'hôte"},
		Try: say.Text{EN: "From outside, write the line into `/proc/PID/" + file + "` of a process that is in it; a map is written once.",
			FR: "Du dehors, écrivez la ligne dans `/proc/PID/" + file + "` d'un processus qui s'y trouve ; une table ne s'écrit qu'une fois."},
		Look: func(v *View, inode uint64) Sight {
			want := strings.Join(strings.Fields(v.fill(line)), " ")
			is := IDMapText(of(v.Now.Users[inode]))
			sight := Sight{Is: is, Evidence: []Evidence{{What: file + " of " + NSName(snapshot.User, inode) + ", read in the host", Value: is}}}
			for l := range strings.SplitSeq(is, ", ") {
				sight.Holds = sight.Holds || l == want
			}
			return sight
		}}
}

// Owns holds for a user namespace that owns a UTS, network or IPC namespace: capabilities over that one are those held in it.
func Owns(kind snapshot.Kind) Condition {
	return Condition{Key: "owns", Kind: snapshot.User,
		Clause: say.Text{EN: "a " + string(kind) + " namespace is owned by it", FR: "un espace de noms " + string(kind) + " lui appartient"},
		Try: say.Text{EN: "`unshare` with `--user` and the option for the other kind makes both, and the one owns the other.",
			FR: "`unshare` avec `--user` et l'option de l'autre sorte crée les deux, et l'un possède l'autre."},
		Look: func(v *View, inode uint64) Sight {
			var sight Sight
			for _, ns := range known(v.Now, kind) {
				if owner := v.Now.Owners[ns]; owner == inode && ns != v.Now.Host.Of(kind) {
					return Sight{Holds: true, Is: NSName(kind, ns), Evidence: []Evidence{{What: "owner of " + NSName(kind, ns), Value: NSName(snapshot.User, owner)}}}
				}
			}
			return sight
		}}
}
