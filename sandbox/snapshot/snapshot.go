// Package snapshot is what nslab saw of a lab at one instant, as plain data.
//
// The sandbox fills it from outside the lab; checks judge it; nothing here
// opens a file or makes a system call, so that a test can write a snapshot
// down by hand. Names are the kernel's: a namespace is known by the inode
// number of its file under /proc/PID/ns (namespaces(7)).
package snapshot

// Kind is a kind of namespace, named as its file in /proc/PID/ns.
type Kind string

// The kinds of namespace of namespaces(7).
const (
	User   Kind = "user"
	Mnt    Kind = "mnt"
	UTS    Kind = "uts"
	IPC    Kind = "ipc"
	Net    Kind = "net"
	PID    Kind = "pid"
	Cgroup Kind = "cgroup"
	Time   Kind = "time"
)

// Kinds lists every kind, in the order in which nslab shows them.
func Kinds() []Kind { return []Kind{User, Mnt, UTS, IPC, Net, PID, Cgroup, Time} }

// Namespaces are the inode numbers of the namespaces a process is in; 0 where
// the kernel has no such kind or the process was ending.
type Namespaces struct {
	User, Mnt, UTS, IPC, Net, PID, Cgroup, Time uint64
	// PIDForChildren is the PID namespace its children are born in, which
	// unshare(2) changes without moving the process itself.
	PIDForChildren uint64
	// TimeForChildren is the same for the time namespace (time_namespaces(7)).
	TimeForChildren uint64
}

// Of returns the inode number of one kind.
func (n Namespaces) Of(k Kind) uint64 {
	switch k {
	case User:
		return n.User
	case Mnt:
		return n.Mnt
	case UTS:
		return n.UTS
	case IPC:
		return n.IPC
	case Net:
		return n.Net
	case PID:
		return n.PID
	case Cgroup:
		return n.Cgroup
	case Time:
		return n.Time
	}
	return 0
}

// Snapshot is a lab at one instant.
type Snapshot struct {
	// Host is the lab's own set of initial namespaces: "your machine" in the
	// course. It stays what it was when the lab was made.
	Host Namespaces
	// Shells maps the name of each shell nslab opened to the PID, in the lab,
	// of the process it started there. A shell that has ended is not in it.
	Shells map[string]int
	// Procs are all processes in the lab, by ascending PID.
	Procs []Process
	// UTS, Net, Mounts, IPC and Users say what each namespace holds, by inode
	// number: every namespace that a process of the lab is in, or that is
	// kept by a bind mount of its file (as ip-netns(8) does).
	UTS    map[uint64]UTSNS
	Net    map[uint64]NetNS
	Mounts map[uint64][]Mount
	IPC    map[uint64]IPCNS
	Users  map[uint64]UserNS
	// Owners says which user namespace owns each of UTS, Net and IPC, and each mount, PID, cgroup and time namespace
	// that a process is in and that is not the host's, by inode numbers: capabilities over the
	// one are those held in the other (user_namespaces(7)). Of a user namespace it says the parent.
	Owners map[uint64]uint64
	// Limits says what the cgroups that processes are in allow, by Process.Cgroup.
	Limits map[string]Limits
	// Files says of each path that was asked about what is there, in the lab's host; a path where nothing is
	// has no entry.
	Files map[string]File
	// Probes are the outcomes of the connections that were tried, by name: true where it was accepted.
	Probes map[string]bool
	// Cgroups are, of a lab that was to divide its own cgroup, that one, "/", and those below it, by path ("/box").
	Cgroups map[string]Group
	// Machine is the real machine beside it, for comparison.
	Machine Machine
	// Omitted says what of the lab is not in the snapshot because there is more of it than nslab looks at; nil where all is there.
	Omitted []Omission
}

// Omission is something of which a snapshot has only a part.
type Omission struct {
	// What is one of the words below.
	What string
	// Seen is how much of it the snapshot has, and Of how much there is; both are 0 where nobody counted.
	Seen, Of int
}

// What a snapshot may have only a part of.
const (
	OmittedProcesses  = "processes"
	OmittedChanges    = "changes" // processes came and went while they were looked at
	OmittedCommands   = "command lines"
	OmittedNamespaces = "namespaces"
	OmittedMounts     = "mounts"
	OmittedOverlays   = "overlays"
	OmittedMaps       = "ID maps"
	OmittedNetwork    = "network settings"
	OmittedSockets    = "sockets"
	OmittedIPC        = "IPC objects"
	OmittedCgroups    = "cgroups"
)

// Limits are limits of a cgroup itself (cgroups(7)); -1 for none. What stands above it may set lower ones.
type Limits struct {
	// PidsMax is pids.max, MemoryMax memory.max in bytes.
	PidsMax, MemoryMax int64
}

