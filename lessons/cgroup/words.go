package cgroup

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

var makeView = say.Text{
	EN: "In shell host: `sudo unshare --cgroup bash`. Stay in this bash; `cat /proc/self/cgroup` shows what it sees.",
	FR: "Dans le shell host : `sudo unshare --cgroup bash`. Restez dans ce bash ; `cat /proc/self/cgroup` montre ce qu'il voit."}

var makeGroup = say.Text{
	EN: "In shell host: `mkdir /sys/fs/cgroup/{{group}}`, then `echo {{set}} > /sys/fs/cgroup/{{group}}/{{file}}`.",
	FR: "Dans le shell host : `mkdir /sys/fs/cgroup/{{group}}`, puis `echo {{set}} > /sys/fs/cgroup/{{group}}/{{file}}`."}

// words are the sentences of the lesson's findings. What was expected is said once a step, in cgroup.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"cgroup.root": {Found: say.Text{
		EN: "Process {{process}} is in the cgroup namespace {{ns}}, and reads there that its cgroup is {{is}}. The host's is {{host-ns}}. The process has not been moved: only its view begins where it stood.",
		FR: "Le processus {{process}} est dans l'espace de noms cgroup {{ns}}, et y lit que son cgroup est {{is}}. Celui de l'hôte est {{host-ns}}. Le processus n'a pas été déplacé : seule sa vue commence là où il se trouvait."}},
	"cgroup.limited": {Found: say.Text{
		EN: "The cgroup {{path}} may have {{pids}} processes, and the kernel has refused {{count}} more (pids.events). Whoever asked was told EAGAIN, as on a machine without room.",
		FR: "Le cgroup {{path}} a droit à {{pids}} processus, et le noyau en a refusé {{count}} de plus (pids.events). Le demandeur a reçu EAGAIN, comme sur une machine sans place."}},
	"cgroup.killed": {Found: say.Text{
		EN: "The cgroup {{path}} may use {{megabytes}} MiB, and the kernel has ended {{count}} process(es) in it for want of memory (memory.events). Everybody else has noticed nothing.",
		FR: "Le cgroup {{path}} a droit à {{megabytes}} Mio, et le noyau y a tué {{count}} processus faute de mémoire (memory.events). Personne d'autre n'a rien remarqué."}},

	// Step view.
	"cgroup.elsewhere": {
		Found: say.Text{
			EN: "Process {{process}} is in a cgroup namespace of yours, {{ns}}, but reads that its cgroup is {{is}}: it, or who made the namespace, was moved afterwards. The root stays where the namespace was made.",
			FR: "Le processus {{process}} est dans un espace de noms cgroup à vous, {{ns}}, mais il lit que son cgroup est {{is}} : lui, ou qui a créé l'espace, a été déplacé après. La racine reste là où l'espace a été créé."},
		Try: say.Text{
			EN: "First go into the group, then `unshare --cgroup bash`: another namespace, with its root where you are now.",
			FR: "Entrez d'abord dans le groupe, puis `unshare --cgroup bash` : un autre espace, dont la racine est là où vous êtes."}},
	"cgroup.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}}, `{{command}}` is a function or an alias of yours: it prints what you told it to. The kernel has been asked for nothing.",
			FR: "Dans le shell {{shell}}, `{{command}}` est une fonction ou un alias à vous : il affiche ce que vous lui avez dit. Rien n'a été demandé au noyau."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` brings the real command back.",
			FR: "`unset -f {{command}}; unalias {{command}}` rétablit la vraie commande."}},
	"cgroup.ended": {
		Found: say.Text{
			EN: "There was a cgroup namespace of yours, {{ns}}; its last process has ended, and the namespace with it.",
			FR: "Il y avait un espace de noms cgroup à vous, {{ns}} ; son dernier processus s'est terminé, et l'espace avec lui."},
		Try: makeView},
	"cgroup.refused": {
		Found: say.Text{
			EN: "`{{typed}}` ended with status {{status}}, and there is no cgroup namespace of yours.",
			FR: "`{{typed}}` s'est terminé avec le code {{status}}, et il n'y a pas d'espace de noms cgroup à vous."},
		Try: say.Text{
			EN: "Read what it said. BusyBox's unshare has no --cgroup; util-linux's has (-C, with a capital).",
			FR: "Lisez ce qu'il a dit. L'unshare de BusyBox n'a pas --cgroup ; celui d'util-linux l'a (-C, majuscule)."}},
	"cgroup.ended-at-once": {
		Found: say.Text{
			EN: "The cgroup namespace lived as long as `{{program}}`, and that has ended.",
			FR: "L'espace de noms cgroup a vécu aussi longtemps que `{{program}}`, qui est terminé."},
		Try: makeView},
	"cgroup.without-cgroup": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no cgroup namespace.",
			FR: "`{{typed}}` ne demande pas d'espace de noms cgroup."},
		Try: makeView},
	"cgroup.given": {
		Found: say.Text{
			EN: "Shell isolated is in the cgroup namespace {{ns}}: that one nslab made. The step asks for one of yours.",
			FR: "Le shell isolated est dans l'espace de noms cgroup {{ns}} : celui-là, c'est nslab qui l'a créé. L'étape en demande un à vous."},
		Try: makeView},
	"cgroup.only-looked": {
		Found: say.Text{
			EN: "You looked; there is no cgroup namespace of yours yet, only the host's, {{host-ns}}, and that of shell isolated.",
			FR: "Vous avez regardé ; il n'y a pas encore d'espace de noms cgroup à vous, seulement celui de l'hôte, {{host-ns}}, et celui du shell isolated."},
		Try: makeView},
	"cgroup.none-made": {
		Found: say.Text{
			EN: "There is the host's cgroup namespace, {{host-ns}}, and none that you made.",
			FR: "Il y a l'espace de noms cgroup de l'hôte, {{host-ns}}, et aucun que vous ayez créé."},
		Try: makeView},

	// Steps limit and memory.
	"cgroup.no-controller": {
		Found: say.Text{
			EN: "The lab's own cgroup does not have the controller {{controller}}, or is not the lab's to divide: this machine keeps both to itself, or uses cgroups of version 1.",
			FR: "Le cgroup du labo n'a pas le contrôleur {{controller}}, ou n'est pas au labo : cette machine le garde pour elle, ou utilise les cgroups version 1."},
		Try: say.Text{
			EN: "Nothing in the lab gives it. `nslab doctor`, outside, says what does; the lesson counts as done without this step.",
			FR: "Rien dans le labo ne le donne. `nslab doctor`, au-dehors, dit ce qui le donne ; la leçon compte comme finie sans cette étape."}},
	"cgroup.nothing-handed-on": {
		Found: say.Text{
			EN: "The lab's own cgroup has the controller {{controller}} and does not hand it on: groups below it have no {{file}}. And there is none below it yet.",
			FR: "Le cgroup du labo a le contrôleur {{controller}} et ne le transmet pas : les groupes au-dessous n'ont pas de {{file}}. Et il n'y en a pas encore."},
		Try: say.Text{
			EN: "`echo +{{controller}} > /sys/fs/cgroup/cgroup.subtree_control`, then `mkdir /sys/fs/cgroup/{{group}}`.",
			FR: "`echo +{{controller}} > /sys/fs/cgroup/cgroup.subtree_control`, puis `mkdir /sys/fs/cgroup/{{group}}`."}},
	"cgroup.not-handed-on": {
		Found: say.Text{
			EN: "The cgroup {{path}} is there, but has no {{file}}: the group above it does not hand on the controller {{controller}}.",
			FR: "Le cgroup {{path}} existe, mais n'a pas de {{file}} : le groupe au-dessus ne transmet pas le contrôleur {{controller}}."},
		Try: say.Text{
			EN: "`echo +{{controller}} > /sys/fs/cgroup/cgroup.subtree_control`; `cat /sys/fs/cgroup/cgroup.subtree_control` shows what is handed on. If it is busy: a group that hands on may have no processes itself; move those in it down.",
			FR: "`echo +{{controller}} > /sys/fs/cgroup/cgroup.subtree_control` ; `cat /sys/fs/cgroup/cgroup.subtree_control` montre ce qui est transmis. S'il est occupé : un groupe qui transmet ne peut avoir de processus lui-même ; faites-les descendre."}},
	"cgroup.pids-not-felt": {
		Found: say.Text{
			EN: "The limit stands: {{path}} has pids.max {{want}}, and {{count}} process(es) in it. Nobody has run into it: max in its pids.events is 0.",
			FR: "La limite est posée : {{path}} a pids.max {{want}}, et contient {{count}} processus. Personne ne s'y est heurté : max est à 0 dans son pids.events."},
		Try: say.Text{
			EN: "A shell that goes in and then starts too many: `sh -c 'echo $$ > /sys/fs/cgroup{{path}}/cgroup.procs; for i in $(seq {{want}}); do sleep 20 & done'`. Should the echo be told No such file or directory, you are still in a cgroup namespace of your own, whose root nobody leaves: first `exit`.",
			FR: "Un shell qui y entre puis en lance trop : `sh -c 'echo $$ > /sys/fs/cgroup{{path}}/cgroup.procs; for i in $(seq {{want}}); do sleep 20 & done'`. Si l'echo répond « No such file or directory » : vous êtes encore dans un espace de noms cgroup à vous, et nul n'en quitte la racine ; d'abord `exit`."}},
	"cgroup.memory-not-felt": {
		Found: say.Text{
			EN: "The limit stands: {{path}} has memory.max {{want}}, and {{count}} process(es) in it. None has been ended by it: oom_kill in its memory.events is 0. (A process that you kill yourself does not count.)",
			FR: "La limite est posée : {{path}} a memory.max {{want}}, et contient {{count}} processus. Aucun n'a été tué par elle : oom_kill est à 0 dans son memory.events. (Un processus que vous tuez vous-même ne compte pas.)"},
		Try: say.Text{
			EN: "A shell that goes in and becomes a program that never has enough: `sh -c 'echo $$ > /sys/fs/cgroup{{path}}/cgroup.procs; exec tail /dev/zero'`. If it only gets slow, it is swapping: `echo 0 > /sys/fs/cgroup{{path}}/memory.swap.max`. Should the echo be told No such file or directory, you are still in a cgroup namespace of your own, whose root nobody leaves: first `exit`.",
			FR: "Un shell qui y entre et devient un programme qui n'en a jamais assez : `sh -c 'echo $$ > /sys/fs/cgroup{{path}}/cgroup.procs; exec tail /dev/zero'`. S'il ne fait que ralentir, c'est qu'il va en swap : `echo 0 > /sys/fs/cgroup{{path}}/memory.swap.max`. Si l'echo répond « No such file or directory » : vous êtes encore dans un espace de noms cgroup à vous, et nul n'en quitte la racine ; d'abord `exit`."}},
	"cgroup.other-limit": {
		Found: say.Text{
			EN: "The cgroup {{path}} has {{file}} {{is}}; {{want}} is asked for.",
			FR: "Le cgroup {{path}} a {{file}} {{is}} ; il faut {{want}}."},
		Try: say.Text{
			EN: "`echo {{set}} > /sys/fs/cgroup{{path}}/{{file}}`. A limit may be changed at any time.",
			FR: "`echo {{set}} > /sys/fs/cgroup{{path}}/{{file}}`. Une limite se change à tout moment."}},
	"cgroup.removed": {
		Found: say.Text{
			EN: "The cgroup {{path}} had the limit, and has been removed; what it counted went with it.",
			FR: "Le cgroup {{path}} avait la limite, et il a été supprimé ; ce qu'il comptait a disparu avec lui."},
		Try: makeGroup},
	"cgroup.ulimit": {
		Found: say.Text{
			EN: "`{{typed}}` sets a limit of getrlimit(2): for each process, or for a user, and inherited. No cgroup has one.",
			FR: "`{{typed}}` pose une limite de getrlimit(2) : pour chaque processus, ou pour un utilisateur, et dont on hérite. Aucun cgroup n'en a."},
		Try: say.Text{
			EN: "A limit for many processes together is a file of their cgroup: `echo NUMBER > /sys/fs/cgroup/{{group}}/pids.max`, or memory.max.",
			FR: "Une limite pour plusieurs processus ensemble est un fichier de leur cgroup : `echo NOMBRE > /sys/fs/cgroup/{{group}}/pids.max`, ou memory.max."}},
	"cgroup.no-limit": {
		Found: say.Text{
			EN: "The cgroup {{path}} is there, and its {{file}} says max: no limit.",
			FR: "Le cgroup {{path}} existe, et son {{file}} dit max : aucune limite."},
		Try: say.Text{
			EN: "`echo {{set}} > /sys/fs/cgroup{{path}}/{{file}}`.",
			FR: "`echo {{set}} > /sys/fs/cgroup{{path}}/{{file}}`."}},
	"cgroup.no-group": {
		Found: say.Text{
			EN: "You have made no cgroup yet. (A folder elsewhere than in the cgroup file system is none, whatever is in it.)",
			FR: "Vous n'avez pas encore créé de cgroup. (Un dossier ailleurs que dans le système de fichiers cgroup n'en est pas un, quoi qu'il contienne.)"},
		Try: makeGroup},
}
