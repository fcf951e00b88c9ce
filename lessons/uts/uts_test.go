package uts

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

// The namespaces of the tests' lab, by inode number: the host's, the one that shell
// isolated was born with, and three that a learner makes.
const (
	hostNS uint64 = 100 + iota
	isolatedNS
	ns1
	ns2
	ns3
	machineNS uint64 = 1
)

// change is what a learner did to a lab.
type change = func(*checks.View)

// lab is a view of the lab as the learner finds it, changed.
func lab(changes ...change) *checks.View {
	start := fresh()
	v := &checks.View{Start: start, Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

// PIDs of the lab as it begins.
const (
	initPID     = 1
	isolatedPID = 2
	hostPID     = 3
)

func fresh() *snapshot.Snapshot {
	ns := func(uts uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: 10, Mnt: 11, UTS: uts, IPC: 12, Net: 13, PID: 14, Cgroup: 15, Time: 16}
	}
	return &snapshot.Snapshot{
		Host:   ns(hostNS),
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: ns(hostNS)},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: ns(isolatedNS), Session: isolatedPID, Group: isolatedPID},
			{PID: hostPID, Comm: "bash", State: "S", NS: ns(hostNS), Session: hostPID, Group: hostPID},
		},
		UTS: map[uint64]snapshot.UTSNS{
			hostNS:     {HostName: "host", DomainName: "(none)"},
			isolatedNS: {HostName: "host", DomainName: "(none)"},
		},
		Machine: snapshot.Machine{NS: snapshot.Namespaces{UTS: machineNS}, UTS: snapshot.UTSNS{HostName: "laptop", DomainName: "(none)"}},
	}
}

// hostname and domainname set a name in a namespace, which is made where it is not there.
func hostname(inode uint64, name string) change {
	return func(v *checks.View) { setNames(v.Now, inode, name, "") }
}

func domainname(inode uint64, name string) change {
	return func(v *checks.View) { setNames(v.Now, inode, "", name) }
}

func setNames(s *snapshot.Snapshot, inode uint64, host, domain string) {
	names, ok := s.UTS[inode]
	if !ok {
		names = s.UTS[hostNS]
	}
	if host != "" {
		names.HostName = host
	}
	if domain != "" {
		names.DomainName = domain
	}
	s.UTS[inode] = names
}

// proc starts a process in a UTS namespace; a new one has the host's names.
func proc(pid, parent int, comm string, inode uint64) change {
	return func(v *checks.View) {
		ns := v.Now.Host
		ns.UTS = inode
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Parent: parent, Comm: comm, State: "S", NS: ns, Group: pid})
		setNames(v.Now, inode, "", "")
	}
}

// with changes the process started last.
func with(f func(*snapshot.Process)) change {
	return func(v *checks.View) { f(&v.Now.Procs[len(v.Now.Procs)-1]) }
}

// move puts a process that is there into another UTS namespace, as exec unshare does.
func move(pid int, inode uint64) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].PID == pid {
				v.Now.Procs[i].NS.UTS = inode
			}
		}
		setNames(v.Now, inode, "", "")
	}
}

// end ends a process, and its UTS namespace where it was the last in it.
func end(pid int) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(pid)
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
		if len(v.Now.In(snapshot.UTS, p.NS.UTS)) == 0 {
			delete(v.Now.UTS, p.NS.UTS)
		}
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.UTS = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.UTS)
	v.Seen = append(v.Seen, &s)
}

// typed reports a line; its status is 0.
func typed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text}) }
}

func failed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: 1}) }
}

// reopened is shell isolated opened again: nslab adds it to the start.
func reopened(pid int, inode uint64) change {
	return func(v *checks.View) {
		proc(pid, 0, "bash", inode)(v)
		v.Now.Shells["isolated"] = pid
		p, _ := v.Now.Proc(pid)
		start := *v.Start
		start.Procs = append(slices.Clone(start.Procs), p)
		v.Start = &start
	}
}

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

func do(changes ...change) []change { return changes }