// Group is a cgroup of version 2 (cgroups(7)). What a controller says is empty or 0 where it is not enabled for the group.
type Group struct {
	// Owned says that it is the lab's to divide: where it is not, those below are the machine's and not told of.
	Owned bool
	// Controllers are what the group has, Subtree what it gives to the groups below it.
	Controllers, Subtree []string
	// PidsMax and MemoryMax are the limits as the kernel writes them: a number, or "max".
	PidsMax, MemoryMax string
	// PidsRefused counts the forks that the limit has refused, OOMKills the processes that ended for want of memory.
	PidsRefused, OOMKills int64
	// Processes is how many are in the group itself; 0 for the lab's own.
	Processes int
}

// File is what stat(2) says of a file.
type File struct {
	Dir  bool
	Mode uint32 // permissions, as in st_mode
	Size int64
	// Dev and Ino tell it from any other file, as in Dir: whoever has this directory for its root has the same.
	Dev, Ino uint64
}

// Process is one process, seen from outside the lab.
type Process struct {
	// PID is its number in the lab's PID namespace.
	PID int
	// PIDs are its numbers from the lab's PID namespace inwards, the last
	// being what it calls itself (NSpid of proc_pid_status(5)).
	PIDs []int
	// MachinePID is its number on the real machine; 0 where unknown.
	MachinePID int
	// Parent, Group and Session are its parent's PID, its process group and its session, numbered as PID; 0 for
	// a parent outside the lab.
	Parent, Group, Session int
	// State is the letter of proc_pid_stat(5): R, S, D, Z, T ..., and X for one that is on its way out (see Ended).
	State string
	// Start is when it started, in clock ticks since boot: with PID it tells
	// a process from a later one with the same number.
	Start uint64
	// Comm is the command's name (proc_pid_comm(5)), Args its command line.
	Comm string
	Args []string
	// Exe is the path of the program it runs (proc_pid_exe(5)); unlike Comm and Args the process cannot choose it.
	Exe string
	// NS are its namespaces.
	NS Namespaces
	// UID and GID are its effective IDs, as numbers of the lab's own user namespace.
	UID, GID int
	// CapEff, CapPrm, CapBnd and CapInh are its capability sets as bit masks (capabilities(7)).
	CapEff, CapPrm, CapBnd, CapInh uint64
	// NoNewPrivs and Seccomp are the fields of the same names in proc_pid_status(5).
	NoNewPrivs bool
	Seccomp    int
	// Root and Cwd are its root and working directories.
	Root, Cwd Dir
	// ProcNS is the PID namespace whose processes its /proc shows; 0 where no proc file system is mounted there
	// (proc(5)).
	ProcNS uint64
	// Cgroup is its path in the cgroup v2 hierarchy, as the keeper sees it (cgroups(7)).
	Cgroup string
	// CgroupInside is the same as the process itself reads it, from its own cgroup namespace
	// (cgroup_namespaces(7)). It is there only where Cgroups are, and some process is in another one than the host's.
	CgroupInside string
	// BootOffset and MonotonicOffset are the offsets in seconds of its time
	// namespace (time_namespaces(7)).
	BootOffset, MonotonicOffset int64
}

// Ended reports whether the process has ended: it is a zombie, for which its parent has not waited yet, or it has
// called exit(2), or was sent SIGKILL, and gives back what it had. Such a one is in no namespace any more, for it can do nothing.
func (p Process) Ended() bool { return p.State == "Z" || p.State == "X" }

// Inside returns the number the process has in its own PID namespace.
func (p Process) Inside() int {
	if len(p.PIDs) == 0 {
		return p.PID
	}
	return p.PIDs[len(p.PIDs)-1]
}

// Dir is a directory a process stands in: the path the kernel prints, and what
// tells it from another directory of the same path.
type Dir struct {
	Path     string
	Dev, Ino uint64
	// MountID is the ID of the mount it is on, as in Mount.ID; 0 where the kernel did not say.
	MountID int
}

// UTSNS is what uname(2) says in a UTS namespace.
type UTSNS struct {
	HostName, DomainName string
}

// NetNS is what a network namespace holds.
type NetNS struct {
	Links      []Link
	Addrs      []Addr
	Routes     []Route
	Neighbours []Neighbour
	// Listening are its TCP sockets in state LISTEN, Conns those of connections, also
	// closed ones for as long as the kernel remembers them (TIME_WAIT).
	Listening []Listener
	Conns     []Conn
	// EchoRequests counts the ICMP echo requests that have come in, EchoReplies the replies
	// that have come in: a ping from here that was answered.
	EchoRequests, EchoReplies int64
	// ActiveOpens counts the TCP connections that were asked for from here, PassiveOpens those that came in and were
	// accepted.
	ActiveOpens, PassiveOpens int64
	// Chains are those of its packet filter (nft(8), iptables(8)).
	Chains []Chain
}

// Chain is a chain of a packet filter.
type Chain struct {
	// Family is "ip", "ip6", "inet", "arp", "bridge" or "netdev".
	Family, Table, Name string
	// Hook is where packets enter it: "input", "output" ...; empty for a chain that only others jump to.
	// Policy is what becomes of a packet that no rule decides about, "accept" or "drop".
	Hook, Policy string
	// Rules are its rules in order, each as the names of the kernel's expressions: "meta, cmp 06, payload, cmp 1f40,
	// drop". Of what is compared with only the bytes are told, in hexadecimal.
	Rules []string
}

