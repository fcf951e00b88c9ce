package main

import (
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// The words of nslab trace.
var (
	textTraceShort = say.Text{EN: "show the system calls on namespaces, as they happen", FR: "montrer les appels système sur les espaces de noms, au fur et à mesure"}
	textTraceLong  = say.Text{
		EN: "Shows each system call by which a process of the open lesson's lab makes,\n" +
			"joins or changes a namespace: who, the call as in C, and what it does or why\n" +
			"the kernel refuses. In a terminal beside the lesson it goes on until Ctrl-C;\n" +
			"typed in the lab it shows those of the last command and ends.\n\n" +
			"Seen are unshare, setns, clone and clone3 with namespace flags, sethostname,\n" +
			"setdomainname, mount, umount2, the newer mount calls, pivot_root, chroot, the\n" +
			"making and removing of System V IPC objects and POSIX queues; and the execve of\n" +
			"the command that such a call was made for. The kernel does not tell results:\n" +
			"what came of a call is known by what changed.\n" +
			"Told too are calls that a lab's seccomp filter forbids (nslab help security).\n" +
			"Not seen are the calls of 32-bit programs and what is written to files such as\n" +
			"/proc/PID/uid_map. A program in the lab that wants a seccomp listener of its own\n" +
			"gets EBUSY from the kernel: there can be only one.",
		FR: "Montre chaque appel système par lequel un processus du labo de la leçon ouverte\n" +
			"crée, rejoint ou change un espace de noms : qui, l'appel comme en C, et ce qu'il\n" +
			"fait ou pourquoi le noyau refuse. Dans un terminal à côté de la leçon, cela dure\n" +
			"jusqu'à Ctrl-C ; tapé dans le labo, cela montre ceux de la dernière commande.\n\n" +
			"On voit unshare, setns, clone et clone3 avec des drapeaux d'espaces de noms,\n" +
			"sethostname, setdomainname, mount, umount2, les nouveaux appels de montage,\n" +
			"pivot_root, chroot, la création et la suppression d'objets IPC System V et de\n" +
			"files POSIX ; et l'execve de la commande pour laquelle un tel appel a été fait.\n" +
			"Le noyau ne dit pas les résultats : ce qu'un appel a donné, on le sait par ce\n" +
			"qui a changé. Sont dits aussi les appels que le filtre seccomp d'un labo\n" +
			"interdit (nslab help security). On ne voit ni les appels des programmes 32 bits,\n" +
			"ni ce qui s'écrit dans des fichiers comme /proc/PID/uid_map. Un programme du\n" +
			"labo qui veut son propre écouteur seccomp reçoit EBUSY du noyau : il ne peut y\n" +
			"en avoir qu'un."}
	textTraceJSONHelp = say.Text{
		EN: "With --json, one object a line:\n" +
			"  seq, time       number of the call in this lab; when (RFC 3339)\n" +
			"  shell           the lab's shell it comes from\n" +
			"  pid, pid_inside the process, in the lab and as it calls itself\n" +
			"  comm, command   its name and its command line\n" +
			"  call, c         the call's name; all of it as in C\n" +
			"  flags           names of the clone flags (unshare, setns, clone, clone3)\n" +
			"  target, source, type, argv   what the arguments name\n" +
			"  before, after   inodes of its namespaces, by kind, where known\n" +
			"  outcome         done, refused, failed, or unseen\n" +
			"  lacks           of a refusal: errno, why, capability, user_namespace\n" +
			"  text            the same in words",
		FR: "Avec --json, un objet par ligne :\n" +
			"  seq, time       numéro de l'appel dans ce labo ; quand (RFC 3339)\n" +
			"  shell           le shell du labo dont il vient\n" +
			"  pid, pid_inside le processus, dans le labo et pour lui-même\n" +
			"  comm, command   son nom et sa ligne de commande\n" +
			"  call, c         le nom de l'appel ; l'appel entier comme en C\n" +
			"  flags           noms des drapeaux (unshare, setns, clone, clone3)\n" +
			"  target, source, type, argv   ce que nomment les arguments\n" +
			"  before, after   inodes de ses espaces de noms, par sorte, si connus\n" +
			"  outcome         done, refused, failed ou unseen\n" +
			"  lacks           pour un refus : errno, why, capability, user_namespace\n" +
			"  text            la même chose en mots"}
	textFlagTraceLast = say.Text{EN: "show the last `N` calls and end", FR: "montrer les `N` derniers appels et finir"}

	textTraceBadLast = say.Text{EN: "--last wants a number of calls from 1 to 4096", FR: "--last veut un nombre d'appels, de 1 à 4096"}
	textTraceNone    = say.Text{EN: "No system call on namespaces was seen so far.", FR: "Aucun appel système sur les espaces de noms n'a été vu jusqu'ici."}
	textTraceHead    = say.Text{EN: "Lesson {{lesson}}: system calls on namespaces, as they happen (Ctrl-C ends this).", FR: "Leçon {{lesson}} : les appels système sur les espaces de noms, au fur et à mesure (Ctrl-C pour finir)."}
	textTraceOver    = say.Text{EN: "The lesson was left.", FR: "La leçon a été quittée."}
	textTraceLost    = say.Text{EN: "(Calls that came too fast to be looked at: {{n}}.)", FR: "(Appels venus trop vite pour être regardés : {{n}}.)"}
	textTraceCannot  = say.Text{EN: "system calls cannot be seen on this machine: {{error}}. The lessons work without; nslab doctor says more", FR: "les appels système ne peuvent pas être vus sur cette machine : {{error}}. Les leçons marchent sans ; nslab doctor en dit plus"}

	textMissingTrace = say.Text{EN: "Step `{{step}}` is left out here: this machine does not let nslab see system calls. `nslab doctor` says why. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : cette machine ne laisse pas nslab voir les appels système. `nslab doctor` dit pourquoi. La leçon compte comme finie sans elle."}

	textTraceEssence = say.Text{EN: "In system calls, as they were seen, all of it came down to this:", FR: "En appels système, tels qu'on les a vus, tout se ramène à ceci :"}

	textTracePages = say.Text{EN: "Man pages: {{pages}}.", FR: "Pages de manuel : {{pages}}."}

	textTraceInside  = say.Text{EN: "PID {{pid}}, {{inside}} to itself", FR: "PID {{pid}}, {{inside}} pour lui-même"}
	textTraceGone    = say.Text{EN: "(What came of it was not seen.)", FR: "(On n'a pas vu ce que cela a donné.)"}
	textTraceFailed  = say.Text{EN: "Asked for: {{what}} But it has returned, and nothing changed: the kernel refused. Nothing that nslab knows of forbids it; the command's own message tells the error.", FR: "Demandé : {{what}} Mais l'appel est revenu et rien n'a changé : le noyau a refusé. Rien de ce que connaît nslab ne l'interdit ; le message de la commande dit l'erreur."}
	textTraceRefused = say.Text{EN: "The kernel refuses, {{errno}}: {{why}}", FR: "Le noyau refuse, {{errno}} : {{why}}"}
)

// textLacks says which rule of the kernel a refused call breaks, by Lack.Why.
var textLacks = map[string]say.Text{
	snapshot.LacksCap: {EN: "it takes {{cap}} in {{owner}}{{of}}, and this process does not have it there.",
		FR: "il y faut {{cap}} dans {{owner}}{{of}}, et ce processus ne l'y a pas."},
	snapshot.LacksThreads: {EN: "a process of several threads cannot change its user namespace.",
		FR: "un processus à plusieurs fils d'exécution ne peut pas changer d'espace de noms utilisateur."},
	snapshot.LacksRoot: {EN: "a process whose root was changed with chroot cannot make a user namespace.",
		FR: "un processus dont chroot a changé la racine ne peut pas créer d'espace de noms utilisateur."},
	snapshot.LacksTwice: {EN: "it has asked for a PID namespace before, and no child was born in it yet: {{pid}} comes first.",
		FR: "il a déjà demandé un espace de noms PID, et aucun enfant n'y est né : {{pid}} d'abord."},
	snapshot.LacksOwnUserNS: {EN: "the process is in this user namespace already, and the kernel lets no one join his own again.",
		FR: "le processus est déjà dans cet espace de noms utilisateur, et le noyau ne laisse personne rejoindre le sien."},
	snapshot.LacksLeave: {EN: "a lab's seccomp filter lets nobody make this call. {{reason}}",
		FR: "le filtre seccomp d'un labo ne laisse personne faire cet appel. {{reason}}"},
}

var (
	textLacksOwns = say.Text{EN: ", which owns {{namespace}}", FR: ", à qui appartient {{namespace}}"}
)

// textMade says what a new namespace of a kind means to the process that is in it.
var textMade = map[snapshot.Kind]say.Text{
	snapshot.User: {EN: "users, groups and capabilities of its own. In there it has every capability, outside it has none more.",
		FR: "ses propres utilisateurs, groupes et capacités. Là-dedans il a toutes les capacités, au-dehors pas une de plus."},
	snapshot.Mnt: {EN: "mounts of its own: a copy of those that were there.",
		FR: "ses propres montages : une copie de ceux qui étaient là."},
	snapshot.UTS: {EN: "a host name and a domain name of its own: a copy of those that were there.",
		FR: "son propre nom d'hôte et de domaine : une copie de ceux qui étaient là."},
	snapshot.IPC: {EN: "System V IPC objects and POSIX message queues of its own: none yet.",
		FR: "ses propres objets IPC System V et files de messages POSIX : aucun encore."},
	snapshot.Net: {EN: "interfaces, addresses and routes of its own: only lo, and that is down.",
		FR: "ses propres interfaces, adresses et routes : lo seulement, et inactive."},
	snapshot.PID: {EN: "process numbers of its own, which begin at 1.",
		FR: "ses propres numéros de processus, qui commencent à 1."},
	snapshot.Cgroup: {EN: "a view of its own of the control groups: the one it is in is the root.",
		FR: "sa propre vue des groupes de contrôle : celui où il est en devient la racine."},
	snapshot.Time: {EN: "clocks of its own for the time since boot.",
		FR: "ses propres horloges pour le temps depuis le démarrage."},
}

// textMadeChildren says the same of the two kinds that only a process's children get (unshare(2)).
var textMadeChildren = map[snapshot.Kind]say.Text{
	snapshot.PID: {EN: "process numbers of their own, which begin at 1.",
		FR: "leurs propres numéros de processus, qui commencent à 1."},
	snapshot.Time: {EN: "clocks of their own for the time since boot.",
		FR: "leurs propres horloges pour le temps depuis le démarrage."},
}

// The frames of what unshare, clone and setns do, for each kind.
var (
	textUnshare = say.Text{EN: "{{old}} -> {{new}}: from here on this process has {{what}}",
		FR: "{{old}} -> {{new}} : à partir d'ici ce processus a {{what}}"}
	textUnshareAsked = say.Text{EN: "{{kind}}: gives this process {{what}}",
		FR: "{{kind}} : donne à ce processus {{what}}"}
	textUnshareChildren = say.Text{EN: "{{old}} -> {{new}} for its children: the process itself stays where it is; the children it has from here on have {{what}}",
		FR: "{{old}} -> {{new}} pour ses enfants : le processus lui-même reste où il est ; les enfants qu'il aura à partir d'ici ont {{what}}"}
	textUnshareChildrenAsked = say.Text{EN: "{{kind}}: the process itself stays where it is; gives the children to come {{what}}",
		FR: "{{kind}} : le processus lui-même reste où il est ; donne aux enfants à venir {{what}}"}
	textClone = say.Text{EN: "{{old}} -> {{new}}: a child is born, which has {{what}}",
		FR: "{{old}} -> {{new}} : un enfant naît, qui a {{what}}"}
	textCloneAsked = say.Text{EN: "{{kind}}: a child is to be born, with {{what}}",
		FR: "{{kind}} : un enfant doit naître, avec {{what}}"}
	textNewUnseen = say.Text{EN: "{{kind}}:[a new one]", FR: "{{kind}}:[un nouveau]"}

	textSetns = say.Text{EN: "{{old}} -> {{new}}: from here on this process is in that namespace, with all who are in it.",
		FR: "{{old}} -> {{new}} : à partir d'ici ce processus est dans cet espace de noms, avec tous ceux qui y sont."}
	textSetnsSame = say.Text{EN: "{{new}}: the process was there already.", FR: "{{new}} : le processus y était déjà."}
	textSetnsPID  = say.Text{EN: "{{old}} -> {{new}} for its children: the process itself stays where it is; the children it has from here on are numbered in there.",
		FR: "{{old}} -> {{new}} pour ses enfants : le processus lui-même reste où il est ; les enfants qu'il aura à partir d'ici sont numérotés là."}
	textSetnsPIDFD = say.Text{EN: "joins the namespaces of {{process}}: {{kinds}}.", FR: "rejoint les espaces de noms de {{process}} : {{kinds}}."}
	textSetnsAsked = say.Text{EN: "joins {{new}}.", FR: "rejoint {{new}}."}
)

// textDoes says what the other calls do. They speak of what is asked; {{namespace}} is where it happens.
var textDoes = map[string]say.Text{
	"sethostname": {EN: "the host name in {{namespace}} becomes {{target}}, for every process in it and nobody else.",
		FR: "le nom d'hôte dans {{namespace}} devient {{target}}, pour tous les processus qui y sont et personne d'autre."},
	"setdomainname": {EN: "the domain name in {{namespace}} becomes {{target}}, for every process in it and nobody else.",
		FR: "le nom de domaine dans {{namespace}} devient {{target}}, pour tous les processus qui y sont et personne d'autre."},
	"mount": {EN: "mounts {{type}} on {{target}}, in {{namespace}}.",
		FR: "monte {{type}} sur {{target}}, dans {{namespace}}."},
	"mount proc": {EN: "mounts proc on {{target}}, in {{namespace}}: it shows the processes of {{pid-namespace}}.",
		FR: "monte proc sur {{target}}, dans {{namespace}} : on y voit les processus de {{pid-namespace}}."},
	"mount bind": {EN: "what is at {{source}} is at {{target}} too, in {{namespace}}.",
		FR: "ce qui est dans {{source}} est aussi dans {{target}}, dans {{namespace}}."},
	"mount nsfs": {EN: "binds the file of a namespace to {{target}}: it keeps the namespace alive without a process in it.",
		FR: "lie le fichier d'un espace de noms à {{target}} : cela le garde en vie sans aucun processus dedans."},
	"mount move": {EN: "moves the mount at {{source}} to {{target}}, in {{namespace}}.",
		FR: "déplace le montage de {{source}} vers {{target}}, dans {{namespace}}."},
	"mount remount": {EN: "changes the options of the mount at {{target}}, in {{namespace}}.",
		FR: "change les options du montage {{target}}, dans {{namespace}}."},
	"mount private": {EN: "makes the mounts at {{target}} private: what is mounted there from here on stays in {{namespace}}.",
		FR: "rend privés les montages de {{target}} : ce qu'on y monte à partir d'ici reste dans {{namespace}}."},
	"mount shared": {EN: "makes the mounts at {{target}} shared: copies of them, in this and in other mount namespaces, get what is mounted there.",
		FR: "rend partagés les montages de {{target}} : leurs copies, dans cet espace de noms et dans d'autres, reçoivent ce qu'on y monte."},
	"mount slave": {EN: "makes the mounts at {{target}} slaves: they get what is mounted on their master, and give nothing back.",
		FR: "rend esclaves les montages de {{target}} : ils reçoivent ce qu'on monte sur leur maître et ne rendent rien."},
	"mount unbindable": {EN: "makes the mounts at {{target}} private, and not to be bound elsewhere.",
		FR: "rend les montages de {{target}} privés, et impossibles à lier ailleurs."},
	"umount2": {EN: "takes off what is mounted at {{target}}, in {{namespace}}.",
		FR: "démonte ce qui est monté sur {{target}}, dans {{namespace}}."},
	"pivot_root": {EN: "the mount at {{target}} becomes the root of {{namespace}}, for all its processes; the old root is at {{source}}.",
		FR: "le montage {{target}} devient la racine de {{namespace}}, pour tous ses processus ; l'ancienne racine est dans {{source}}."},
	"chroot": {EN: "for this process paths begin at {{target}}. No namespace is made, and no mount changes.",
		FR: "pour ce processus les chemins commencent à {{target}}. Aucun espace de noms n'est créé, aucun montage ne change."},
	"open_tree": {EN: "takes the mount at {{source}} in hand, as a descriptor; move_mount puts it somewhere.",
		FR: "prend en main le montage {{source}}, sous forme de descripteur ; move_mount le pose quelque part."},
	"move_mount": {EN: "puts the mount that is in hand on {{target}}, in {{namespace}}.",
		FR: "pose le montage qui est en main sur {{target}}, dans {{namespace}}."},
	"fsopen": {EN: "begins to set up a file system of type {{type}}.", FR: "commence à préparer un système de fichiers {{type}}."},
	"fsconfig": {EN: "sets an option of the file system that is being set up, or makes it.",
		FR: "règle une option du système de fichiers en préparation, ou le crée."},
	"fsmount": {EN: "makes a mount of the file system that was set up; it is in hand, and not yet anywhere.",
		FR: "fait un montage du système de fichiers préparé ; il est en main, et encore nulle part."},
	"fspick": {EN: "takes the file system at {{target}} to change its options.", FR: "prend le système de fichiers {{target}} pour en changer les options."},
	"mount_setattr": {EN: "changes the attributes of the mounts at {{target}}, in {{namespace}}.",
		FR: "change les attributs des montages de {{target}}, dans {{namespace}}."},
	"msgget":        {EN: "opens the message queue with key {{target}} in {{namespace}}.", FR: "ouvre la file de messages de clé {{target}} dans {{namespace}}."},
	"msgget create": {EN: "makes the message queue with key {{target}} in {{namespace}}, or opens it where it is there.", FR: "crée la file de messages de clé {{target}} dans {{namespace}}, ou l'ouvre si elle y est."},
	"semget":        {EN: "opens the semaphores with key {{target}} in {{namespace}}.", FR: "ouvre les sémaphores de clé {{target}} dans {{namespace}}."},
	"semget create": {EN: "makes the semaphores with key {{target}} in {{namespace}}, or opens them where they are there.", FR: "crée les sémaphores de clé {{target}} dans {{namespace}}, ou les ouvre s'ils y sont."},
	"shmget":        {EN: "opens the shared memory with key {{target}} in {{namespace}}.", FR: "ouvre la mémoire partagée de clé {{target}} dans {{namespace}}."},
	"shmget create": {EN: "makes the shared memory with key {{target}} in {{namespace}}, or opens it where it is there.", FR: "crée la mémoire partagée de clé {{target}} dans {{namespace}}, ou l'ouvre si elle y est."},
	"msgctl":        {EN: "removes the message queue with ID {{target}} from {{namespace}}.", FR: "supprime la file de messages d'ID {{target}} de {{namespace}}."},
	"semctl":        {EN: "removes the semaphores with ID {{target}} from {{namespace}}.", FR: "supprime les sémaphores d'ID {{target}} de {{namespace}}."},
	"shmctl":        {EN: "removes the shared memory with ID {{target}} from {{namespace}}.", FR: "supprime la mémoire partagée d'ID {{target}} de {{namespace}}."},
	"mq_open":       {EN: "opens the POSIX message queue {{target}} in {{namespace}}.", FR: "ouvre la file de messages POSIX {{target}} dans {{namespace}}."},
	"mq_open create": {EN: "makes the POSIX message queue {{target}} in {{namespace}}, or opens it where it is there.",
		FR: "crée la file de messages POSIX {{target}} dans {{namespace}}, ou l'ouvre si elle y est."},
	"mq_unlink": {EN: "removes the name of the POSIX message queue {{target}} from {{namespace}}.", FR: "supprime le nom de la file de messages POSIX {{target}} de {{namespace}}."},
	"execve":    {EN: "runs this program.", FR: "lance ce programme."},
	"execve behind": {EN: "goes on as this program, in the namespaces it has now.",
		FR: "continue en tant que ce programme, dans les espaces de noms qu'il a maintenant."},
}
