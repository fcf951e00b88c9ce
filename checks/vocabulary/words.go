// Package vocabulary is the language in which a lesson pack says what a step wants.
//
// A check is a line: a word and its arguments, "hostname elsewhere {{name}}". all, any, not and seen join checks; when
// recognises a wrong state; expected, found, try and passed are sentences. [Words] lists the words, each made of the
// checks of package checks; [Parse] reads the lines of one step in one language and says what is wrong with them, with the
// line, the reason and the remedy; [Block.Join] puts the languages together; [Block.Compile] makes the check.
//
// Nothing here opens a file, makes a system call or runs anything: what a stranger wrote is read, compared and printed.
// Package lessons/pack reads packs with it, and the program lists it with nslab lesson vocabulary.
package vocabulary

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Word is one check of the vocabulary.
type Word struct {
	Name string
	// Group is what it is about: "uts", "pid" ...
	Group string
	Args  []Arg
	// Doc says in a line when it holds.
	Doc say.Text
	// Miss and Pass are the slots that a message may ask for, beside the lesson's parameters, where the check does not hold and
	// where it does.
	Miss, Pass []string
	// Answer is set where it looks at the answer to a question, Diagnosis where it may only stand under when.
	Answer, Diagnosis bool

	build func(a []string) checks.Check
	// watch and probe say what a snapshot must know for it: a path in the host, an address to connect to.
	watch, probe func(a []string) string
}

// Arg is an argument of a word.
type Arg struct {
	// Label names it in the documentation.
	Label say.Text
	// Optional may be left out; Many takes one or more, and comes last.
	Optional, Many bool

	literal bool // no slot may stand in it
	// check says what is wrong with a value of which the slots are filled; zero for nothing.
	check func(value string, c Context) say.Text
	// choices are values that it may have; the nearest is proposed for another.
	choices func(c Context) []string
}

// Context is what of a lesson its checks may refer to.
type Context struct {
	// Params are the parameters with their values as the tutorial has them.
	Params map[string]string
	Shells []string
}

// Usage writes a word with its arguments, as a check line has them.
func (w Word) Usage(lang say.Lang) string {
	s := w.Name
	for _, a := range w.Args {
		label := a.Label.In(lang, nil)
		if a.Many {
			label += " ..."
		}
		if a.Optional {
			label = "[" + label + "]"
		}
		s += " " + label
	}
	return s
}

func kindNames(Context) []string {
	var names []string
	for _, k := range snapshot.Kinds() {
		names = append(names, string(k))
	}
	return names
}

func placeNames(c Context) []string {
	var names []string
	for _, p := range checks.Places() {
		names = append(names, p.Name)
	}
	for _, sh := range c.Shells {
		if !slices.Contains(names, sh) {
			names = append(names, sh)
		}
	}
	return names
}

func place(name string) checks.Place {
	for _, p := range checks.Places() {
		if p.Name == name {
			return p
		}
	}
	return checks.PlaceShell(name)
}

// oneOf is an argument with a fixed choice.
func oneOf(label say.Text, names ...string) Arg {
	return Arg{Label: label, literal: true, choices: func(Context) []string { return names }}
}

func optional(a Arg) Arg { a.Optional = true; return a }
func many(a Arg) Arg     { a.Many = true; return a }

// number is an argument that is a whole number within bounds.
func number(label say.Text, least, most int64) Arg {
	return Arg{Label: label, check: func(s string, _ Context) say.Text {
		n, err := strconv.ParseInt(s, 10, 64)
		if err == nil && n >= least && n <= most {
			return say.Text{}
		}
		from, to := strconv.FormatInt(least, 10), strconv.FormatInt(most, 10)
		return say.Text{EN: "it must be a whole number from " + from + " to " + to, FR: "il faut un nombre entier de " + from + " à " + to}
	}}
}