// Conn is a TCP connection.
type Conn struct {
	LocalIP    string
	LocalPort  int
	RemoteIP   string
	RemotePort int
	// State is ESTABLISHED, TIME_WAIT and so on.
	State string
}

// Link is a network interface (ip-link(8)).
type Link struct {
	Index int
	Name  string
	// Type is its kind: "loopback", "veth", "bridge", "dummy" ...
	Type string
	// MAC is its hardware address.
	MAC string
	// Up is the administrative state (IFF_UP), Running that a carrier is there.
	Up, Running bool
	// Peer is the index of the other end of a veth pair, and PeerNS the
	// network namespace that end is in; PeerNS is 0 where it is not in the lab.
	Peer   int
	PeerNS uint64
	// Master is the index of the bridge it belongs to; 0 for none.
	Master int
}

// Addr is an address of an interface.
type Addr struct {
	LinkIndex int
	// IP is the address, Bits the length of its network's prefix.
	IP   string
	Bits int
}

// Route is a line of the main routing table.
type Route struct {
	LinkIndex int
	// Dst is the destination as "10.1.1.0/24", or "default".
	Dst string
	// Gateway and Source are addresses, empty where there is none.
	Gateway, Source string
	// Protocol says who made it: "kernel", "boot", "static" ...
	Protocol string
}

// Neighbour is a line of the neighbour table (arp(7)).
type Neighbour struct {
	LinkIndex int
	IP, MAC   string
	// State is NUD_REACHABLE and the like without its prefix, in small letters.
	State string
}

// Listener is a TCP socket in state LISTEN.
type Listener struct {
	IP   string
	Port int
	// Inode is the socket's inode number, as in the links of /proc/PID/fd.
	Inode uint64
}

// Mount is one line of mountinfo (proc_pid_mountinfo(5)).
type Mount struct {
	ID, Parent int
	// Dev is major:minor of the file system.
	Dev string
	// Root is the directory of the file system that is mounted, Point where.
	Root, Point string
	Options     []string
	// Shared and Master are peer group numbers of mount_namespaces(7); 0 for
	// none. A mount with neither is private.
	Shared, Master int
	Unbindable     bool
	FSType, Source string
	SuperOptions   []string
	// Names are the names at the root of an overlay mount, sorted, at most 64; nil for
	// other file systems.
	Names []string
}

// Propagation names the mount's propagation type as mount_namespaces(7) does.
func (m Mount) Propagation() string {
	switch {
	case m.Shared != 0 && m.Master != 0:
		return "shared,slave"
	case m.Shared != 0:
		return "shared"
	case m.Master != 0:
		return "slave"
	case m.Unbindable:
		return "unbindable"
	}
	return "private"
}

// IPCNS is what an IPC namespace holds (sysvipc(7)).
type IPCNS struct {
	Queues     []IPCObject
	Segments   []IPCObject
	Semaphores []IPCObject
	// POSIX are the names of its POSIX message queues (mq_overview(7)), and POSIXDev the device,
	// as in Mount.Dev, of the mqueue file system that shows them.
	POSIX    []string
	POSIXDev string
}

// IPCObject is a System V object.
type IPCObject struct {
	Key, ID int
	// Bytes is the size of a segment, or what a queue holds.
	Bytes int64
	// Messages is how many messages a queue holds, or how many processes have a segment attached.
	Messages int
}

// UserNS is a user namespace (user_namespaces(7)).
type UserNS struct {
	// UIDMap and GIDMap are its maps, the outside numbers being those of its parent.
	UIDMap, GIDMap []IDMap
	// Setgroups is the content of /proc/PID/setgroups.
	Setgroups string
}

// IDMap is a line of uid_map or gid_map.
type IDMap struct {
	Inside, Outside, Length int64
}

// Machine is what nslab sees of the real machine, outside every lab.
type Machine struct {
	NS  Namespaces
	UTS UTSNS
}

// Proc returns the process with that PID in the lab.
func (s *Snapshot) Proc(pid int) (Process, bool) {
	for _, p := range s.Procs {
		if p.PID == pid {
			return p, true
		}
	}
	return Process{}, false
}

// Shell returns the process nslab started for the shell of that name.
func (s *Snapshot) Shell(name string) (Process, bool) {
	pid, ok := s.Shells[name]
	if !ok {
		return Process{}, false
	}
	return s.Proc(pid)
}

// In returns the processes that are in the namespace of kind k with that inode
// number.
func (s *Snapshot) In(k Kind, inode uint64) []Process {
	return s.Where(func(p *Process) bool { return p.NS.Of(k) == inode })
}

// Where returns the processes for which keep holds. A process is large: to copy those that are not wanted too, or one
// more than once, is most of what a check costs.
func (s *Snapshot) Where(keep func(*Process) bool) []Process {
	n := 0
	for i := range s.Procs {
		if keep(&s.Procs[i]) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	kept := make([]Process, 0, n)
	for i := range s.Procs {
		if len(kept) < n && keep(&s.Procs[i]) {
			kept = append(kept, s.Procs[i])
		}
	}
	return kept
}
