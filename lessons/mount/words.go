package mount

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// Sentences that several findings share.
var (
	unpackIt = say.Text{
		EN: "In shell host: `cd /root`, then `tar xvfz busybox.tar.gz`.",
		FR: "Dans le shell host : `cd /root`, puis `tar xvfz busybox.tar.gz`."}
	bindIt = say.Text{
		EN: "In shell isolated (`nslab shell isolated`): `cd /root`, `unshare --mount bash`, `mount -o bind busybox /mnt`.",
		FR: "Dans le shell isolated (`nslab shell isolated`) : `cd /root`, `unshare --mount bash`, `mount -o bind busybox /mnt`."}
	unmountInHost = say.Text{
		EN: "In shell host (`nslab shell host`): `umount /mnt`. Then bind it in a shell with a mount namespace of its own.",
		FR: "Dans le shell host (`nslab shell host`) : `umount /mnt`. Montez-le ensuite dans un shell qui a son propre espace de noms de montage."}
	chrootIt = say.Text{
		EN: "In shell host, in `/root`: `unshare -r chroot busybox sh`; stay in it until nslab has looked.",
		FR: "Dans le shell host, dans `/root` : `unshare -r chroot busybox sh` ; restez-y jusqu'à ce que nslab ait regardé."}
	pivotIt = say.Text{
		EN: "In shell isolated, in `/root`: `unshare --mount bash`; make busybox a mount (`mount --bind busybox busybox`) and go into it; there `pivot_root` with a directory for the old root, which is unmounted at the end.",
		FR: "Dans le shell isolated, dans `/root` : `unshare --mount bash` ; faites de busybox un montage (`mount --bind busybox busybox`) et entrez-y ; là, `pivot_root` avec un répertoire pour l'ancienne racine, démontée à la fin."}
	passItOn = say.Text{
		EN: "In shell host, `umount /mnt` if something is mounted there, then: `unshare --mount --propagation slave sleep 1000 &`, and after it `mount -t tmpfs {{volume}} /mnt`.",
		FR: "Dans le shell host, `umount /mnt` si quelque chose y est monté, puis : `unshare --mount --propagation slave sleep 1000 &`, et ensuite `mount -t tmpfs {{volume}} /mnt`."}
)