// right are states that satisfy.
var right = []state{
	{"rename", "hostname in shell isolated", do(hostname(isolatedNS, "nautilus")), "uts.renamed"},
	{"rename", "in a namespace within the isolated shell", do(proc(4, isolatedPID, "bash", ns1), hostname(ns1, "nautilus")), "uts.renamed"},
	{"rename", "in one made from shell host", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "nautilus")), "uts.renamed"},
	{"rename", "by nsenter from shell host, by sysctl or by python: the kernel shows the same", do(typed("host", "nsenter -t 2 -u hostname nautilus"), hostname(isolatedNS, "nautilus")), "uts.renamed"},
	{"rename", "in a namespace kept by a bind mount", do(hostname(ns1, "nautilus")), "uts.renamed"},
	{"rename", "in a user namespace too", do(proc(4, hostPID, "bash", ns1), with(func(p *snapshot.Process) { p.NS.User = 77 }), hostname(ns1, "nautilus")), "uts.renamed"},
	{"rename", "host renamed by mistake and put back", do(hostname(hostNS, "nautilus"), seen, hostname(hostNS, "host"), hostname(isolatedNS, "nautilus")), "uts.renamed"},
	{"rename", "shell isolated ended, another namespace has the name", do(end(isolatedPID), proc(4, hostPID, "bash", ns1), hostname(ns1, "nautilus")), "uts.renamed"},
	{"rename", "a prompt changed as well", do(typed("isolated", "PS1='nautilus$ '"), hostname(isolatedNS, "nautilus")), "uts.renamed"},
	{"rename", "a domain set before", do(domainname(isolatedNS, "ocean.test"), hostname(isolatedNS, "nautilus")), "uts.renamed"},

	{"domain", "domainname in shell isolated", do(hostname(isolatedNS, "nautilus"), domainname(isolatedNS, "ocean.test")), "uts.domain-set"},
	{"domain", "in a namespace of one's own", do(proc(4, hostPID, "bash", ns1), domainname(ns1, "ocean.test")), "uts.domain-set"},
	{"domain", "in an isolated shell opened again", do(end(isolatedPID), reopened(5, ns1), domainname(ns1, "ocean.test")), "uts.domain-set"},
	{"domain", "in a namespace kept by a bind mount", do(domainname(ns1, "ocean.test")), "uts.domain-set"},
	{"domain", "host's set by mistake and put back", do(domainname(hostNS, "ocean.test"), seen, domainname(hostNS, "(none)"), domainname(isolatedNS, "ocean.test")), "uts.domain-set"},

	{"own", "unshare --uts bash in shell host", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "calypso")), "uts.own"},
	{"own", "unshare --fork --uts bash", do(proc(4, hostPID, "unshare", ns1), proc(5, 4, "bash", ns1), hostname(ns1, "calypso")), "uts.own"},
	{"own", "exec unshare --uts bash", do(move(hostPID, ns1), hostname(ns1, "calypso")), "uts.own"},
	{"own", "from shell isolated", do(hostname(isolatedNS, "nautilus"), proc(4, isolatedPID, "bash", ns1), hostname(ns1, "calypso")), "uts.own"},
	{"own", "all kinds at once, as in the course", do(proc(4, hostPID, "unshare", ns1), proc(5, 4, "bash", ns1), with(func(p *snapshot.Process) {
		p.NS = snapshot.Namespaces{User: 90, Mnt: 91, UTS: ns1, IPC: 92, Net: 93, PID: 94, Cgroup: 15, Time: 16}
	}), hostname(ns1, "calypso")), "uts.own"},
	{"own", "python's os.unshare and socket.sethostname, in the background", do(proc(4, hostPID, "python3", ns1), hostname(ns1, "calypso")), "uts.own"},
	{"own", "kept by a bind mount", do(hostname(ns1, "calypso")), "uts.own"},
	{"own", "the second of two", do(proc(4, hostPID, "bash", ns1), proc(5, hostPID, "bash", ns2), hostname(ns2, "calypso")), "uts.own"},

	{"share", "unshare sleep &, nsenter bash", do(proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "bash", ns1)), "uts.shared"},
	{"share", "unshare bash, sleep & inside", do(proc(4, hostPID, "bash", ns1), proc(5, 4, "sleep", ns1)), "uts.shared"},
	{"share", "unshare --fork bash, sleep & inside", do(proc(4, hostPID, "unshare", ns1), proc(5, 4, "bash", ns1), proc(6, 5, "sleep", ns1)), "uts.shared"},
	{"share", "python's os.unshare and fork", do(proc(4, hostPID, "python3", ns1), proc(5, 4, "python3", ns1)), "uts.shared"},
	{"share", "two sleeps by nsenter --uts=FILE", do(proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "sleep", ns1)), "uts.shared"},
	{"share", "from shell isolated by nsenter into one made in shell host", do(proc(4, hostPID, "bash", ns1), proc(5, isolatedPID, "bash", ns1)), "uts.shared"},
	{"share", "shell host moved, a process put back into the host's", do(move(hostPID, ns1), proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "sleep", hostNS)), "uts.shared"},
	{"share", "a third namespace beside it", do(proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "sleep", ns2), proc(6, hostPID, "sleep", ns2)), "uts.shared"},
	{"share", "a program in front, merely named unshare", do(proc(4, hostPID, "unshare", ns1), proc(5, hostPID, "sleep", ns1)), "uts.shared"},
	{"share", "the parent has ended", do(proc(4, initPID, "sleep", ns1), proc(5, initPID, "sleep", ns1)), "uts.shared"},
}

