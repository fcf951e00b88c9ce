package main

import "github.com/nslab/nslab/checks/say"

// Why a lab's seccomp filter forbids what it does (sandbox.ForbiddenCalls).
var (
	textForbidIOUring = say.Text{EN: "io_uring does other calls' work past such filters, and no lesson needs it.",
		FR: "io_uring fait le travail d'autres appels à côté de tels filtres, et aucune leçon n'en a besoin."}
	textForbidBPF = say.Text{EN: "It puts programs into the kernel, which every machine has only once.",
		FR: "Il met des programmes dans le noyau, et une machine n'en a qu'un."}
	textForbidFault = say.Text{EN: "It can hold the kernel in the middle of its work, and no lesson needs it.",
		FR: "Il peut arrêter le noyau au milieu de son travail, et aucune leçon n'en a besoin."}
	textForbidPerf = say.Text{EN: "It watches the machine's processors, which are of no namespace.",
		FR: "Il observe les processeurs de la machine, qui ne sont d'aucun espace de noms."}
	textForbidKeys = say.Text{EN: "The kernel keeps keys for the machine's users, not for a lab's.",
		FR: "Le noyau garde les clés des utilisateurs de la machine, pas celles d'un labo."}
	textForbidKernel = say.Text{EN: "The kernel and its modules are the machine's, and of no namespace.",
		FR: "Le noyau et ses modules sont à la machine, et d'aucun espace de noms."}
	textForbidLog = say.Text{EN: "The kernel's log is the machine's, and of no namespace.",
		FR: "Le journal du noyau est à la machine, et d'aucun espace de noms."}
	textForbidClock = say.Text{EN: "The time of day is the machine's: a time namespace has other clocks, not another date.",
		FR: "L'heure est celle de la machine : un espace de noms time a d'autres horloges, pas une autre date."}
	textForbidSwap = say.Text{EN: "Swap, accounting and quotas are the machine's, and of no namespace.",
		FR: "Le swap, la comptabilité et les quotas sont à la machine, et d'aucun espace de noms."}
	textForbidHandle = say.Text{EN: "It opens files by their number, past every mount.",
		FR: "Il ouvre des fichiers par leur numéro, à côté de tout montage."}
	textForbidPorts = say.Text{EN: "It is about the machine's processor itself, which is of no namespace.",
		FR: "Il s'adresse au processeur même de la machine, qui n'est d'aucun espace de noms."}
	textForbidTyping = say.Text{EN: "It would type into a terminal in the place of the person who sits there.",
		FR: "Il écrirait dans un terminal à la place de la personne qui s'y trouve."}
)

// textForbidden is the reason by the call's name.
var textForbidden = map[string]say.Text{
	"io_uring_setup": textForbidIOUring, "io_uring_enter": textForbidIOUring, "io_uring_register": textForbidIOUring,
	"bpf": textForbidBPF, "userfaultfd": textForbidFault, "perf_event_open": textForbidPerf,
	"add_key": textForbidKeys, "request_key": textForbidKeys, "keyctl": textForbidKeys,
	"kexec_load": textForbidKernel, "kexec_file_load": textForbidKernel,
	"init_module": textForbidKernel, "finit_module": textForbidKernel, "delete_module": textForbidKernel,
	"syslog":       textForbidLog,
	"settimeofday": textForbidClock, "clock_settime": textForbidClock, "clock_adjtime": textForbidClock, "adjtimex": textForbidClock,
	"swapon": textForbidSwap, "swapoff": textForbidSwap, "acct": textForbidSwap, "quotactl": textForbidSwap, "quotactl_fd": textForbidSwap,
	"open_by_handle_at": textForbidHandle,
	"iopl":              textForbidPorts, "ioperm": textForbidPorts, "modify_ldt": textForbidPorts,
	"ioctl": textForbidTyping,
}
