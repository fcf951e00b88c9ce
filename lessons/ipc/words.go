package ipc

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// makeQueue makes one queue where it should be.
var makeQueue = say.Text{
	EN: "In shell isolated (`nslab shell isolated`) type `ipcmk -Q`, until `ipcs -q` lists {{queues}}.",
	FR: "Dans le shell isolated (`nslab shell isolated`), tapez `ipcmk -Q`, jusqu'à ce que `ipcs -q` en montre {{queues}}."}

// makeSegment makes a segment where it should be.
var makeSegment = say.Text{
	EN: "In shell host: `unshare --ipc bash`, then in this bash `ipcmk -M {{size}}` and `ipcs -m`. End the segment only after you have seen it.",
	FR: "Dans le shell host : `unshare --ipc bash`, puis, dans ce bash, `ipcmk -M {{size}}` et `ipcs -m`. Ne mettez fin au segment qu'après l'avoir vu."}

// mountOwn makes the mount and the queue.
var mountOwn = say.Text{
	EN: "In shell isolated, for this shell is in an IPC namespace of its own: `unshare --mount bash`, then `mount -t mqueue none /dev/mqueue` and `touch /dev/mqueue/{{queue}}`.",
	FR: "Dans le shell isolated, car il a son propre espace de noms IPC : `unshare --mount bash`, puis `mount -t mqueue none /dev/mqueue` et `touch /dev/mqueue/{{queue}}`."}