// wrong are states that do not, and what the learner is told.
var wrong = []state{
	{"rename", "nothing done", nil, "uts.not-renamed"},
	{"rename", "something else typed", do(typed("isolated", "ls")), "uts.not-renamed"},
	{"rename", "the real machine renamed", do(func(v *checks.View) { v.Now.Machine.UTS.HostName = "nautilus" }), "uts.machine-renamed"},
	{"rename", "the real machine renamed as well", do(hostname(isolatedNS, "nautilus"), func(v *checks.View) { v.Now.Machine.UTS.HostName = "nautilus" }), "uts.machine-renamed"},
	{"rename", "in the host", do(hostname(hostNS, "nautilus")), "uts.renamed-in-host"},
	{"rename", "in the host, shell isolated ended", do(end(isolatedPID), hostname(hostNS, "nautilus")), "uts.renamed-in-host"},
	{"rename", "in both", do(hostname(hostNS, "nautilus"), hostname(isolatedNS, "nautilus")), "uts.renamed-in-host-too"},
	{"rename", "the host to another name", do(hostname(hostNS, "oops")), "uts.host-renamed"},
	{"rename", "right, but the host to another name", do(hostname(isolatedNS, "nautilus"), hostname(hostNS, "oops")), "uts.host-renamed"},
	{"rename", "capital letters", do(hostname(isolatedNS, "Nautilus")), "uts.name-case"},
	{"rename", "with the domain", do(hostname(isolatedNS, "nautilus.ocean.test")), "uts.name-with-domain"},
	{"rename", "by domainname", do(domainname(isolatedNS, "nautilus")), "uts.name-by-domainname"},
	{"rename", "the domain as name", do(hostname(isolatedNS, "ocean.test")), "uts.domain-as-name"},
	{"rename", "a letter too many", do(hostname(isolatedNS, "nautiluss")), "uts.name-misspelt"},
	{"rename", "two letters exchanged", do(hostname(isolatedNS, "nuatilus")), "uts.name-misspelt"},
	{"rename", "another name", do(hostname(isolatedNS, "tardis")), "uts.other-name"},
	{"rename", "the name of step own", do(hostname(isolatedNS, "calypso")), "uts.other-name"},
	{"rename", "of two wrong ones the nearest speaks", do(hostname(isolatedNS, "tardis"), proc(4, hostPID, "bash", ns1), hostname(ns1, "NAUTILUS")), "uts.name-case"},
	{"rename", "a function", do(typed("isolated", "hostname() { echo nautilus; }"), typed("isolated", "hostname")), "uts.only-function"},
	{"rename", "a function, spelt otherwise", do(typed("isolated", "function hostname { echo nautilus; }")), "uts.only-function"},
	{"rename", "an alias", do(typed("isolated", "alias hostname='echo nautilus'"), typed("isolated", "hostname")), "uts.only-function"},
	{"rename", "the prompt", do(typed("isolated", `PS1='root@nautilus:\w\$ '`)), "uts.only-prompt"},
	{"rename", "the prompt, exported", do(typed("isolated", `export PS1="nautilus$ "`), typed("isolated", "hostname")), "uts.only-prompt"},
	{"rename", "the variable", do(typed("isolated", "HOSTNAME=nautilus")), "uts.only-variable"},
	{"rename", "the variable, exported", do(typed("isolated", "export HOSTNAME=nautilus; exec bash")), "uts.only-variable"},
	{"rename", "the file", do(typed("isolated", "echo nautilus > /etc/hostname")), "uts.only-file"},
	{"rename", "the file, by an editor", do(typed("isolated", "sudo vi /etc/hostname")), "uts.only-file"},
	{"rename", "the file only read", do(typed("isolated", "cat /etc/hostname")), "uts.not-renamed"},
	{"rename", "a new namespace, not named", do(proc(4, hostPID, "bash", ns1)), "uts.not-named"},
	{"rename", "ended with its command", do(typed("host", "sudo unshare -u hostname nautilus")), "uts.ended-at-once"},
	{"rename", "ended with its command, by sh -c", do(typed("host", "unshare --fork --pid -u sh -c 'hostname nautilus'")), "uts.ended-at-once"},
	{"rename", "the isolated shell left after renaming", do(hostname(isolatedNS, "nautilus"), seen, end(isolatedPID)), "uts.ended"},
	{"rename", "another namespace left after renaming", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "nautilus"), seen, end(4)), "uts.ended"},
	{"rename", "refused", do(failed("isolated", "hostname nautilus")), "uts.refused"},
	{"rename", "hostnamectl", do(failed("isolated", "sudo hostnamectl set-hostname nautilus")), "uts.hostnamectl"},
	{"rename", "the isolated shell left before", do(end(isolatedPID)), "uts.no-isolated"},
	{"rename", "only looked", do(typed("isolated", "hostname")), "uts.only-looked"},
	{"rename", "only looked, and asked nslab", do(typed("isolated", "uname -n"), typed("isolated", "nslab check")), "uts.only-looked"},

	{"domain", "nothing done", nil, "uts.no-domain"},
	{"domain", "after step rename", do(hostname(isolatedNS, "nautilus"), typed("isolated", "sudo hostname nautilus")), "uts.no-domain"},
	{"domain", "in the host", do(domainname(hostNS, "ocean.test")), "uts.domain-in-host"},
	{"domain", "in both", do(domainname(hostNS, "ocean.test"), domainname(isolatedNS, "ocean.test")), "uts.domain-in-host-too"},
	{"domain", "the host's to another", do(domainname(hostNS, "oops")), "uts.host-domain"},
	{"domain", "capital letters", do(domainname(isolatedNS, "Ocean.Test")), "uts.domain-case"},
	{"domain", "with the name", do(domainname(isolatedNS, "nautilus.ocean.test")), "uts.domain-with-name"},
	{"domain", "by hostname", do(hostname(isolatedNS, "ocean.test")), "uts.domain-by-hostname"},
	{"domain", "in the host name", do(hostname(isolatedNS, "nautilus.ocean.test")), "uts.domain-in-hostname"},
	{"domain", "the name as domain", do(domainname(isolatedNS, "nautilus")), "uts.name-as-domain"},
	{"domain", "a letter missing", do(domainname(isolatedNS, "ocean.tet")), "uts.domain-misspelt"},
	{"domain", "another", do(domainname(isolatedNS, "example.org")), "uts.other-domain"},
	{"domain", "a function", do(typed("isolated", "domainname () { echo ocean.test; }")), "uts.only-function"},
	{"domain", "the domain of the DNS asked for", do(typed("isolated", "hostname -d")), "uts.dns-domain"},
	{"domain", "the domain of the DNS set", do(typed("isolated", "echo 127.0.1.1 nautilus.ocean.test nautilus >> /etc/hosts")), "uts.dns-domain"},
	{"domain", "dnsdomainname", do(typed("isolated", "dnsdomainname ocean.test")), "uts.dns-domain"},
	{"domain", "ended with its command", do(typed("host", "unshare --uts domainname ocean.test")), "uts.ended-at-once"},
	{"domain", "the isolated shell left after", do(domainname(isolatedNS, "ocean.test"), seen, end(isolatedPID)), "uts.domain-ended"},
	{"domain", "refused", do(failed("isolated", "domainname ocean.test")), "uts.refused"},
	{"domain", "the isolated shell left before", do(end(isolatedPID)), "uts.no-isolated"},
	{"domain", "only looked", do(typed("isolated", "domainname")), "uts.only-looked-at-domain"},

	{"own", "nothing done", nil, "uts.none-made"},
	{"own", "after step rename", do(hostname(isolatedNS, "nautilus"), typed("isolated", "hostname nautilus")), "uts.none-made"},
	{"own", "the real machine renamed", do(func(v *checks.View) { v.Now.Machine.UTS.HostName = "calypso" }), "uts.machine-renamed"},
	{"own", "in the host, after unshare bash", do(proc(4, hostPID, "bash", hostNS), hostname(hostNS, "calypso")), "uts.renamed-in-host"},
	{"own", "right, and in the host too", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "calypso"), hostname(hostNS, "calypso")), "uts.renamed-in-host-too"},
	{"own", "the host to another name", do(hostname(hostNS, "oops")), "uts.host-renamed"},
	{"own", "in the isolated shell", do(hostname(isolatedNS, "calypso")), "uts.own-in-isolated"},
	{"own", "in an isolated shell opened again", do(end(isolatedPID), reopened(5, ns1), hostname(ns1, "calypso")), "uts.own-in-isolated"},
	{"own", "not named", do(proc(4, hostPID, "bash", ns1)), "uts.not-named"},
	{"own", "not named, kept by a bind mount", do(hostname(ns1, "host")), "uts.not-named"},
	{"own", "made from the isolated shell, with its name", do(hostname(isolatedNS, "nautilus"), proc(4, isolatedPID, "bash", ns1), hostname(ns1, "nautilus")), "uts.not-named"},
	{"own", "the name of step rename", do(hostname(isolatedNS, "nautilus"), proc(4, hostPID, "bash", ns1), hostname(ns1, "nautilus")), "uts.other-name"},
	{"own", "misspelt", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "calipso")), "uts.name-misspelt"},
	{"own", "capital letters", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "CALYPSO")), "uts.name-case"},
	{"own", "by domainname", do(proc(4, hostPID, "bash", ns1), domainname(ns1, "calypso")), "uts.name-by-domainname"},
	{"own", "only the prompt", do(proc(4, hostPID, "bash", ns1), typed("host", "PS1='calypso# '")), "uts.only-prompt"},
	{"own", "only a variable", do(proc(4, hostPID, "bash", ns1), typed("host", "HOSTNAME=calypso")), "uts.only-variable"},
	{"own", "only a file", do(typed("host", "echo calypso | tee /etc/hostname")), "uts.only-file"},
	{"own", "only an alias", do(typed("host", "alias hostname='echo calypso'")), "uts.only-function"},
	{"own", "other kinds of namespaces", do(proc(4, hostPID, "bash", hostNS), with(func(p *snapshot.Process) { p.NS.Net = 93; p.NS.PID = 94 })), "uts.other-kinds"},
	{"own", "unshare without options, ended", do(typed("host", "sudo unshare bash")), "uts.without-uts"},
	{"own", "unshare with other options, ended", do(typed("host", "unshare --net -R / bash -u")), "uts.without-uts"},
	{"own", "unshare without options, running", do(proc(4, hostPID, "bash", hostNS)), "uts.plain-shell"},
	{"own", "ended with its command", do(typed("host", "unshare -u hostname calypso")), "uts.ended-at-once"},
	{"own", "left after renaming", do(typed("host", "unshare -u bash"), proc(4, hostPID, "bash", ns1), hostname(ns1, "calypso"), seen, end(4)), "uts.own-ended"},
	{"own", "left, and made again", do(proc(4, hostPID, "bash", ns1), hostname(ns1, "calypso"), seen, end(4), proc(5, hostPID, "bash", ns2)), "uts.not-named"},
	{"own", "refused", do(failed("host", "hostname calypso")), "uts.refused"},

	{"share", "nothing done", nil, "uts.none-shared"},
	{"share", "two in the host's", do(proc(4, hostPID, "sleep", hostNS), proc(5, hostPID, "sleep", hostNS)), "uts.none-shared"},
	{"share", "one alone", do(proc(4, hostPID, "bash", ns1)), "uts.alone"},
	{"share", "one, and a zombie", do(proc(4, hostPID, "bash", ns1), proc(5, 4, "sleep", ns1), with(func(p *snapshot.Process) { p.State = "Z" })), "uts.alone"},
	{"share", "one, and the unshare that waits", do(proc(4, hostPID, "unshare", ns1), proc(5, 4, "bash", ns1)), "uts.only-waits"},
	{"share", "one, and the nsenter that waits", do(proc(4, hostPID, "nsenter", ns1), proc(5, 4, "bash", ns1)), "uts.only-waits"},
	{"share", "each in its own", do(proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "sleep", ns2)), "uts.apart"},
	{"share", "each in its own, three", do(proc(4, hostPID, "sleep", ns1), proc(5, hostPID, "sleep", ns2), proc(6, hostPID, "sleep", ns3)), "uts.apart"},
	{"share", "nsenter without --uts", do(proc(4, hostPID, "sleep", ns1), typed("host", "nsenter -t 4 bash")), "uts.joined-without-uts"},
	{"share", "nsenter with --uts, ended", do(proc(4, hostPID, "sleep", ns1), typed("host", "nsenter --target 4 -nu bash")), "uts.alone"},
	{"share", "nobody left in the host's", do(move(hostPID, ns1), proc(4, hostPID, "sleep", ns1)), "uts.none-in-host"},
	{"share", "nobody left in the host's: shell host ended", do(proc(4, initPID, "sleep", ns1), proc(5, initPID, "sleep", ns1), end(hostPID)), "uts.none-in-host"},
	{"share", "kept by a bind mount, nobody in it", do(hostname(ns1, "calypso")), "uts.nobody"},
	{"share", "in the isolated shell's", do(proc(4, isolatedPID, "sleep", isolatedNS)), "uts.shared-isolated"},
	{"share", "in that of an isolated shell opened again", do(end(isolatedPID), reopened(5, ns1), proc(6, 5, "sleep", ns1)), "uts.shared-isolated"},
	{"share", "shared, and ended", do(proc(4, hostPID, "bash", ns1), proc(5, 4, "sleep", ns1), seen, end(5), end(4)), "uts.shared-ended"},
	{"share", "other kinds of namespaces", do(proc(4, hostPID, "bash", hostNS), with(func(p *snapshot.Process) { p.NS.IPC = 92 })), "uts.other-kinds"},
	{"share", "unshare without options", do(typed("host", "unshare sleep 1000 &")), "uts.without-uts"},
	{"share", "a shell in the shell", do(proc(4, hostPID, "bash", hostNS)), "uts.plain-shell"},
}