func text(label say.Text) Arg {
	return Arg{Label: label, check: func(s string, _ Context) say.Text {
		if s == "" {
			return say.Text{EN: "it must not be empty", FR: "il ne doit pas être vide"}
		}
		return say.Text{}
	}}
}

const maxInt = 1<<63 - 1

var (
	argPlace = Arg{Label: say.Text{EN: "PLACE", FR: "LIEU"}, literal: true, choices: placeNames}
	argKind  = Arg{Label: say.Text{EN: "KIND", FR: "SORTE"}, literal: true, choices: kindNames}
	argShell = Arg{Label: say.Text{EN: "SHELL", FR: "SHELL"}, literal: true, choices: func(c Context) []string { return c.Shells }}
	argName  = text(say.Text{EN: "NAME", FR: "NOM"})
	argLine  = text(say.Text{EN: "LINE", FR: "LIGNE"})
	argText  = text(say.Text{EN: "TEXT", FR: "TEXTE"})
	argWord  = text(say.Text{EN: "WORD", FR: "MOT"})
	argProg  = text(say.Text{EN: "PROGRAM", FR: "PROGRAMME"})
	argType  = text(say.Text{EN: "TYPE", FR: "TYPE"})
	argN     = number(say.Text{EN: "N", FR: "N"}, 0, maxInt)
	argCount = number(say.Text{EN: "N", FR: "N"}, 1, 10000)
	argBytes = number(say.Text{EN: "BYTES", FR: "OCTETS"}, 0, maxInt)
	argSecs  = number(say.Text{EN: "SECONDS", FR: "SECONDES"}, -maxInt, maxInt)
	argPort  = number(say.Text{EN: "PORT", FR: "PORT"}, 1, 65535)
	argUID   = number(say.Text{EN: "UID", FR: "UID"}, 0, 1<<32-1)
	argIface = text(say.Text{EN: "INTERFACE", FR: "INTERFACE"})
	argPath  = pathArg(say.Text{EN: "PATH", FR: "CHEMIN"})
	argPoint = pathArg(say.Text{EN: "POINT", FR: "POINT"})
	argMode  = Arg{Label: say.Text{EN: "MODE", FR: "MODE"}, check: func(s string, _ Context) say.Text {
		if n, err := strconv.ParseUint(s, 8, 32); err == nil && n <= 0o7777 {
			return say.Text{}
		}
		return say.Text{EN: "it must be permissions in octal, such as 0640", FR: "il faut des permissions en octal, comme 0640"}
	}}
	argPrefix = Arg{Label: say.Text{EN: "ADDRESS/BITS", FR: "ADRESSE/BITS"}, check: func(s string, _ Context) say.Text {
		if p, err := netip.ParsePrefix(s); err == nil && p.String() == s {
			return say.Text{}
		}
		return say.Text{EN: "it must be an address with the length of its prefix, such as 10.1.1.2/24", FR: "il faut une adresse avec la longueur de son préfixe, comme 10.1.1.2/24"}
	}}
	argDst = Arg{Label: say.Text{EN: "DESTINATION", FR: "DESTINATION"}, check: func(s string, _ Context) say.Text {
		if p, err := netip.ParsePrefix(s); s == "default" || err == nil && p.Masked() == p {
			return say.Text{}
		}
		return say.Text{EN: "it must be a network such as 10.1.1.0/24, or default", FR: "il faut un réseau comme 10.1.1.0/24, ou default"}
	}}
	argGateway = Arg{Label: say.Text{EN: "GATEWAY", FR: "PASSERELLE"}, check: func(s string, _ Context) say.Text {
		if _, err := netip.ParseAddr(s); err == nil {
			return say.Text{}
		}
		return say.Text{EN: "it must be an address such as 10.1.1.1", FR: "il faut une adresse comme 10.1.1.1"}
	}}
	argAddrPort = Arg{Label: say.Text{EN: "ADDRESS:PORT", FR: "ADRESSE:PORT"}, check: func(s string, _ Context) say.Text {
		if a, err := netip.ParseAddrPort(s); err == nil && a.Addr().Is4() && a.Port() != 0 {
			return say.Text{}
		}
		return say.Text{EN: "it must be an IPv4 address and a port, such as 10.1.1.2:8000", FR: "il faut une adresse IPv4 et un port, comme 10.1.1.2:8000"}
	}}
	argRegexp = Arg{Label: say.Text{EN: "REGEXP", FR: "REGEXP"}, literal: true, check: func(s string, _ Context) say.Text {
		if _, err := regexp.Compile(s); err == nil && s != "" {
			return say.Text{}
		}
		return say.Text{EN: "it must be a regular expression of Go's package regexp", FR: "il faut une expression rationnelle du paquet regexp de Go"}
	}}
)