// words are the sentences of the lesson's findings. What was expected is said once a step, in ipc.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"ipc.queues": {Found: say.Text{
		EN: "The IPC namespace {{ns}} holds {{queues}} message queues. The host's, {{host-ns}}, knows nothing of them, whatever numbers its own may have.",
		FR: "L'espace de noms IPC {{ns}} contient {{queues}} files de messages. Celui de l'hôte, {{host-ns}}, n'en sait rien, quels que soient les numéros des siennes."}},
	"ipc.segment-removed": {Found: say.Text{
		EN: "The segment (shmid {{id}}, {{size}} bytes) was in the IPC namespace {{ns}}; the namespace is still there, the segment is not: it was removed.",
		FR: "Le segment (shmid {{id}}, {{size}} octets) était dans l'espace de noms IPC {{ns}} ; l'espace existe encore, le segment non : il a été supprimé."}},
	"ipc.segment-ended-with-namespace": {Found: say.Text{
		EN: "The segment (shmid {{id}}, {{size}} bytes) was in the IPC namespace {{ns}}. The last process has left, the namespace has ended, and the segment with it.",
		FR: "Le segment (shmid {{id}}, {{size}} octets) était dans l'espace de noms IPC {{ns}}. Le dernier processus est parti, l'espace a disparu, et le segment avec lui."}},
	"ipc.posix-shown": {Found: say.Text{
		EN: "The IPC namespace {{ns}} has the queue /{{queue}}, and {{point}} shows it in the mount namespace {{mnt-ns}}: process {{process}} is in both. The host sees it nowhere.",
		FR: "L'espace de noms IPC {{ns}} a la file /{{queue}}, et {{point}} la montre dans l'espace de noms de montage {{mnt-ns}} : le processus {{process}} est dans les deux. L'hôte ne la voit nulle part."}},

	// Step queue.
	"ipc.too-few-queues": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} ({{whose}}) is not the host's, and it holds {{count}} of {{queues}} queues.",
			FR: "L'espace de noms IPC {{ns}} ({{whose}}) n'est pas celui de l'hôte, et il contient {{count}} file(s) sur {{queues}}."},
		Try: say.Text{
			EN: "Each `ipcmk -Q` in the same shell makes one more.",
			FR: "Chaque `ipcmk -Q`, dans le même shell, en crée une de plus."}},
	"ipc.too-many-queues": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} ({{whose}}) is not the host's, but it holds {{count}} queues, and {{queues}} are asked for.",
			FR: "L'espace de noms IPC {{ns}} ({{whose}}) n'est pas celui de l'hôte, mais il contient {{count}} files, et il en faut {{queues}}."},
		Try: say.Text{
			EN: "`ipcs -q` lists them, `ipcrm -q {{id}}` in the same shell removes the one with msqid {{id}}.",
			FR: "`ipcs -q` les énumère ; `ipcrm -q {{id}}`, dans le même shell, supprime celle de msqid {{id}}."}},
	"ipc.queue-in-host": {
		Found: say.Text{
			EN: "The host's IPC namespace, {{host-ns}}, holds {{count}} queue(s); no other IPC namespace holds any.",
			FR: "L'espace de noms IPC de l'hôte, {{host-ns}}, contient {{count}} file(s) ; aucun autre espace n'en contient."},
		Try: makeQueue},
	"ipc.queues-ended": {
		Found: say.Text{
			EN: "There were queues in the IPC namespace {{ns}}, but its last process has ended; namespace and queues are gone.",
			FR: "Il y avait des files dans l'espace de noms IPC {{ns}}, mais son dernier processus s'est terminé ; l'espace et les files ont disparu."},
		Try: makeQueue},
	"ipc.queues-removed": {
		Found: say.Text{
			EN: "There were queues in the IPC namespace {{ns}}; it is still there, but empty: they were removed.",
			FR: "Il y avait des files dans l'espace de noms IPC {{ns}} ; il existe encore, mais vide : elles ont été supprimées."},
		Try: makeQueue},
	"ipc.segment-for-queue": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} holds a shared memory segment and no message queue. System V has three kinds of objects; each has its own list.",
			FR: "L'espace de noms IPC {{ns}} contient un segment de mémoire partagée, et aucune file de messages. System V connaît trois sortes d'objets ; chacune a sa liste."},
		Try: say.Text{
			EN: "`ipcmk -Q` (capital Q) makes a queue.",
			FR: "`ipcmk -Q` (Q majuscule) crée une file."}},
	"ipc.semaphores-for-queue": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} holds an array of semaphores and no message queue. System V has three kinds of objects; each has its own list.",
			FR: "L'espace de noms IPC {{ns}} contient un tableau de sémaphores, et aucune file de messages. System V connaît trois sortes d'objets ; chacune a sa liste."},
		Try: say.Text{
			EN: "`ipcmk -Q` (capital Q) makes a queue.",
			FR: "`ipcmk -Q` (Q majuscule) crée une file."}},
	"ipc.posix-for-queue": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} holds a POSIX queue. Those come in step posix; here a System V queue is asked for, which has a number and no name.",
			FR: "L'espace de noms IPC {{ns}} contient une file POSIX. Celles-là viennent à l'étape posix ; ici il faut une file System V, qui a un numéro et pas de nom."},
		Try: say.Text{
			EN: "`ipcmk -Q` makes one; `ipcs -q` lists them.",
			FR: "`ipcmk -Q` en crée une ; `ipcs -q` les énumère."}},
	"ipc.no-isolated": {
		Found: say.Text{
			EN: "Shell isolated is closed, and its IPC namespace has ended with it. There is only the host's, {{host-ns}}.",
			FR: "Le shell isolated est fermé, et son espace de noms IPC a disparu avec lui. Il ne reste que celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens it again, with a new and empty IPC namespace.",
			FR: "`nslab shell isolated` l'ouvre à nouveau, avec un espace de noms IPC neuf et vide."}},
	"ipc.only-looked": {
		Found: say.Text{
			EN: "You looked, and there was nothing to see: no IPC namespace but perhaps the host's holds a queue.",
			FR: "Vous avez regardé, et il n'y avait rien à voir : aucun espace de noms IPC, sauf peut-être celui de l'hôte, ne contient de file."},
		Try: makeQueue},
	"ipc.no-queue": {
		Found: say.Text{
			EN: "No IPC namespace but perhaps the host's, {{host-ns}}, holds a message queue.",
			FR: "Aucun espace de noms IPC, sauf peut-être celui de l'hôte, {{host-ns}}, ne contient de file de messages."},
		Try: makeQueue},

	// Of several steps, from what was typed.
	"ipc.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}}, `{{command}}` is a function or an alias of yours: it prints what you told it to. The kernel has been asked for nothing.",
			FR: "Dans le shell {{shell}}, `{{command}}` est une fonction ou un alias à vous : il affiche ce que vous lui avez dit. Rien n'a été demandé au noyau."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` brings the real command back.",
			FR: "`unset -f {{command}}; unalias {{command}}` rétablit la vraie commande."}},
	"ipc.refused": {
		Found: say.Text{
			EN: "`{{typed}}` failed (exit status {{status}}); the kernel has made nothing.",
			FR: "`{{typed}}` a échoué (code de retour {{status}}) ; le noyau n'a rien créé."},
		Try: say.Text{
			EN: "Read what the command said. `ipcmk -M` wants a size in bytes. `/proc/sys/kernel/shmmax` and `msgmni` are the limits, and each IPC namespace has its own.",
			FR: "Lisez ce qu'a dit la commande. `ipcmk -M` veut une taille en octets. Les limites sont `/proc/sys/kernel/shmmax` et `msgmni`, et chaque espace de noms IPC a les siennes."}},
	"ipc.ended-at-once": {
		Found: say.Text{
			EN: "The namespace that `unshare` made lived as long as `{{program}}`: hardly at all. What was in it ended with it, before anybody could see it.",
			FR: "L'espace de noms créé par `unshare` a vécu autant que `{{program}}` : à peine. Son contenu a disparu avec lui, avant que quiconque ait pu le voir."},
		Try: say.Text{
			EN: "Put something in it that stays: `unshare --ipc bash`, and type `{{program}}` in this bash.",
			FR: "Mettez-y quelque chose qui dure : `unshare --ipc bash`, et tapez `{{program}}` dans ce bash."}},
	"ipc.without-ipc": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no new IPC namespace: what it started is in the one it was started from.",
			FR: "`{{typed}}` ne demande pas de nouvel espace de noms IPC : ce qu'il lance est dans celui d'où il est lancé."},
		Try: say.Text{
			EN: "`unshare --ipc bash` (or `-i`) asks for one; `readlink /proc/self/ns/ipc` shows which one you are in.",
			FR: "`unshare --ipc bash` (ou `-i`) en demande un ; `readlink /proc/self/ns/ipc` dit dans lequel vous êtes."}},

	// Step memory.
	"ipc.segment-in-host": {
		Found: say.Text{
			EN: "The segment is in the host's IPC namespace, {{host-ns}} (shmid {{id}}): everybody on the host sees it, and no namespace of yours will end it.",
			FR: "Le segment est dans l'espace de noms IPC de l'hôte, {{host-ns}} (shmid {{id}}) : tout l'hôte le voit, et aucun espace à vous n'y mettra fin."},
		Try: say.Text{
			EN: "In shell host: `ipcrm -m {{id}}`. Then `unshare --ipc bash`, and in it `ipcmk -M {{size}}`.",
			FR: "Dans le shell host : `ipcrm -m {{id}}`. Puis `unshare --ipc bash`, et dedans `ipcmk -M {{size}}`."}},
	"ipc.segment-attached": {
		Found: say.Text{
			EN: "The segment is in {{ns}} (shmid {{id}}), and {{count}} process(es) have it attached (nattch). `ipcrm` only marks such a segment; it ends with the last that lets go.",
			FR: "Le segment est dans {{ns}} (shmid {{id}}), et {{count}} processus l'ont attaché (nattch). `ipcrm` ne fait que marquer un tel segment ; il disparaît avec le dernier qui le lâche."},
		Try: say.Text{
			EN: "End the process that has it attached, then `ipcrm -m {{id}}`; or leave the namespace with all its processes.",
			FR: "Terminez le processus qui l'a attaché, puis `ipcrm -m {{id}}` ; ou quittez l'espace avec tous ses processus."}},
	"ipc.segment-lives": {
		Found: say.Text{
			EN: "Half of it is done: the segment is in {{ns}} ({{whose}}), shmid {{id}}, {{size}} bytes. The program that made it ended long ago; the segment did not.",
			FR: "La moitié est faite : le segment est dans {{ns}} ({{whose}}), shmid {{id}}, {{size}} octets. Le programme qui l'a créé s'est terminé depuis longtemps ; le segment, non."},
		Try: say.Text{
			EN: "Now end it: `exit`, if this bash is the only process in the namespace, or `ipcrm -m {{id}}` in it. Then look with `ipcs -m`.",
			FR: "À présent, mettez-y fin : `exit`, si ce bash est le seul processus de l'espace, ou `ipcrm -m {{id}}` dedans. Puis regardez avec `ipcs -m`."}},
	"ipc.segment-size": {
		Found: say.Text{
			EN: "There is a segment in {{ns}}, of {{is}} bytes; {{size}} are asked for.",
			FR: "Il y a un segment dans {{ns}}, de {{is}} octets ; il en faut {{size}}."},
		Try: say.Text{
			EN: "A segment does not change its size. Make another in the same shell: `ipcmk -M {{size}}` (bytes, without a unit).",
			FR: "Un segment ne change pas de taille. Créez-en un autre dans le même shell : `ipcmk -M {{size}}` (des octets, sans unité)."}},
	"ipc.segment-was-in-host": {
		Found: say.Text{
			EN: "A segment of that size came and went, but in the host's IPC namespace, {{host-ns}}.",
			FR: "Un segment de cette taille a existé puis disparu, mais dans l'espace de noms IPC de l'hôte, {{host-ns}}."},
		Try: makeSegment},
	"ipc.segment-was-other-size": {
		Found: say.Text{
			EN: "A segment came and went in {{ns}}, but of {{is}} bytes; {{size}} are asked for.",
			FR: "Un segment a existé puis disparu dans {{ns}}, mais de {{is}} octets ; il en faut {{size}}."},
		Try: makeSegment},
	"ipc.semaphores-for-segment": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} holds an array of semaphores, not a segment.",
			FR: "L'espace de noms IPC {{ns}} contient un tableau de sémaphores, pas un segment."},
		Try: say.Text{
			EN: "`ipcmk -M {{size}}` (capital M) makes a segment; `ipcs -m` lists them.",
			FR: "`ipcmk -M {{size}}` (M majuscule) crée un segment ; `ipcs -m` les énumère."}},
	"ipc.shm-file": {
		Found: say.Text{
			EN: "A file under /dev/shm is POSIX shared memory. It belongs to a file system, so to a mount namespace; no IPC namespace holds it.",
			FR: "Un fichier sous /dev/shm est de la mémoire partagée POSIX. Elle relève d'un système de fichiers, donc d'un espace de noms de montage ; aucun espace de noms IPC ne la contient."},
		Try: makeSegment},
	"ipc.no-segment": {
		Found: say.Text{
			EN: "No segment of {{size}} bytes has been seen in an IPC namespace other than the host's, {{host-ns}}.",
			FR: "Aucun segment de {{size}} octets n'a été vu dans un espace de noms IPC autre que celui de l'hôte, {{host-ns}}."},
		Try: makeSegment},

	// Step posix.
	"ipc.posix-in-host": {
		Found: say.Text{
			EN: "The queue /{{queue}} is in the host's IPC namespace, {{host-ns}}. If you typed it in another IPC namespace: a mount of mqueue shows the one it was made in, and /dev/mqueue is the host's mount, wherever you look from.",
			FR: "La file /{{queue}} est dans l'espace de noms IPC de l'hôte, {{host-ns}}. Si vous l'avez tapée dans un autre espace IPC : un montage mqueue montre l'espace où il a été fait, et /dev/mqueue est le montage de l'hôte, d'où que l'on regarde."},
		Try: say.Text{
			EN: "Remove it, `rm /dev/mqueue/{{queue}}`. Then, in shell isolated, `unshare --mount bash`, `mount -t mqueue none /dev/mqueue`, and the `touch` again.",
			FR: "Supprimez-la : `rm /dev/mqueue/{{queue}}`. Puis, dans le shell isolated, `unshare --mount bash`, `mount -t mqueue none /dev/mqueue`, et à nouveau le `touch`."}},
	"ipc.posix-in-host-too": {
		Found: say.Text{
			EN: "The queue /{{queue}} is in {{ns}}, but the host's IPC namespace, {{host-ns}}, has one of that name too, from before perhaps.",
			FR: "La file /{{queue}} est dans {{ns}}, mais l'espace de noms IPC de l'hôte, {{host-ns}}, en a une du même nom, peut-être de tout à l'heure."},
		Try: say.Text{
			EN: "`rm /dev/mqueue/{{queue}}` in shell host. That leaves yours alone.",
			FR: "`rm /dev/mqueue/{{queue}}` dans le shell host. La vôtre n'en souffre pas."}},
	"ipc.mqueue-in-host": {
		Found: say.Text{
			EN: "The mount on {{point}} shows the IPC namespace {{ns}}, but it was made in the host's mount namespace, {{mnt-ns}}: the host sees your queues there.",
			FR: "Le montage sur {{point}} montre l'espace de noms IPC {{ns}}, mais il a été fait dans l'espace de noms de montage de l'hôte, {{mnt-ns}} : l'hôte y voit vos files."},
		Try: say.Text{
			EN: "`umount {{point}}`, then `unshare --mount bash`, and mount again in this bash.",
			FR: "`umount {{point}}`, puis `unshare --mount bash`, et refaites le montage dans ce bash."}},
	"ipc.posix-other-name": {
		Found: say.Text{
			EN: "The IPC namespace {{ns}} has the POSIX queue {{is}}, not /{{queue}}.",
			FR: "L'espace de noms IPC {{ns}} a la file POSIX {{is}}, pas /{{queue}}."},
		Try: say.Text{
			EN: "In the same shell, `touch /dev/mqueue/{{queue}}` (or wherever you mounted mqueue). The name is a file name; capitals count.",
			FR: "Dans le même shell, `touch /dev/mqueue/{{queue}}` (ou là où vous avez monté mqueue). Le nom est un nom de fichier ; les majuscules comptent."}},
	"ipc.posix-not-mounted": {
		Found: say.Text{
			EN: "The queue /{{queue}} is in the IPC namespace {{ns}}, but nobody there has an mqueue mount that shows it.",
			FR: "La file /{{queue}} est dans l'espace de noms IPC {{ns}}, mais personne n'y a de montage mqueue qui la montre."},
		Try: say.Text{
			EN: "In this IPC namespace: `unshare --mount bash`, then `mount -t mqueue none /dev/mqueue`; `ls /dev/mqueue` then lists it.",
			FR: "Dans cet espace de noms IPC : `unshare --mount bash`, puis `mount -t mqueue none /dev/mqueue` ; `ls /dev/mqueue` la montre alors."}},
	"ipc.posix-not-created": {
		Found: say.Text{
			EN: "The mount on {{point}} shows the right IPC namespace, {{ns}}, and is empty.",
			FR: "Le montage sur {{point}} montre le bon espace de noms IPC, {{ns}}, et il est vide."},
		Try: say.Text{
			EN: "In the same shell: `touch {{point}}/{{queue}}`.",
			FR: "Dans le même shell : `touch {{point}}/{{queue}}`."}},
	"ipc.mqueue-of-host": {
		Found: say.Text{
			EN: "A new mqueue is mounted on {{point}} in {{mnt-ns}}, but it shows the host's IPC namespace, {{host-ns}}: whoever mounted it was in that one.",
			FR: "Un nouvel mqueue est monté sur {{point}} dans {{mnt-ns}}, mais il montre l'espace de noms IPC de l'hôte, {{host-ns}} : qui l'a monté était dans celui-là."},
		Try: say.Text{
			EN: "Both kinds are needed: `unshare --ipc --mount bash` in shell host, or `unshare --mount bash` in shell isolated; then mount again.",
			FR: "Il faut les deux sortes : `unshare --ipc --mount bash` dans le shell host, ou `unshare --mount bash` dans le shell isolated ; puis refaites le montage."}},
	"ipc.posix-ended": {
		Found: say.Text{
			EN: "The queue /{{queue}} was in the IPC namespace {{ns}}; the namespace has ended with its last process, and the queue with it.",
			FR: "La file /{{queue}} était dans l'espace de noms IPC {{ns}} ; il a disparu avec son dernier processus, et la file avec lui."},
		Try: mountOwn},
	"ipc.posix-removed": {
		Found: say.Text{
			EN: "The queue /{{queue}} was in the IPC namespace {{ns}}, which is still there; the queue was removed.",
			FR: "La file /{{queue}} était dans l'espace de noms IPC {{ns}}, qui existe encore ; la file a été supprimée."},
		Try: mountOwn},
	"ipc.posix-file": {
		Found: say.Text{
			EN: "{{file}} is an ordinary file: nothing of type mqueue is mounted where it stands. No IPC namespace has a queue of that name.",
			FR: "{{file}} est un fichier ordinaire : rien de type mqueue n'est monté à cet endroit. Aucun espace de noms IPC n'a de file de ce nom."},
		Try: mountOwn},
	"ipc.mount-busy": {
		Found: say.Text{
			EN: "`{{typed}}` was refused: the mqueue that /dev/mqueue shows already is the one of the IPC namespace you typed it in. That is the host's, {{host-ns}}.",
			FR: "`{{typed}}` a été refusé : l'mqueue que montre /dev/mqueue est déjà celui de l'espace de noms IPC où vous l'avez tapé. C'est celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "Get an IPC namespace of your own first: `unshare --ipc --mount bash` in shell host, or `unshare --mount bash` in shell isolated, which has one.",
			FR: "Ayez d'abord un espace de noms IPC à vous : `unshare --ipc --mount bash` dans le shell host, ou `unshare --mount bash` dans le shell isolated, qui en a un."}},
	"ipc.mount-refused": {
		Found: say.Text{
			EN: "`{{typed}}` was refused; no mount shows your IPC namespace.",
			FR: "`{{typed}}` a été refusé ; aucun montage ne montre votre espace de noms IPC."},
		Try: say.Text{
			EN: "The form is `mount -t mqueue none DIRECTORY`, the directory must be there, and your user must be root over both namespaces: `unshare --mount bash` in shell isolated.",
			FR: "La forme est `mount -t mqueue none RÉPERTOIRE`, le répertoire doit exister, et il faut être root sur les deux espaces : `unshare --mount bash` dans le shell isolated."}},
	"ipc.no-posix": {
		Found: say.Text{
			EN: "No IPC namespace other than the host's has a POSIX queue, and none but the host's mqueue is mounted.",
			FR: "Aucun espace de noms IPC autre que celui de l'hôte n'a de file POSIX, et seul l'mqueue de l'hôte est monté."},
		Try: mountOwn},
}