func judge(t *testing.T, st state, v *checks.View) checks.Finding {
	t.Helper()
	return lessontest.Judge(t, Lesson, lessontest.State(st), v)
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

// A shell can report what it likes.
func TestWhatWasTypedNeverDecides(t *testing.T) {
	lines := do(typed("isolated", "hostname nautilus"), typed("isolated", "domainname ocean.test"),
		typed("host", "unshare --uts bash"), typed("host", "hostname calypso"), typed("host", "sleep 1000 &"))
	for _, step := range Lesson.Steps {
		if f := step.Check(lab(lines...)); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), typed("host", "alias hostname=true; unshare bash; hostname -d"))...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	for _, st := range []state{
		{"rename", "host", do(hostname(hostNS, evil)), ""},
		{"rename", "isolated", do(hostname(isolatedNS, evil)), ""},
		{"domain", "host", do(domainname(hostNS, evil)), ""},
		{"domain", "isolated", do(domainname(isolatedNS, evil)), ""},
		{"own", "a process's name", do(proc(4, hostPID, evil, ns1)), ""},
		{"own", "typed", do(typed("host", "unshare --net $'"+evil+"'")), ""},
		{"share", "processes", do(proc(4, hostPID, evil, ns1), proc(5, hostPID, evil, ns1)), ""},
	} {
		f := judge(t, st, lab(st.Changes...))
		all := f.Found.In(say.EN, f.Args) + f.Try.In(say.FR, f.Args)
		for _, e := range f.Evidence {
			all += e.What + e.Value
		}
		if strings.ContainsAny(all, "\x1b\a\u202e") {
			t.Errorf("%s: %s: %q", st.Step, st.What, all)
		}
	}
}