// words are the sentences of the lesson's findings. What was expected is said once a step, in mount.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"mount.unpacked": {Found: say.Text{
		EN: "`/root/busybox` is there. `bin/busybox` is one program of {{size}} bytes, inode {{ino}}, and `bin/sh` is the same file under another name.",
		FR: "`/root/busybox` est là. `bin/busybox` est un seul programme de {{size}} octets, inode {{ino}}, et `bin/sh` est le même fichier sous un autre nom."}},
	"mount.bound": {Found: say.Text{
		EN: "In the mount namespace {{ns}}, {{what}} is mounted on /mnt. In the host's, {{host-ns}}, nothing is: the directory is the same, the table of mounts is not.",
		FR: "Dans l'espace de noms de montage {{ns}}, {{what}} est monté sur /mnt. Dans celui de l'hôte, {{host-ns}}, rien ne l'est : le répertoire est le même, la table des montages non."}},
	"mount.chrooted": {Found: say.Text{
		EN: "What process {{process}} calls `/` is inode {{ino}}: the host's `/root/busybox`. Its mount namespace is still the host's, {{ns}}: the root directory belongs to the process, and nothing was mounted.",
		FR: "Ce que le processus {{process}} appelle `/` est l'inode {{ino}} : le `/root/busybox` de l'hôte. Son espace de noms de montage est resté celui de l'hôte, {{ns}} : la racine appartient au processus, et rien n'a été monté."}},
	"mount.chrooted-elsewhere": {Found: say.Text{
		EN: "What process {{process}} calls `/` is inode {{ino}}: the host's `/root/busybox`. It is in the mount namespace {{ns}}, the host's being {{host-ns}}; chroot would have done without.",
		FR: "Ce que le processus {{process}} appelle `/` est l'inode {{ino}} : le `/root/busybox` de l'hôte. Il est dans l'espace de noms de montage {{ns}}, celui de l'hôte étant {{host-ns}} ; chroot s'en serait passé."}},
	"mount.pivoted": {Found: say.Text{
		EN: "The root of the mount namespace {{ns}} is now {{what}}, and process {{process}} runs there. Mounts left in its table: {{number}}; in the host's, {{host-ns}}, there are {{host-number}}.",
		FR: "La racine de l'espace de noms de montage {{ns}} est maintenant {{what}}, et le processus {{process}} y tourne. Montages restant dans sa table : {{number}} ; celle de l'hôte, {{host-ns}}, en a {{host-number}}."}},
	"mount.propagated": {Found: say.Text{
		EN: "The host mounted {{volume}} on {{point}}. It has arrived in {{in}}, which is {{in-type}}, and not in {{not}}, which is {{not-type}}.",
		FR: "L'hôte a monté {{volume}} sur {{point}}. Le montage est arrivé dans {{in}}, qui est {{in-type}}, et pas dans {{not}}, qui est {{not-type}}."}},

	// Said in more than one step.
	"mount.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}} `{{command}}` is a function or an alias: it prints what it was told to, and the kernel has heard nothing.",
			FR: "Dans le shell {{shell}}, `{{command}}` est une fonction ou un alias : elle affiche ce qu'on lui a dit, et le noyau n'a rien entendu."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` takes it away; then type the command again.",
			FR: "`unset -f {{command}} ; unalias {{command}}` l'enlève ; retapez ensuite la commande."}},
	"mount.no-tree": {
		Found: say.Text{
			EN: "There is no `/root/busybox`: the archive of the first step is not unpacked, or its folder is gone. (Every opening of the lesson begins with a fresh lab.)",
			FR: "Il n'y a pas de `/root/busybox` : l'archive de la première étape n'est pas désarchivée, ou son dossier a disparu. (Chaque ouverture de la leçon commence par un labo neuf.)"},
		Try: unpackIt},

	// unpack
	"mount.unpacked-elsewhere": {
		Found: say.Text{
			EN: "The archive was unpacked in another place; BusyBox is here: {{where}}. tar unpacks into the directory it is called in (or that of its option -C).",
			FR: "L'archive a été désarchivée ailleurs ; BusyBox est ici : {{where}}. tar désarchive dans le répertoire où il est appelé (ou celui de son option -C)."},
		Try: unpackIt},
	"mount.only-gunzipped": {
		Found: say.Text{
			EN: "`/root/busybox.tar`, {{size}} bytes, is the archive without its compression. The files are still inside.",
			FR: "`/root/busybox.tar`, {{size}} octets, est l'archive sans sa compression. Les fichiers sont encore dedans."},
		Try: say.Text{
			EN: "In `/root`: `tar xvf busybox.tar`, now without the z.",
			FR: "Dans `/root` : `tar xvf busybox.tar`, maintenant sans le z."}},
	"mount.partly": {
		Found: say.Text{
			EN: "BusyBox is there, but not all of the archive: `{{missing}}` is missing.",
			FR: "BusyBox est là, mais pas toute l'archive : il manque `{{missing}}`."},
		Try: unpackIt},
	"mount.not-a-directory": {
		Found: say.Text{
			EN: "`/root/busybox` is a file, and not the directory that the archive holds.",
			FR: "`/root/busybox` est un fichier, et non le répertoire que contient l'archive."},
		Try: say.Text{
			EN: "Put it aside, `mv /root/busybox /tmp`, and unpack: `tar xvfz busybox.tar.gz` in `/root`.",
			FR: "Mettez-le de côté, `mv /root/busybox /tmp`, et désarchivez : `tar xvfz busybox.tar.gz` dans `/root`."}},
	"mount.not-the-archive": {
		Found: say.Text{
			EN: "There is a directory `/root/busybox`, but it is not what the archive holds: `bin/busybox` is missing or is no program.",
			FR: "Il y a un répertoire `/root/busybox`, mais ce n'est pas ce que contient l'archive : `bin/busybox` manque ou n'est pas un programme."},
		Try: unpackIt},
	"mount.only-listed": {
		Found: say.Text{
			EN: "You had the archive listed: the letter t shows what is in it, and x takes it out.",
			FR: "Vous avez fait lister l'archive : la lettre t montre ce qu'elle contient, et x l'en sort."},
		Try: unpackIt},
	"mount.tar-failed": {
		Found: say.Text{
			EN: "tar ended with status {{status}}, and `/root/busybox` is not there. The archive is `/root/busybox.tar.gz`.",
			FR: "tar s'est terminé avec le statut {{status}}, et `/root/busybox` n'est pas là. L'archive est `/root/busybox.tar.gz`."},
		Try: unpackIt},
	"mount.archive-gone": {
		Found: say.Text{
			EN: "`/root/busybox.tar.gz` is there no more, and `/root/busybox` is not there either.",
			FR: "`/root/busybox.tar.gz` n'est plus là, et `/root/busybox` n'y est pas non plus."},
		Try: say.Text{
			EN: "If you have moved it, move it back. `nslab reset` makes a fresh lab, with the archive in it.",
			FR: "Si vous l'avez déplacée, remettez-la. `nslab reset` refait un labo neuf, qui contient l'archive."}},
	"mount.not-unpacked": {
		Found: say.Text{
			EN: "`/root/busybox.tar.gz` is there, `/root/busybox` is not.",
			FR: "`/root/busybox.tar.gz` est là, `/root/busybox` non."},
		Try: unpackIt},

	// bind
	"mount.bound-in-host": {
		Found: say.Text{
			EN: "You mounted busybox on /mnt in the host's own mount namespace, {{host-ns}}: the whole host sees it. The others: {{others}}.",
			FR: "Vous avez monté busybox sur /mnt dans l'espace de noms de montage de l'hôte lui-même, {{host-ns}} : tout l'hôte le voit. Les autres : {{others}}."},
		Try: unmountInHost},
	"mount.bound-in-host-too": {
		Found: say.Text{
			EN: "busybox is mounted on /mnt in {{ns}}, but in the host's mount namespace, {{host-ns}}, too. (A new namespace begins with a copy of the mounts that are there.) All others: {{others}}.",
			FR: "busybox est monté sur /mnt dans {{ns}}, mais aussi dans l'espace de noms de montage de l'hôte, {{host-ns}}. (Un nouvel espace commence par une copie des montages existants.) Tous les autres : {{others}}."},
		Try: say.Text{
			EN: "In shell host (`nslab shell host`): `umount /mnt`. That changes nothing in {{ns}}.",
			FR: "Dans le shell host (`nslab shell host`) : `umount /mnt`. Cela ne change rien dans {{ns}}."}},
	"mount.bound-and-travelled": {
		Found: say.Text{
			EN: "busybox is mounted on /mnt in {{ns}}, and the same mount is in the host's namespace, {{host-ns}}: it is {{type}} there, so it travelled. unshare makes the mounts of the new namespace private unless `--propagation` says otherwise; the last step is about that.",
			FR: "busybox est monté sur /mnt dans {{ns}}, et le même montage est dans l'espace de l'hôte, {{host-ns}} : il y est {{type}}, donc il a voyagé. unshare rend privés les montages du nouvel espace, sauf si `--propagation` en décide autrement ; la dernière étape en parle."},
		Try: say.Text{
			EN: "`umount /mnt`, `exit`, and again without `--propagation`: `unshare --mount bash`, `mount -o bind busybox /mnt`.",
			FR: "`umount /mnt`, `exit`, puis à nouveau sans `--propagation` : `unshare --mount bash`, `mount -o bind busybox /mnt`."}},
	"mount.host-point-taken": {
		Found: say.Text{
			EN: "On the host's /mnt, in {{host-ns}}, something else is mounted: {{what}}.",
			FR: "Sur le /mnt de l'hôte, dans {{host-ns}}, autre chose est monté : {{what}}."},
		Try: unmountInHost},
	"mount.point-gone": {
		Found: say.Text{
			EN: "The host has no /mnt any more. Files and directories are shared by all namespaces of the lab; what each has of its own is the table of mounts.",
			FR: "L'hôte n'a plus de /mnt. Fichiers et répertoires sont communs à tous les espaces de noms du labo ; ce que chacun a en propre, c'est la table des montages."},
		Try: say.Text{
			EN: "`mkdir /mnt`, then the bind mount, in shell isolated.",
			FR: "`mkdir /mnt`, puis le montage bind, dans le shell isolated."}},
	"mount.linked": {
		Found: say.Text{
			EN: "/mnt leads to busybox by a symbolic link. A link is a file: it is there for everybody, the host too, and no table of mounts ({{host-ns}} or another) knows of it.",
			FR: "/mnt mène à busybox par un lien symbolique. Un lien est un fichier : il est là pour tous, l'hôte compris, et aucune table de montages ({{host-ns}} ou une autre) ne le connaît."},
		Try: say.Text{
			EN: "Remove the link (`rm /mnt/busybox`, or `rm /mnt` and `mkdir /mnt`), then in shell isolated: `unshare --mount bash`, `mount -o bind busybox /mnt`.",
			FR: "Supprimez le lien (`rm /mnt/busybox`, ou `rm /mnt` et `mkdir /mnt`), puis dans le shell isolated : `unshare --mount bash`, `mount -o bind busybox /mnt`."}},
	"mount.copied-files": {
		Found: say.Text{
			EN: "The files of busybox were copied into /mnt: the host sees the copies as well. A mount copies nothing, it shows a directory in a second place.",
			FR: "Les fichiers de busybox ont été copiés dans /mnt : l'hôte voit aussi ces copies. Un montage ne copie rien, il montre un répertoire à un second endroit."},
		Try: say.Text{
			EN: "Empty it: `rm -r /mnt/*`. Then in shell isolated: `unshare --mount bash`, `mount -o bind busybox /mnt`.",
			FR: "Videz-le : `rm -r /mnt/*`. Puis, dans le shell isolated : `unshare --mount bash`, `mount -o bind busybox /mnt`."}},
	"mount.point-not-empty": {
		Found: say.Text{
			EN: "The host's /mnt is no longer empty: something was put into it. A file in a directory on which nothing is mounted is there for every namespace.",
			FR: "Le /mnt de l'hôte n'est plus vide : quelque chose y a été mis. Un fichier dans un répertoire où rien n'est monté est là pour tous les espaces de noms."},
		Try: say.Text{
			EN: "Look in shell host, `ls -A /mnt`, and remove it.",
			FR: "Regardez dans le shell host, `ls -A /mnt`, et supprimez-le."}},
	"mount.other-source": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) something is mounted on /mnt, but not busybox: {{what}}.",
			FR: "Dans {{ns}} ({{whose}}), quelque chose est monté sur /mnt, mais pas busybox : {{what}}."},
		Try: say.Text{
			EN: "In the same shell: `umount /mnt`, then `mount -o bind /root/busybox /mnt`.",
			FR: "Dans le même shell : `umount /mnt`, puis `mount -o bind /root/busybox /mnt`."}},
	"mount.other-point": {
		Found: say.Text{
			EN: "In {{ns}} busybox is mounted, but on {{point}} and not on /mnt.",
			FR: "Dans {{ns}}, busybox est monté, mais sur {{point}} et non sur /mnt."},
		Try: bindIt},
	"mount.unmounted": {
		Found: say.Text{
			EN: "In {{ns}} busybox was mounted on /mnt a moment ago, and is not now.",
			FR: "Dans {{ns}}, busybox était monté sur /mnt il y a un instant, et ne l'est plus."},
		Try: bindIt},
	"mount.bind-ended": {
		Found: say.Text{
			EN: "busybox was mounted on /mnt in {{ns}}; that namespace has ended with its last process, and its mounts with it.",
			FR: "busybox était monté sur /mnt dans {{ns}} ; cet espace de noms a disparu avec son dernier processus, et ses montages avec lui."},
		Try: say.Text{
			EN: "Again, and stay: `unshare --mount bash`, `mount -o bind busybox /mnt`, then `nslab check`.",
			FR: "Recommencez, et restez-y : `unshare --mount bash`, `mount -o bind busybox /mnt`, puis `nslab check`."}},
	"mount.without-bind": {
		Found: say.Text{
			EN: "mount refused: without `-o bind` it takes busybox for a device with a file system on it, and it is a directory.",
			FR: "mount a refusé : sans `-o bind`, il prend busybox pour un périphérique contenant un système de fichiers, et c'est un répertoire."},
		Try: bindIt},
	"mount.ended-at-once": {
		Found: say.Text{
			EN: "The namespace was made for the command mount alone, and ended with it a moment later.",
			FR: "L'espace de noms a été créé pour la seule commande mount, et a disparu avec elle un instant plus tard."},
		Try: say.Text{
			EN: "Start a shell in it, `unshare --mount bash`, and type the mount there.",
			FR: "Lancez-y un shell, `unshare --mount bash`, et tapez-y la commande mount."}},
	"mount.user-only": {
		Found: say.Text{
			EN: "Process {{process}} is root of a user namespace of its own, but in the host's mount namespace, {{host-ns}}. That one belongs to the host's user namespace: this root may mount nothing there.",
			FR: "Le processus {{process}} est root dans un espace de noms user à lui, mais dans l'espace de noms de montage de l'hôte, {{host-ns}}. Celui-ci appartient à l'espace user de l'hôte : ce root n'a le droit d'y rien monter."},
		Try: say.Text{
			EN: "`exit`, and ask for both: `unshare --map-root-user --mount bash`. In the lab you are root already, so `unshare --mount bash` will do.",
			FR: "`exit`, et demandez les deux : `unshare --map-root-user --mount bash`. Dans le labo, vous êtes déjà root : `unshare --mount bash` suffit."}},
	"mount.refused": {
		Found: say.Text{
			EN: "mount ended with status {{status}}, and no namespace has anything on /mnt. Are you in `/root`? Else busybox is `/root/busybox`.",
			FR: "mount s'est terminé avec le statut {{status}}, et aucun espace de noms n'a rien sur /mnt. Êtes-vous dans `/root` ? Sinon, busybox est `/root/busybox`."},
		Try: say.Text{
			EN: "`mount -o bind /root/busybox /mnt`, in shell isolated.",
			FR: "`mount -o bind /root/busybox /mnt`, dans le shell isolated."}},
	"mount.no-mount-ns": {
		Found: say.Text{
			EN: "The last unshare asked for no mount namespace; its options: {{options}}. What it starts is where it was.",
			FR: "Le dernier unshare n'a pas demandé d'espace de noms de montage ; ses options : {{options}}. Ce qu'il lance est resté où il était."},
		Try: bindIt},
	"mount.no-isolated": {
		Found: say.Text{
			EN: "Shell isolated has ended, and every process is in the host's mount namespace, {{host-ns}}.",
			FR: "Le shell isolated s'est terminé, et tous les processus sont dans l'espace de noms de montage de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens it again; or `unshare --mount bash` in shell host.",
			FR: "`nslab shell isolated` l'ouvre à nouveau ; ou bien `unshare --mount bash` dans le shell host."}},
	"mount.not-bound": {
		Found: say.Text{
			EN: "Nothing is mounted on /mnt, neither in the host's mount namespace, {{host-ns}}, nor in another: {{others}}.",
			FR: "Rien n'est monté sur /mnt, ni dans l'espace de noms de montage de l'hôte, {{host-ns}}, ni dans un autre : {{others}}."},
		Try: bindIt},

	// chroot
	"mount.other-root": {
		Found: say.Text{
			EN: "Process {{process}} has a root directory of its own, but it is {{root}} and not /root/busybox.",
			FR: "Le processus {{process}} a une racine à lui, mais c'est {{root}} et non /root/busybox."},
		Try: chrootIt},
	"mount.chroot-ended": {
		Found: say.Text{
			EN: "Process {{process}} had /root/busybox for its root, and has ended.",
			FR: "Le processus {{process}} avait /root/busybox pour racine, et s'est terminé."},
		Try: chrootIt},
	"mount.runs-busybox": {
		Found: say.Text{
			EN: "Process {{process}} is the BusyBox of the archive, but its root directory is the host's: try `ls /` in it.",
			FR: "Le processus {{process}} est bien le BusyBox de l'archive, mais sa racine est celle de l'hôte : essayez-y `ls /`."},
		Try: chrootIt},
	"mount.no-program": {
		Found: say.Text{
			EN: "chroot found no {{program}} to start: it looks for it when the root is already busybox, and what is not in there is not there. (Without a program's name it looks for your own shell.)",
			FR: "chroot n'a pas trouvé de {{program}} à lancer : il le cherche alors que la racine est déjà busybox, et ce qui n'est pas dedans n'existe pas. (Sans nom de programme, il cherche votre propre shell.)"},
		Try: chrootIt},
	"mount.chroot-refused": {
		Found: say.Text{
			EN: "chroot ended with status {{status}}, and no process has /root/busybox for its root. Are you in `/root`?",
			FR: "chroot s'est terminé avec le statut {{status}}, et aucun processus n'a /root/busybox pour racine. Êtes-vous dans `/root` ?"},
		Try: chrootIt},
	"mount.only-prompt": {
		Found: say.Text{
			EN: "Only the prompt looks different; no process has another root directory than before.",
			FR: "Seule l'invite a changé d'aspect ; aucun processus n'a d'autre racine qu'avant."},
		Try: chrootIt},
	"mount.only-cwd": {
		Found: say.Text{
			EN: "Process {{process}} stands in busybox: that is its working directory, and its root directory is still {{root}}. `cd ..` leads out.",
			FR: "Le processus {{process}} se tient dans busybox : c'est son répertoire courant, et sa racine est toujours {{root}}. `cd ..` mène dehors."},
		Try: say.Text{
			EN: "`cd /root`, then `unshare -r chroot busybox sh`.",
			FR: "`cd /root`, puis `unshare -r chroot busybox sh`."}},
	"mount.no-chroot": {
		Found: say.Text{
			EN: "No process has /root/busybox for its root directory.",
			FR: "Aucun processus n'a /root/busybox pour racine."},
		Try: chrootIt},

	// pivot
	"mount.host-pivoted": {
		Found: say.Text{
			EN: "The host itself has another root: in its mount namespace, {{host-ns}}, it is now {{what}}, and was {{was}}. Every process of the host stands in it.",
			FR: "L'hôte lui-même a une autre racine : dans son espace de noms de montage, {{host-ns}}, c'est maintenant {{what}}, et c'était {{was}}. Tous les processus de l'hôte s'y retrouvent."},
		Try: say.Text{
			EN: "On a real machine that would be the end; here `nslab reset` makes a fresh lab. If the old root is still mounted, `pivot_root` leads back, too.",
			FR: "Sur une vraie machine, ce serait la fin ; ici, `nslab reset` refait un labo neuf. Si l'ancienne racine est encore montée, `pivot_root` ramène aussi."}},
	"mount.covered": {
		Found: say.Text{
			EN: "In {{ns}} {{what}} was mounted over `/`. That covers the old root and does not replace it: who is in there still has the one below for the root, and it is still mounted.",
			FR: "Dans {{ns}}, {{what}} a été monté par-dessus `/`. Cela couvre l'ancienne racine sans la remplacer : ceux qui sont là ont toujours celle de dessous, et elle est toujours montée."},
		Try: say.Text{
			EN: "`exit`, then with busybox mounted on itself: `cd busybox`, `pivot_root . oldroot`.",
			FR: "`exit`, puis, busybox étant monté sur lui-même : `cd busybox`, `pivot_root . oldroot`."}},
	"mount.old-root": {
		Found: say.Text{
			EN: "{{ns}} has another root, well; but the old one is still mounted on {{point}}, with all that is mounted in it ({{number}} mounts in all). `ls {{point}}` shows the host.",
			FR: "{{ns}} a bien une autre racine ; mais l'ancienne est encore montée sur {{point}}, avec tout ce qui y est monté ({{number}} montages en tout). `ls {{point}}` montre l'hôte."},
		Try: say.Text{
			EN: "In that shell `umount -l {{point}}`. If it says busy or not found, first `exec chroot . sh`.",
			FR: "Dans ce shell, `umount -l {{point}}`. S'il répond « busy » ou « not found », d'abord `exec chroot . sh`."}},
	"mount.only-chroot": {
		Found: say.Text{
			EN: "Process {{process}} has {{root}} for its root: that was chroot, which changes the process alone. The root of its mount namespace, {{ns}}, is the old one, and still mounted.",
			FR: "Le processus {{process}} a {{root}} pour racine : c'était chroot, qui ne change que le processus. La racine de son espace de noms de montage, {{ns}}, est l'ancienne, toujours montée."},
		Try: pivotIt},
	"mount.chroot-in-host": {
		Found: say.Text{
			EN: "Process {{process}} has {{root}} for its root by chroot, and is in the mount namespace {{ns}}, the host's. No mount namespace has another root.",
			FR: "Le processus {{process}} a {{root}} pour racine par chroot, et est dans l'espace de noms de montage {{ns}}, celui de l'hôte. Aucun espace de noms de montage n'a d'autre racine."},
		Try: pivotIt},
	"mount.pivot-ended": {
		Found: say.Text{
			EN: "{{ns}} had a root of its own, with process {{process}} in it; it has ended with its last process.",
			FR: "{{ns}} avait une racine à lui, avec le processus {{process}} dedans ; il a disparu avec son dernier processus."},
		Try: pivotIt},
	"mount.pivot-in-host": {
		Found: say.Text{
			EN: "pivot_root was refused, luckily: you are in the host's mount namespace, {{host-ns}}, and it would have exchanged the root of the whole host. The kernel refuses because that root is {{type}}.",
			FR: "pivot_root a été refusé, heureusement : vous êtes dans l'espace de noms de montage de l'hôte, {{host-ns}}, et la racine de tout l'hôte aurait été échangée. Le noyau refuse parce que cette racine est {{type}}."},
		Try: pivotIt},
	"mount.pivot-shared": {
		Found: say.Text{
			EN: "pivot_root was refused: the root of {{ns}} is {{type}}, and the exchange would be passed on to its peers.",
			FR: "pivot_root a été refusé : la racine de {{ns}} est {{type}}, et l'échange serait transmis à ses pairs."},
		Try: say.Text{
			EN: "`mount --make-rprivate /` in that shell; or `exit`, and `unshare --mount bash` without `--propagation`.",
			FR: "`mount --make-rprivate /` dans ce shell ; ou `exit`, et `unshare --mount bash` sans `--propagation`."}},
	"mount.stands-below": {
		Found: say.Text{
			EN: "In {{ns}} busybox is a mount point, but process {{process}} stands below the mount: it went into the directory before something was mounted on it, and `.` is still that.",
			FR: "Dans {{ns}}, busybox est un point de montage, mais le processus {{process}} se tient dessous : il est entré dans le répertoire avant que quelque chose y soit monté, et `.` est resté celui-là."},
		Try: say.Text{
			EN: "`cd /root/busybox` once more, then `pivot_root . oldroot`.",
			FR: "`cd /root/busybox` une fois encore, puis `pivot_root . oldroot`."}},
	"mount.not-a-mount-point": {
		Found: say.Text{
			EN: "pivot_root was refused: it exchanges mounts, and /root/busybox is only a directory. On it nothing is mounted, not in {{host-ns}} (the host's) nor in {{others}}.",
			FR: "pivot_root a été refusé : il échange des montages, et /root/busybox n'est qu'un répertoire. Rien n'y est monté, ni dans {{host-ns}} (celui de l'hôte), ni dans {{others}}."},
		Try: say.Text{
			EN: "A bind mount of the directory onto itself makes it one: `cd /root`, `mount --bind busybox busybox`, and only then `cd busybox`.",
			FR: "Un montage bind du répertoire sur lui-même en fait un point de montage : `cd /root`, `mount --bind busybox busybox`, et alors seulement `cd busybox`."}},
	"mount.ready": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) busybox is a mount of its own, so it can become the root. The root is still the old one.",
			FR: "Dans {{ns}} ({{whose}}), busybox est un montage à part entière, et peut donc devenir la racine. La racine est encore l'ancienne."},
		Try: say.Text{
			EN: "There: `cd /root/busybox`, `mkdir -p oldroot`, `pivot_root . oldroot`.",
			FR: "Là : `cd /root/busybox`, `mkdir -p oldroot`, `pivot_root . oldroot`."}},
	"mount.pivot-refused": {
		Found: say.Text{
			EN: "pivot_root was refused, though busybox is a mount. It wants two directories: the new root, and one below it, which must exist, for the old.",
			FR: "pivot_root a été refusé, bien que busybox soit un montage. Il veut deux répertoires : la nouvelle racine et, au-dessous, un autre, qui doit exister, pour l'ancienne."},
		Try: say.Text{
			EN: "`cd /root/busybox`, `mkdir -p oldroot`, `pivot_root . oldroot`.",
			FR: "`cd /root/busybox`, `mkdir -p oldroot`, `pivot_root . oldroot`."}},
	"mount.ready-in-host": {
		Found: say.Text{
			EN: "busybox is mounted on itself, but in the host's mount namespace, {{host-ns}}; there its root must stay.",
			FR: "busybox est monté sur lui-même, mais dans l'espace de noms de montage de l'hôte, {{host-ns}} ; là, la racine doit rester."},
		Try: say.Text{
			EN: "In shell host: `umount /root/busybox`. Then the same in shell isolated.",
			FR: "Dans le shell host : `umount /root/busybox`. Puis la même chose dans le shell isolated."}},
	"mount.no-pivot": {
		Found: say.Text{
			EN: "Every mount namespace has the root that the host has, {{host-ns}} as well as the others: {{others}}.",
			FR: "Tous les espaces de noms de montage ont la racine de l'hôte, {{host-ns}} comme les autres : {{others}}."},
		Try: pivotIt},

	// propagation
	"mount.host-private": {
		Found: say.Text{
			EN: "{{volume}} is mounted in the host, but under a mount that is {{type}} there ({{point}}): it is passed on to nobody.",
			FR: "{{volume}} est monté dans l'hôte, mais sous un montage qui y est {{type}} ({{point}}) : il n'est transmis à personne."},
		Try: say.Text{
			EN: "In shell host: `umount` it, `mount --make-rshared /`, then `unshare --mount --propagation slave sleep 1000 &` anew, and mount it again.",
			FR: "Dans le shell host : démontez-le par `umount`, `mount --make-rshared /`, puis à nouveau `unshare --mount --propagation slave sleep 1000 &`, et remontez-le."}},
	"mount.twice": {
		Found: say.Text{
			EN: "These are two: the {{volume}} of the host is the file system {{host-dev}}, that of {{ns}} is {{dev}}. Each was mounted by hand; nothing has arrived.",
			FR: "Ce sont deux choses : le {{volume}} de l'hôte est le système de fichiers {{host-dev}}, celui de {{ns}} est {{dev}}. Chacun a été monté à la main ; rien n'est arrivé."},
		Try: say.Text{
			EN: "Unmount it in both, and mount it once: in the host.",
			FR: "Démontez-le des deux côtés, et montez-le une seule fois : dans l'hôte."}},
	"mount.copied": {
		Found: say.Text{
			EN: "{{ns}} ({{whose}}) has {{volume}}, {{type}}, but it did not arrive: the host had it first, and the namespace began as a copy of the host's.",
			FR: "{{ns}} ({{whose}}) a {{volume}}, {{type}}, mais il n'y est pas arrivé : l'hôte l'avait déjà, et l'espace de noms a commencé par une copie de celui de l'hôte."},
		Try: say.Text{
			EN: "The other way round: `umount` it in the host, first `unshare --mount --propagation slave sleep 1000 &`, then `mount -t tmpfs {{volume}} /mnt`.",
			FR: "Dans l'autre ordre : démontez-le dans l'hôte par `umount`, d'abord `unshare --mount --propagation slave sleep 1000 &`, ensuite `mount -t tmpfs {{volume}} /mnt`."}},
	"mount.arrived-nowhere": {
		Found: say.Text{
			EN: "The host has mounted {{volume}}, and it has arrived nowhere: no namespace receives what the host mounts. Their propagation: {{list}}.",
			FR: "L'hôte a monté {{volume}}, et il n'est arrivé nulle part : aucun espace de noms ne reçoit ce que monte l'hôte. Leur propagation : {{list}}."},
		Try: passItOn},
	"mount.receiver-ended": {
		Found: say.Text{
			EN: "{{volume}} had arrived in {{ns}}, which has ended with its last process. No other namespace receives what the host mounts.",
			FR: "{{volume}} était arrivé dans {{ns}}, qui a disparu avec son dernier processus. Aucun autre espace de noms ne reçoit ce que monte l'hôte."},
		Try: passItOn},
	"mount.taken-away": {
		Found: say.Text{
			EN: "{{ns}} ({{whose}}) receives what the host mounts, and yet has no {{volume}}: it was unmounted there. That is not the same as never having got it.",
			FR: "{{ns}} ({{whose}}) reçoit ce que monte l'hôte, et n'a pourtant pas {{volume}} : il y a été démonté. Ce n'est pas la même chose que de ne l'avoir jamais reçu."},
		Try: say.Text{
			EN: "Leave that namespace as it is, and add one that receives nothing: `unshare --mount sleep 1000 &` is private, and so is shell isolated.",
			FR: "Laissez cet espace tel quel, et ajoutez-en un qui ne reçoit rien : `unshare --mount sleep 1000 &` est privé, et le shell isolated aussi."}},
	"mount.arrived-everywhere": {
		Found: say.Text{
			EN: "{{volume}} has arrived in every other mount namespace there is. Their propagation: {{list}}.",
			FR: "{{volume}} est arrivé dans tous les autres espaces de noms de montage. Leur propagation : {{list}}."},
		Try: say.Text{
			EN: "Open one that receives nothing, before you mount: `nslab shell isolated`, or `unshare --mount sleep 1000 &`. Then `umount /mnt` and mount it again.",
			FR: "Ouvrez-en un qui ne reçoit rien, avant de monter : `nslab shell isolated`, ou `unshare --mount sleep 1000 &`. Puis `umount /mnt`, et remontez-le."}},
	"mount.only-host": {
		Found: say.Text{
			EN: "There is one mount namespace only, the host's, {{host-ns}}.",
			FR: "Il n'y a qu'un espace de noms de montage, celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "Two more are wanted: `unshare --mount --propagation slave sleep 1000 &` and `unshare --mount sleep 1000 &`, in shell host.",
			FR: "Il en faut deux autres : `unshare --mount --propagation slave sleep 1000 &` et `unshare --mount sleep 1000 &`, dans le shell host."}},
	"mount.other-volume": {
		Found: say.Text{
			EN: "The host has a new mount on {{point}}, but its name is {{source}} and not {{volume}}. (The name, in the first column of `mount`, is the word before the directory.)",
			FR: "L'hôte a un nouveau montage sur {{point}}, mais il s'appelle {{source}} et non {{volume}}. (Le nom, dans la première colonne de `mount`, est le mot avant le répertoire.)"},
		Try: say.Text{
			EN: "In shell host: `umount {{point}}`, then `mount -t tmpfs {{volume}} /mnt`.",
			FR: "Dans le shell host : `umount {{point}}`, puis `mount -t tmpfs {{volume}} /mnt`."}},
	"mount.not-in-host": {
		Found: say.Text{
			EN: "{{volume}} is mounted in {{ns}} ({{whose}}), and not in the host: what is mounted under a mount that is {{type}} does not reach the host.",
			FR: "{{volume}} est monté dans {{ns}} ({{whose}}), et pas dans l'hôte : ce qu'on monte sous un montage {{type}} n'atteint pas l'hôte."},
		Try: say.Text{
			EN: "Unmount it there, and mount it in the host's namespace: shell host, and no unshare before it.",
			FR: "Démontez-le là, et montez-le dans l'espace de noms de l'hôte : le shell host, sans unshare auparavant."}},
	"mount.volume-gone": {
		Found: say.Text{
			EN: "{{volume}} was mounted in {{ns}}, and is mounted nowhere now.",
			FR: "{{volume}} était monté dans {{ns}}, et n'est plus monté nulle part."},
		Try: passItOn},
	"mount.volume-refused": {
		Found: say.Text{
			EN: "mount ended with status {{status}}, and {{volume}} is mounted nowhere. A file system that lives in memory needs its type: -t tmpfs.",
			FR: "mount s'est terminé avec le statut {{status}}, et {{volume}} n'est monté nulle part. Un système de fichiers en mémoire a besoin de son type : -t tmpfs."},
		Try: passItOn},
	"mount.receiver-waits": {
		Found: say.Text{
			EN: "{{ns}} ({{whose}}) receives what the host mounts: its root is {{type}}. The host has not mounted {{volume}} yet.",
			FR: "{{ns}} ({{whose}}) reçoit ce que monte l'hôte : sa racine est {{type}}. L'hôte n'a pas encore monté {{volume}}."},
		Try: say.Text{
			EN: "In shell host, outside every unshare: `mount -t tmpfs {{volume}} /mnt`.",
			FR: "Dans le shell host, hors de tout unshare : `mount -t tmpfs {{volume}} /mnt`."}},
	"mount.no-volume": {
		Found: say.Text{
			EN: "{{volume}} is mounted nowhere. The mount namespaces beside the host's, {{host-ns}}, and their propagation: {{list}}.",
			FR: "{{volume}} n'est monté nulle part. Les espaces de noms de montage à côté de celui de l'hôte, {{host-ns}}, et leur propagation : {{list}}."},
		Try: passItOn},
}