func pathArg(label say.Text) Arg {
	return Arg{Label: label, check: func(s string, _ Context) say.Text {
		if path.IsAbs(s) && path.Clean(s) == s {
			return say.Text{}
		}
		return say.Text{EN: "it must be a path from the root, without .. and doubled slashes: /root/notes",
			FR: "il faut un chemin depuis la racine, sans .. ni barres doublées : /root/notes"}
	}}
}

// The slots of findings (package checks).
var (
	placeMiss = []string{"is", "host-ns"}
	placePass = []string{"is", "host-ns", "ns"}
	factSlots = []string{"is"}
)

// in makes a word of a condition on the namespaces of a place; its arguments follow the place.
func in(group, name string, doc say.Text, c func(a []string) checks.Condition, args ...Arg) Word {
	return Word{Name: name, Group: group, Doc: doc, Args: append([]Arg{argPlace}, args...), Miss: placeMiss, Pass: placePass,
		build: func(a []string) checks.Check { return checks.In(place(a[0]), c(a[1:])) }}
}

// fact makes a word of a check of the whole lab.
func fact(group, name string, doc say.Text, build func(a []string) checks.Check, args ...Arg) Word {
	return Word{Name: name, Group: group, Doc: doc, Args: args, Miss: factSlots, Pass: factSlots, build: build}
}

// at is the argument with that index, empty where it was left out.
func at(a []string, i int) string {
	if i < len(a) {
		return a[i]
	}
	return ""
}

func kindOf(s string) snapshot.Kind { return snapshot.Kind(s) }

