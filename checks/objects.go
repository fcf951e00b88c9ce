package checks

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file has conditions on what an IPC namespace holds (ipc_namespaces(7)).

// Queues holds for an IPC namespace with n System V message queues, no more and no fewer.
func Queues(n string) Condition {
	return objects("queues", n, say.Text{EN: "there are " + n + " System V message queues", FR: "il y a " + n + " files de messages System V"},
		say.Text{EN: "`ipcmk -Q` makes one, `ipcs -q` lists them, `ipcrm -q MSQID` removes one.",
			FR: "`ipcmk -Q` en crée une, `ipcs -q` en donne la liste, `ipcrm -q MSQID` en supprime une."},
		func(i snapshot.IPCNS) []snapshot.IPCObject { return i.Queues })
}

// Semaphores holds for an IPC namespace with n System V semaphore arrays.
func Semaphores(n string) Condition {
	return objects("semaphores", n, say.Text{EN: "there are " + n + " System V semaphore arrays", FR: "il y a " + n + " tableaux de sémaphores System V"},
		say.Text{EN: "`ipcmk -S 1` makes one, `ipcs -s` lists them, `ipcrm -s SEMID` removes one.",
			FR: "`ipcmk -S 1` en crée un, `ipcs -s` en donne la liste, `ipcrm -s SEMID` en supprime un."},
		func(i snapshot.IPCNS) []snapshot.IPCObject { return i.Semaphores })
}

func objects(key, n string, clause, try say.Text, of func(snapshot.IPCNS) []snapshot.IPCObject) Condition {
	return Condition{Key: key, Kind: snapshot.IPC, Clause: clause, Try: try,
		Look: func(v *View, inode uint64) Sight {
			is := len(of(v.Now.IPC[inode]))
			want, ok := v.number(n)
			return Sight{Holds: ok && int64(is) == want, Is: strconv.Itoa(is), Evidence: IPCEvidence(v.Now, inode)[1:]}
		}}
}

// Segment holds for an IPC namespace with a shared memory segment of so many bytes (shmget(2)).
func Segment(bytes string) Condition {
	return Condition{Key: "segment", Kind: snapshot.IPC,
		Clause: say.Text{EN: "there is a shared memory segment of " + bytes + " bytes", FR: "il y a un segment de mémoire partagée de " + bytes + " octets"},
		Try: say.Text{EN: "`ipcmk -M " + bytes + "` makes one, `ipcs -m` lists them, `ipcrm -m SHMID` removes one.",
			FR: "`ipcmk -M " + bytes + "` en crée un, `ipcs -m` en donne la liste, `ipcrm -m SHMID` en supprime un."},
		Look: func(v *View, inode uint64) Sight {
			want, ok := v.number(bytes)
			sight := Sight{Evidence: IPCEvidence(v.Now, inode)[1:]}
			var sizes []string
			for _, o := range v.Now.IPC[inode].Segments {
				if ok && o.Bytes == want {
					sight.Holds, sight.Is = true, strconv.FormatInt(o.Bytes, 10)
					return sight
				}
				sizes = append(sizes, strconv.FormatInt(o.Bytes, 10))
			}
			sight.Is = strings.Join(sizes[:min(len(sizes), maxNamed)], ", ")
			return sight
		}}
}

// POSIXQueue holds for an IPC namespace with a POSIX message queue of that name, without its slash (mq_overview(7)).
func POSIXQueue(name string) Condition {
	return Condition{Key: "posix-queue", Kind: snapshot.IPC,
		Clause: say.Text{EN: "there is the POSIX queue `/" + name + "`", FR: "il y a la file POSIX `/" + name + "`"},
		Try: say.Text{EN: "Mount an mqueue file system in that namespace (`mount -t mqueue mqueue DIRECTORY`) and make a file in it.",
			FR: "Montez un système de fichiers mqueue dans cet espace (`mount -t mqueue mqueue RÉPERTOIRE`) et créez-y un fichier."},
		Look: func(v *View, inode uint64) Sight {
			ipc, want := v.Now.IPC[inode], v.fill(name)
			return Sight{Holds: want != "" && slices.Contains(ipc.POSIX, want), Is: queueNames(ipc), Evidence: IPCEvidence(v.Now, inode)[1:]}
		}}
}

func queueNames(ipc snapshot.IPCNS) string {
	var names []string
	for _, name := range ipc.POSIX[:min(len(ipc.POSIX), maxNamed)] {
		names = append(names, Plain("/"+name))
	}
	return strings.Join(names, ", ")
}

// MQueue holds for a mount namespace in which an mqueue file system shows the POSIX queue of that name. Beside the
// host's a process must be there that is in the queue's IPC namespace too, as the one that mounted it is.
func MQueue(name string) Condition {
	return Condition{Key: "mqueue", Kind: snapshot.Mnt,
		Clause: say.Text{EN: "an mqueue file system shows the POSIX queue `/" + name + "`", FR: "un système de fichiers mqueue montre la file POSIX `/" + name + "`"},
		Try: say.Text{EN: "`mount -t mqueue mqueue DIRECTORY`, typed in the IPC namespace that has the queue.",
			FR: "`mount -t mqueue mqueue RÉPERTOIRE`, tapé dans l'espace de noms IPC qui a la file."},
		Look: func(v *View, inode uint64) Sight {
			var sight Sight
			for _, m := range v.Now.Mounts[inode] {
				if m.FSType != "mqueue" || m.Dev == "" {
					continue
				}
				sight.Evidence = append(sight.Evidence, MountEvidence(v.Now, inode, m))
				for ns, ipc := range v.Now.IPC {
					if ipc.POSIXDev != m.Dev {
						continue
					}
					if want := v.fill(name); want == "" || !slices.Contains(ipc.POSIX, want) {
						sight.Is = queueNames(ipc)
						continue
					}
					if inode == v.Now.Host.Mnt || slices.ContainsFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.NS.IPC == ns && p.NS.Mnt == inode }) {
						sight.Holds, sight.Is = true, Plain(m.Point)
						return sight
					}
				}
			}
			return sight
		}}
}