// Words lists the vocabulary, by subject.
func Words() []Word {
	answer := func(name string, doc say.Text, build func(a []string) checks.Check, args ...Arg) Word {
		w := fact("answer", name, doc, build, args...)
		w.Answer = true
		w.Miss = []string{"answer"}
		w.Pass = w.Miss
		return w
	}
	watched := func(w Word, arg int) Word {
		w.watch = func(a []string) string { return a[arg] }
		return w
	}
	slots := func(w Word, miss, pass []string) Word { w.Miss, w.Pass = miss, pass; return w }
	words := []Word{
		in("uts", "hostname", say.Text{EN: "the host name is NAME", FR: "le nom d'hôte est NOM"},
			func(a []string) checks.Condition { return checks.HostNamed(a[0]) }, argName),
		in("uts", "domainname", say.Text{EN: "the domain name (NIS) is NAME", FR: "le nom de domaine (NIS) est NOM"},
			func(a []string) checks.Condition { return checks.DomainNamed(a[0]) }, argName),
		slots(fact("uts", "host-keeps-hostname", say.Text{EN: "the host is called what it was at the start", FR: "l'hôte s'appelle comme au départ"},
			func([]string) checks.Check { return checks.HostKeepsHostName }), keptSlots, keptSlots),
		slots(fact("uts", "host-keeps-domainname", say.Text{EN: "the host has the domain name it had at the start", FR: "l'hôte a le nom de domaine du départ"},
			func([]string) checks.Check { return checks.HostKeepsDomainName }), keptSlots, keptSlots),
		slots(fact("uts", "machine-keeps-hostname", say.Text{EN: "the real machine is called what it was at the start", FR: "la vraie machine s'appelle comme au départ"},
			func([]string) checks.Check { return checks.MachineKeepsHostName }), keptSlots, keptSlots),

		{Name: "processes", Group: "process", Args: []Arg{argPlace, argKind, argCount}, Miss: placeMiss, Pass: placePass,
			Doc:   say.Text{EN: "one namespace of the kind has N processes or more, the lab's init not counted", FR: "un espace de la sorte a N processus ou plus, sans compter l'init du labo"},
			build: func(a []string) checks.Check { return checks.In(place(a[0]), checks.Processes(kindOf(a[1]), a[2])) }},
		{Name: "process", Group: "process", Args: []Arg{argPlace, argKind, argProg}, Miss: placeMiss, Pass: placePass,
			Doc:   say.Text{EN: "a process in a namespace of the kind runs PROGRAM; shell is any shell, any is any program", FR: "un processus dans un espace de la sorte fait tourner PROGRAMME ; shell vaut pour tout shell, any pour tout programme"},
			build: func(a []string) checks.Check { return checks.In(place(a[0]), checks.Process(kindOf(a[1]), a[2])) }},
		slots(fact("process", "differs", say.Text{EN: "the shell is in another namespace of the kind than the host's", FR: "le shell est dans un autre espace de la sorte que celui de l'hôte"},
			func(a []string) checks.Check { return checks.Differs(a[0], kindOf(a[1])) }, argShell, argKind),
			[]string{"shell", "kind", "host-ns"}, []string{"shell", "kind", "host-ns", "ns"}),
		slots(fact("process", "differs-in-all", say.Text{EN: "one process shares no namespace of these kinds with the host", FR: "un même processus ne partage aucun espace de ces sortes avec l'hôte"},
			func(a []string) checks.Check {
				var kinds []snapshot.Kind
				for _, k := range a {
					kinds = append(kinds, kindOf(k))
				}
				return checks.DiffersInAll(kinds...)
			}, many(argKind)), []string{"kinds"}, []string{"kinds", "process"}),
		fact("process", "ended", say.Text{EN: "a namespace of the kind that the learner made had N processes or more, and is gone", FR: "un espace de la sorte, créé par l'élève, a eu N processus ou plus, et a disparu"},
			func(a []string) checks.Check { return checks.Ended(kindOf(a[0]), a[1]) }, argKind, argCount),

		in("pid", "pid-1", say.Text{EN: "the process with number 1 runs PROGRAM (shell, any: as for process)", FR: "le processus numéro 1 fait tourner PROGRAMME (shell, any : comme pour process)"},
			func(a []string) checks.Condition { return checks.PIDOne(a[0]) }, argProg),
		in("pid", "proc-shows", say.Text{EN: "a process sees that PID namespace's own processes in /proc, not in the host's mount namespace", FR: "un processus voit dans /proc les processus de cet espace PID, hors de l'espace mnt de l'hôte"},
			func([]string) checks.Condition { return checks.ProcShows() }),
		slots(fact("pid", "host-keeps-proc", say.Text{EN: "the host's /proc shows the host's processes", FR: "le /proc de l'hôte montre les processus de l'hôte"},
			func([]string) checks.Check { return checks.HostKeepsProc }), []string{"host-ns"}, []string{"host-ns"}),

		in("mount", "mount", say.Text{EN: "something, or a file system of TYPE, is mounted on POINT", FR: "quelque chose, ou un système de fichiers de TYPE, est monté sur POINT"},
			func(a []string) checks.Condition { return checks.Mounted(a[0], at(a, 1)) }, argPoint, optional(argType)),
		in("mount", "bind", say.Text{EN: "the host's directory PATH is mounted on POINT", FR: "le répertoire CHEMIN de l'hôte est monté sur POINT"},
			func(a []string) checks.Condition { return checks.BoundTo(a[0], a[1]) }, argPath, argPoint),
		in("mount", "propagation", say.Text{EN: "the mount on POINT is of that propagation type", FR: "le montage sur POINT a ce type de propagation"},
			func(a []string) checks.Condition { return checks.PropagationOf(a[0], a[1]) },
			argPoint, oneOf(say.Text{EN: "TYPE", FR: "TYPE"}, "private", "shared", "slave", "unbindable")),
		watched(in("mount", "root", say.Text{EN: "a process has the host's directory PATH for its root", FR: "un processus a le répertoire CHEMIN de l'hôte pour racine"},
			func(a []string) checks.Condition { return checks.RootIs(a[0]) }, argPath), 1),
		watched(fact("mount", "file", say.Text{EN: "the host has a file at PATH", FR: "l'hôte a un fichier à CHEMIN"},
			func(a []string) checks.Check { return checks.FileThere(a[0]) }, argPath), 0),
		watched(fact("mount", "directory", say.Text{EN: "the host has a directory at PATH", FR: "l'hôte a un répertoire à CHEMIN"},
			func(a []string) checks.Check { return checks.DirectoryThere(a[0]) }, argPath), 0),
		watched(fact("mount", "file-size", say.Text{EN: "the host's file at PATH has so many bytes", FR: "le fichier de l'hôte à CHEMIN fait tant d'octets"},
			func(a []string) checks.Check { return checks.FileSize(a[0], a[1]) }, argPath, argBytes), 0),
		watched(fact("mount", "file-mode", say.Text{EN: "what the host has at PATH has these permissions", FR: "ce que l'hôte a à CHEMIN a ces permissions"},
			func(a []string) checks.Check { return checks.FileMode(a[0], a[1]) }, argPath, argMode), 0),

		in("net", "interface", say.Text{EN: "there is the interface, or any, of TYPE where it is named: veth, bridge ...", FR: "il y a l'interface, ou une (any), de TYPE s'il est dit : veth, bridge ..."},
			func(a []string) checks.Condition { return checks.Interface(a[0], at(a, 1)) }, argIface, optional(argType)),
		in("net", "interface-up", say.Text{EN: "the interface is up; any is any but the loopback", FR: "l'interface est active ; any : une quelconque, sauf la loopback"},
			func(a []string) checks.Condition { return checks.InterfaceUp(a[0]) }, argIface),
		in("net", "address", say.Text{EN: "an interface that is up has the address", FR: "une interface active a l'adresse"},
			func(a []string) checks.Condition { return checks.Address(a[0]) }, argPrefix),
		in("net", "route", say.Text{EN: "there is a route to the destination, by GATEWAY where it is named", FR: "il y a une route vers la destination, par PASSERELLE si elle est dite"},
			func(a []string) checks.Condition { return checks.RouteTo(a[0], at(a, 1)) }, argDst, optional(argGateway)),
		in("net", "veth", say.Text{EN: "a veth pair leads from the first place to the second", FR: "une paire veth mène du premier lieu au second"},
			func(a []string) checks.Condition { return checks.Veth(place(a[0])) }, argPlace),
		in("net", "in-bridge", say.Text{EN: "the interface, or any, belongs to the bridge NAME", FR: "l'interface, ou une (any), appartient au pont NOM"},
			func(a []string) checks.Condition { return checks.InBridge(a[0], a[1]) }, argIface, argName),
		in("net", "listens", say.Text{EN: "a TCP socket listens on PORT", FR: "une socket TCP écoute sur PORT"},
			func(a []string) checks.Condition { return checks.Listens(a[0]) }, argPort),
		in("net", "connected", say.Text{EN: "a TCP connection to PORT was made from there; seen connected remembers it", FR: "une connexion TCP vers PORT en est partie ; seen connected s'en souvient"},
			func(a []string) checks.Condition { return checks.ConnectedTo(a[0]) }, argPort),
		in("net", "pinged", say.Text{EN: "a ping from there was answered", FR: "un ping parti de là a reçu une réponse"},
			func([]string) checks.Condition { return checks.Pinged() }),
		in("net", "filtered", say.Text{EN: "the packet filter has a rule", FR: "le filtre de paquets a une règle"},
			func([]string) checks.Condition { return checks.Filtered() }),
		{Name: "connects", Group: "net", Args: []Arg{argAddrPort}, Miss: factSlots, Pass: factSlots,
			Doc:   say.Text{EN: "the address accepts a TCP connection from the host, tried while nslab looks", FR: "l'adresse accepte une connexion TCP de l'hôte, essayée quand nslab regarde"},
			build: func(a []string) checks.Check { return checks.Connects(a[0]) }, probe: func(a []string) string { return a[0] }},

		in("ipc", "queues", say.Text{EN: "there are N System V message queues, no more and no fewer", FR: "il y a N files de messages System V, ni plus ni moins"},
			func(a []string) checks.Condition { return checks.Queues(a[0]) }, argN),
		in("ipc", "segment", say.Text{EN: "there is a shared memory segment of so many bytes", FR: "il y a un segment de mémoire partagée de tant d'octets"},
			func(a []string) checks.Condition { return checks.Segment(a[0]) }, argBytes),
		in("ipc", "semaphores", say.Text{EN: "there are N System V semaphore arrays", FR: "il y a N tableaux de sémaphores System V"},
			func(a []string) checks.Condition { return checks.Semaphores(a[0]) }, argN),
		in("ipc", "posix-queue", say.Text{EN: "there is the POSIX message queue /NAME", FR: "il y a la file de messages POSIX /NOM"},
			func(a []string) checks.Condition { return checks.POSIXQueue(a[0]) }, argName),
		in("ipc", "mqueue", say.Text{EN: "an mqueue file system mounted there shows the POSIX queue /NAME", FR: "un système de fichiers mqueue monté là montre la file POSIX /NOM"},
			func(a []string) checks.Condition { return checks.MQueue(a[0]) }, argName),

		in("user", "uid", say.Text{EN: "a process has the UID in it", FR: "un processus y a l'UID"},
			func(a []string) checks.Condition { return checks.UIDIs(a[0]) }, argUID),
		in("user", "user-root", say.Text{EN: "a process is root in it: UID 0, with capabilities", FR: "un processus y est root : UID 0, avec des capacités"},
			func([]string) checks.Condition { return checks.UserRoot() }),
		in("user", "uid-map", say.Text{EN: "uid_map, as the host reads it, has the line: '0 1000 1'", FR: "uid_map, lu depuis l'hôte, a la ligne : '0 1000 1'"},
			func(a []string) checks.Condition { return checks.UIDMapIs(a[0]) }, argLine),
		in("user", "gid-map", say.Text{EN: "gid_map, as the host reads it, has the line", FR: "gid_map, lu depuis l'hôte, a la ligne"},
			func(a []string) checks.Condition { return checks.GIDMapIs(a[0]) }, argLine),
		in("user", "owns", say.Text{EN: "it owns a namespace of the kind that is not the host's", FR: "un espace de la sorte, autre que celui de l'hôte, lui appartient"},
			func(a []string) checks.Condition { return checks.Owns(kindOf(a[0])) }, oneOf(say.Text{EN: "KIND", FR: "SORTE"}, "uts", "ipc", "net")),

		in("time", "boottime", say.Text{EN: "the boot time is so many seconds ahead", FR: "l'horloge boottime avance de tant de secondes"},
			func(a []string) checks.Condition { return checks.BootTime(a[0]) }, argSecs),
		in("time", "monotonic", say.Text{EN: "the monotonic clock is so many seconds ahead", FR: "l'horloge monotonic avance de tant de secondes"},
			func(a []string) checks.Condition { return checks.Monotonic(a[0]) }, argSecs),

		fact("cgroup", "pids-max", say.Text{EN: "a process is in a cgroup with that pids.max", FR: "un processus est dans un cgroup de ce pids.max"},
			func(a []string) checks.Check { return checks.PidsMax(a[0]) }, argN),
		fact("cgroup", "memory-max", say.Text{EN: "a process is in a cgroup with that memory.max", FR: "un processus est dans un cgroup de ce memory.max"},
			func(a []string) checks.Check { return checks.MemoryMax(a[0]) }, argBytes),

		answer("answer-is", say.Text{EN: "the answer is one of the texts, whatever the capitals", FR: "la réponse est l'un des textes, quelles que soient les majuscules"},
			func(a []string) checks.Check { return checks.AnswerIs(a...) }, many(argText)),
		answer("answer-number", say.Text{EN: "the answer is that number", FR: "la réponse est ce nombre"},
			func(a []string) checks.Check { return checks.AnswerNumber(a[0]) }, argN),
		answer("answer-matches", say.Text{EN: "the answer matches the regular expression; (?i) at its beginning ignores capitals", FR: "la réponse satisfait l'expression rationnelle ; (?i) au début ignore les majuscules"},
			func(a []string) checks.Check { return checks.AnswerMatches(regexp.MustCompile(a[0])) }, argRegexp),
		answer("answer-pid", say.Text{EN: "the answer is the number that the host gives to the PID 1 of a namespace", FR: "la réponse est le numéro que l'hôte donne au PID 1 d'un espace de noms"},
			func(a []string) checks.Check { return checks.AnswerPID(place(a[0])) }, argPlace),
		answer("answer-inode", say.Text{EN: "the answer is the inode number of a namespace of the kind", FR: "la réponse est le numéro d'inode d'un espace de noms de la sorte"},
			func(a []string) checks.Check { return checks.AnswerInode(place(a[0]), kindOf(a[1])) }, argPlace, argKind),

		{Name: "typed", Group: "typed", Args: []Arg{many(argWord)}, Miss: []string{"typed"}, Pass: []string{"typed"}, Diagnosis: true,
			Doc:   say.Text{EN: "a command was typed that begins with the first word and has the others; only under when", FR: "on a tapé une commande qui commence par le premier mot et contient les autres ; sous when seulement"},
			build: func(a []string) checks.Check { return checks.Typed(a...) }},
	}
	return words
}

var keptSlots = []string{"was", "is", "host-ns"}

// Groups are the subjects of the words, in the order in which they are listed, with a heading each.
func Groups() []struct {
	Name string
	Text say.Text
} {
	return []struct {
		Name string
		Text say.Text
	}{
		{"uts", say.Text{EN: "names", FR: "noms"}},
		{"process", say.Text{EN: "processes and namespaces of any kind", FR: "processus, et espaces de noms de toute sorte"}},
		{"pid", say.Text{EN: "process numbers", FR: "numéros de processus"}},
		{"mount", say.Text{EN: "mounts and files", FR: "montages et fichiers"}},
		{"net", say.Text{EN: "network", FR: "réseau"}},
		{"ipc", say.Text{EN: "queues and shared memory", FR: "files et mémoire partagée"}},
		{"user", say.Text{EN: "users", FR: "utilisateurs"}},
		{"time", say.Text{EN: "clocks", FR: "horloges"}},
		{"cgroup", say.Text{EN: "limits", FR: "limites"}},
		{"answer", say.Text{EN: "answers: the step is then a question", FR: "réponses : l'étape est alors une question"}},
		{"typed", say.Text{EN: "what was typed", FR: "ce qu'on a tapé"}},
	}
}

// Nearest returns the candidate that is most like a name, empty where none is.
func Nearest(name string, candidates []string) string {
	best, at := "", 1+max(1, len(name)/3)
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), c); d < at {
			best, at = c, d
		}
	}
	return best
}

// distance counts the letters that must be put in, left out, exchanged or swapped with a neighbour to make one word of the other.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
