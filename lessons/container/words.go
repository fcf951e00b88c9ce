package container

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// words are the lesson's findings. What a step expects is said once, in container.go and its neighbours.
var words = checks.Messages{
	// Step layers.
	"container.layered": {
		Found: say.Text{
			EN: "The overlay on {{point}} shows {{names}}: lower layer {{lower}}, upper layer {{upper}}. {{name}} was written through it, and the lower layer does not have it.",
			FR: "L'overlay monté sur {{point}} montre {{names}} : couche inférieure {{lower}}, couche supérieure {{upper}}. {{name}} a été écrit à travers lui, et la couche inférieure ne l'a pas."}},
	"container.no-overlay": {
		Found: say.Text{
			EN: "No overlay is mounted anywhere in the lab.",
			FR: "Aucun overlay n'est monté où que ce soit dans le labo."},
		Try: say.Text{
			EN: "In /root: `mkdir upper work merged`, then `mount -t overlay overlay -o lowerdir=busybox,upperdir=upper,workdir=work,userxattr merged`.",
			FR: "Dans /root : `mkdir upper work merged`, puis `mount -t overlay overlay -o lowerdir=busybox,upperdir=upper,workdir=work,userxattr merged`."}},
	"container.not-unpacked": {
		Found: say.Text{
			EN: "{{path}} is not there: the archive has not been unpacked in /root, and no overlay is mounted.",
			FR: "{{path}} n'existe pas : l'archive n'a pas été dépaquetée dans /root, et aucun overlay n'est monté."},
		Try: say.Text{
			EN: "In shell host: `cd /root`, then `tar xvfz busybox.tar.gz`.",
			FR: "Dans le shell host : `cd /root`, puis `tar xvfz busybox.tar.gz`."}},
	"container.bind-instead": {
		Found: say.Text{
			EN: "On {{point}} there is {{from}} itself, by a bind mount: one layer only. Whatever is written there is written into {{from}}.",
			FR: "Sur {{point}} se trouve {{from}} lui-même, par un montage bind : une seule couche. Ce qui s'y écrit s'écrit dans {{from}}."},
		Try: say.Text{
			EN: "`umount {{point}}`, then mount type overlay with lowerdir, upperdir and workdir.",
			FR: "`umount {{point}}`, puis montez le type overlay avec lowerdir, upperdir et workdir."}},
	"container.overlay-refused": {
		Found: say.Text{
			EN: "`{{typed}}` failed, and no overlay is mounted. All three directories must exist; upper and work must be on one file system, work empty; paths that do not begin with / count from where you are.",
			FR: "`{{typed}}` a échoué, et aucun overlay n'est monté. Les trois répertoires doivent exister ; upper et work doivent être sur un même système de fichiers, work vide ; un chemin sans / initial part d'où vous êtes."},
		Try: say.Text{
			EN: "`cd /root; mkdir -p upper work merged; ls`, then the mount again, without a space behind a comma.",
			FR: "`cd /root; mkdir -p upper work merged; ls`, puis à nouveau le montage, sans espace après une virgule."}},
	"container.no-upper": {
		Found: say.Text{
			EN: "The overlay on {{point}} has no upper layer, only {{lower}} below: nothing can be written there.",
			FR: "L'overlay sur {{point}} n'a pas de couche supérieure, seulement {{lower}} en dessous : rien ne peut y être écrit."},
		Try: say.Text{
			EN: "`umount {{point}}`, and mount it again with upperdir=upper,workdir=work as well.",
			FR: "`umount {{point}}`, puis remontez-le avec upperdir=upper,workdir=work en plus."}},
	"container.read-only": {
		Found: say.Text{
			EN: "The overlay on {{point}} is mounted read-only.",
			FR: "L'overlay sur {{point}} est monté en lecture seule."},
		Try: say.Text{
			EN: "`mount -o remount,rw {{point}}`.",
			FR: "`mount -o remount,rw {{point}}`."}},
	"container.wrong-lower": {
		Found: say.Text{
			EN: "The overlay on {{point}} shows {{names}}: that is no BusyBox root, which has bin, etc and proc. Its lower layer is {{lower}}.",
			FR: "L'overlay sur {{point}} montre {{names}} : ce n'est pas une racine BusyBox, qui a bin, etc et proc. Sa couche inférieure est {{lower}}."},
		Try: say.Text{
			EN: "`umount {{point}}`, and mount it again with lowerdir=/root/busybox, the directory that the archive unpacks into.",
			FR: "`umount {{point}}`, puis remontez-le avec lowerdir=/root/busybox, le répertoire que produit l'archive."}},
	"container.written-below": {
		Found: say.Text{
			EN: "{{name}} is in /root/busybox itself, the layer that should stay as it is: every container built upon it would see the file.",
			FR: "{{name}} est dans /root/busybox même, la couche qui devrait rester intacte : tout conteneur construit dessus verrait le fichier."},
		Try: say.Text{
			EN: "`rm /root/busybox/{{name}}`, then create it through the overlay. (Is busybox your lowerdir, and not your upperdir?)",
			FR: "`rm /root/busybox/{{name}}`, puis créez-le à travers l'overlay. (busybox est-il bien votre lowerdir, et non votre upperdir ?)"}},
	"container.not-written": {
		Found: say.Text{
			EN: "The overlay is mounted on {{point}}, lower layer {{lower}}, upper layer {{upper}}. It shows {{names}}, and no {{name}} yet.",
			FR: "L'overlay est monté sur {{point}}, couche inférieure {{lower}}, couche supérieure {{upper}}. Il montre {{names}}, et pas encore {{name}}."},
		Try: say.Text{
			EN: "`echo hello > {{point}}/{{name}}`.",
			FR: "`echo hello > {{point}}/{{name}}`."}},

	// Step box.
	"container.boxed": {
		Found: say.Text{
			EN: "Process {{process}}, which calls itself {{inside}}, has six namespaces of its own, the host name {{is}}, the overlay for root and its own /proc; the old root is gone. That is a container.",
			FR: "Le processus {{process}}, qui se voit comme le numéro {{inside}}, a six espaces de noms à lui, le nom d'hôte {{is}}, l'overlay pour racine et son propre /proc ; l'ancienne racine est partie. C'est un conteneur."}},
	"container.no-box": {
		Found: say.Text{
			EN: "Every process of the lab is in the host's namespaces ({{kinds}}).",
			FR: "Tous les processus du labo sont dans les espaces de noms de l'hôte ({{kinds}})."},
		Try: say.Text{
			EN: "In shell isolated: `unshare --mount --uts --ipc --net --pid --fork --cgroup bash`.",
			FR: "Dans le shell isolated : `unshare --mount --uts --ipc --net --pid --fork --cgroup bash`."}},
	"container.no-layers": {
		Found: say.Text{
			EN: "There is no overlay in this lab that could be the root. (A lesson that is opened again has a fresh lab.)",
			FR: "Il n'y a dans ce labo aucun overlay qui puisse être la racine. (Une leçon rouverte a un labo neuf.)"},
		Try: say.Text{
			EN: "`nslab step layers` shows how it is made: four commands in shell host. Then the box.",
			FR: "`nslab step layers` montre comment le faire : quatre commandes dans le shell host. Puis la boîte."}},
	"container.shares": {
		Found: say.Text{
			EN: "Process {{process}} has namespaces of its own, but shares with the host: {{kinds}}.",
			FR: "Le processus {{process}} a ses propres espaces de noms, mais partage avec l'hôte : {{kinds}}."},
		Try: say.Text{
			EN: "`exit`, and begin again with an option for each kind: --mount --uts --ipc --net --pid --fork --cgroup.",
			FR: "`exit`, et recommencez avec une option par sorte : --mount --uts --ipc --net --pid --fork --cgroup."}},
	"container.without-fork": {
		Found: say.Text{
			EN: "Process {{process}} asked for a new PID namespace, and is not in it: it is still in {{ns}}. Only children go there, and without --fork the first of them has come and gone, or will.",
			FR: "Le processus {{process}} a demandé un nouvel espace de noms PID, et n'y est pas : il est toujours dans {{ns}}. Seuls les enfants y vont, et sans --fork le premier y est déjà passé, ou va le faire."},
		Try: say.Text{
			EN: "Leave that shell (Ctrl-D, for it can start nothing any more), and add --fork: unshare then starts the shell as its child, PID 1 over there.",
			FR: "Quittez ce shell (Ctrl-D, car il ne peut plus rien lancer), et ajoutez --fork : unshare lance alors le shell comme enfant, PID 1 là-bas."}},
	"container.host-renamed": {
		Found: say.Text{
			EN: "The host itself is now called {{is}}: the name was set in its UTS namespace, {{ns}}, not in the box.",
			FR: "C'est l'hôte qui s'appelle maintenant {{is}} : le nom a été changé dans son espace de noms UTS, {{ns}}, pas dans la boîte."},
		Try: say.Text{
			EN: "`hostname {{was}}` in shell host; then `hostname {{name}}` in the shell that unshare started.",
			FR: "`hostname {{was}}` dans le shell host ; puis `hostname {{name}}` dans le shell lancé par unshare."}},
	"container.not-named": {
		Found: say.Text{
			EN: "Process {{process}} has all six namespaces of its own. Its host name is {{is}}.",
			FR: "Le processus {{process}} a bien six espaces de noms à lui. Son nom d'hôte est {{is}}."},
		Try: say.Text{
			EN: "In that shell: `hostname {{name}}`.",
			FR: "Dans ce shell : `hostname {{name}}`."}},
	"container.not-pivoted": {
		Found: say.Text{
			EN: "Process {{process}} is isolated and is called {{is}}. Its root is still that of the host.",
			FR: "Le processus {{process}} est isolé et s'appelle {{is}}. Sa racine est encore celle de l'hôte."},
		Try: say.Text{
			EN: "In that shell: `cd /root/merged`, `mkdir old`, `pivot_root . old`, `exec sh`.",
			FR: "Dans ce shell : `cd /root/merged`, `mkdir old`, `pivot_root . old`, `exec sh`."}},
	"container.chrooted": {
		Found: say.Text{
			EN: "The root of process {{process}} is {{root}}, by chroot: the root of its mount namespace is another, and with all its mounts within reach of who is root.",
			FR: "La racine du processus {{process}} est {{root}}, par chroot : celle de son espace de noms de montage est une autre, à portée, avec tous ses montages, de qui est root."},
		Try: say.Text{
			EN: "`exit` the chroot; in the shell before it, `cd /root/merged`, `mkdir -p old`, `pivot_root . old`, `exec sh`.",
			FR: "Quittez le chroot par `exit` ; dans le shell précédent, `cd /root/merged`, `mkdir -p old`, `pivot_root . old`, `exec sh`."}},
	"container.root-not-overlay": {
		Found: say.Text{
			EN: "Process {{process}} has another root than the host, but it is of type {{type}}, not overlay: what is written there is written into the image itself.",
			FR: "Le processus {{process}} a une autre racine que l'hôte, mais de type {{type}}, pas overlay : ce qui s'y écrit s'écrit dans l'image même."},
		Try: say.Text{
			EN: "`exit`, and begin again; pivot_root into the overlay of step layers, /root/merged.",
			FR: "`exit`, et recommencez ; faites pivot_root dans l'overlay de l'étape layers, /root/merged."}},
	"container.root-no-upper": {
		Found: say.Text{
			EN: "The root of process {{process}} is an overlay without an upper layer: nothing can be written there.",
			FR: "La racine du processus {{process}} est un overlay sans couche supérieure : rien ne peut y être écrit."},
		Try: say.Text{
			EN: "`exit`, and begin again with an overlay that has upperdir and workdir.",
			FR: "`exit`, et recommencez avec un overlay qui a upperdir et workdir."}},
	"container.no-proc": {
		Found: say.Text{
			EN: "Process {{process}} has the overlay for root, and nothing mounted on /proc: `ps` would show nothing.",
			FR: "Le processus {{process}} a l'overlay pour racine, et rien n'est monté sur /proc : `ps` n'afficherait rien."},
		Try: say.Text{
			EN: "In that shell: `mount -t proc proc /proc`. Refused? Then the old root, and the /proc in it, went too early: `exit`, and begin again.",
			FR: "Dans ce shell : `mount -t proc proc /proc`. Refusé ? Alors l'ancienne racine, et le /proc qu'elle contient, est partie trop tôt : `exit`, et recommencez."}},
	"container.hosts-proc": {
		Found: say.Text{
			EN: "What process {{process}} has on /proc shows the host's PID namespace: it came from there, by a bind mount, or it was mounted by a process that is in that namespace.",
			FR: "Ce que le processus {{process}} a sur /proc montre l'espace de noms PID de l'hôte : il en vient par un montage bind, ou il a été monté par un processus de cet espace."},
		Try: say.Text{
			EN: "`umount /proc` there, then `mount -t proc proc /proc`.",
			FR: "Là-bas, `umount /proc`, puis `mount -t proc proc /proc`."}},
	"container.old-root": {
		Found: say.Text{
			EN: "All is in place, but the host's root still hangs on {{point}} in the mount namespace of process {{process}}: who is in the box sees everything of the host.",
			FR: "Tout est en place, mais la racine de l'hôte est encore accrochée à {{point}} dans l'espace de noms de montage du processus {{process}} : qui est dans la boîte voit tout de l'hôte."},
		Try: say.Text{
			EN: "In the box: `umount -l {{point}}`. (Without -l it is busy: unshare, which waits outside, runs from there.)",
			FR: "Dans la boîte : `umount -l {{point}}`. (Sans -l, il est occupé : unshare, qui attend dehors, s'exécute depuis là.)"}},
	"container.box-ended": {
		Found: say.Text{
			EN: "There was a box, process {{process}} was its PID 1; it has ended, and with it the box's processes, mounts and interfaces.",
			FR: "Il y avait une boîte, le processus {{process}} était son PID 1 ; il est terminé, et avec lui les processus, les montages et les interfaces de la boîte."},
		Try: say.Text{
			EN: "Build it again in shell isolated, and stay in it. The overlay in the host is still there; `mkdir -p old` will do.",
			FR: "Reconstruisez-la dans le shell isolated, et restez-y. L'overlay de l'hôte est encore là ; `mkdir -p old` suffit."}},

	// Steps that build upon the box.
	"container.without-box": {
		Found: say.Text{
			EN: "There is no box: no process with an overlay for root in namespaces of its own. (A lesson that is opened again has a fresh lab.)",
			FR: "Il n'y a pas de boîte : aucun processus qui ait un overlay pour racine dans ses propres espaces de noms. (Une leçon rouverte a un labo neuf.)"},
		Try: say.Text{
			EN: "`nslab step layers` and `nslab step box` show how it is built.",
			FR: "`nslab step layers` et `nslab step box` montrent comment la construire."}},
	"container.box-gone": {
		Found: say.Text{
			EN: "The box is gone: process {{process}}, its PID 1, has ended, or has another root now.",
			FR: "La boîte n'est plus : le processus {{process}}, son PID 1, est terminé, ou a maintenant une autre racine."},
		Try: say.Text{
			EN: "Build it again in shell isolated; `nslab step box` shows how. Then this step from its beginning.",
			FR: "Reconstruisez-la dans le shell isolated ; `nslab step box` montre comment. Puis cette étape depuis son début."}},

	// Step wire.
	"container.wired": {
		Found: say.Text{
			EN: "{{box-ip}} in {{ns}} and {{other-ip}} in {{other-ns}} hang on the bridge {{bridge}} by {{port}} and {{second-port}}, and the ping has come back.",
			FR: "{{box-ip}} dans {{ns}} et {{other-ip}} dans {{other-ns}} sont reliés au pont {{bridge}} par {{port}} et {{second-port}}, et le ping est revenu."}},
	"container.no-veth": {
		Found: say.Text{
			EN: "The box (process {{init}}, {{ns}}) has no interface but lo.",
			FR: "La boîte (processus {{init}}, {{ns}}) n'a pas d'autre interface que lo."},
		Try: say.Text{
			EN: "In shell host: `ip link add veth0 type veth peer name eth0 netns {{target}}`.",
			FR: "Dans le shell host : `ip link add veth0 type veth peer name eth0 netns {{target}}`."}},
	"container.peer-in-host": {
		Found: say.Text{
			EN: "There is a veth pair, but both ends are in the host ({{link}} is one). The box (process {{init}}, {{ns}}) has only lo.",
			FR: "Il y a une paire veth, mais ses deux bouts sont dans l'hôte ({{link}} en est un). La boîte (processus {{init}}, {{ns}}) n'a que lo."},
		Try: say.Text{
			EN: "Move one end: `ip link set {{link}} netns {{target}}`, with the end that is to be the box's.",
			FR: "Déplacez un bout : `ip link set {{link}} netns {{target}}`, avec le bout destiné à la boîte."}},
	"container.not-veth": {
		Found: say.Text{
			EN: "The box (process {{init}}, {{ns}}) has an interface, but none that is one end of a veth pair with its other end in the host.",
			FR: "La boîte (processus {{init}}, {{ns}}) a une interface, mais aucune qui soit un bout d'une paire veth dont l'autre bout est dans l'hôte."},
		Try: say.Text{
			EN: "In shell host: `ip link add veth0 type veth peer name eth0 netns {{target}}` (another name where eth0 is taken).",
			FR: "Dans le shell host : `ip link add veth0 type veth peer name eth0 netns {{target}}` (un autre nom si eth0 est pris)."}},
	"container.no-address": {
		Found: say.Text{
			EN: "{{link}} in the box ({{ns}}) is one end of a cable, and has no address.",
			FR: "{{link}}, dans la boîte ({{ns}}), est un bout de câble, et n'a pas d'adresse."},
		Try: say.Text{
			EN: "In the box: `ip addr add {{ip}}/24 dev {{link}}`.",
			FR: "Dans la boîte : `ip addr add {{ip}}/24 dev {{link}}`."}},
	"container.other-address": {
		Found: say.Text{
			EN: "{{link}} in the box ({{ns}}) has {{is}}, not {{ip}}.",
			FR: "{{link}}, dans la boîte ({{ns}}), a {{is}}, pas {{ip}}."},
		Try: say.Text{
			EN: "In the box: `ip addr flush dev {{link}}`, `ip addr add {{ip}}/24 dev {{link}}`.",
			FR: "Dans la boîte : `ip addr flush dev {{link}}`, `ip addr add {{ip}}/24 dev {{link}}`."}},
	"container.address-elsewhere": {
		Found: say.Text{
			EN: "{{ip}} is in {{is}}; it belongs on {{link}} in the box, {{ns}}.",
			FR: "{{ip}} est dans {{is}} ; sa place est sur {{link}}, dans la boîte, {{ns}}."},
		Try: say.Text{
			EN: "Take it away there (`ip addr del {{ip}}/24 dev …`), and in the box: `ip addr add {{ip}}/24 dev {{link}}`.",
			FR: "Retirez-la de là (`ip addr del {{ip}}/24 dev …`), et dans la boîte : `ip addr add {{ip}}/24 dev {{link}}`."}},
	"container.prefix": {
		Found: say.Text{
			EN: "{{link}} has {{ip}}/{{bits}}, not {{ip}}/24: it takes another set of addresses for its neighbours than the others do.",
			FR: "{{link}} a {{ip}}/{{bits}}, pas {{ip}}/24 : elle prend pour voisines d'autres adresses que ne font les autres."},
		Try: say.Text{
			EN: "`ip addr del {{ip}}/{{bits}} dev {{link}}`, then `ip addr add {{ip}}/24 dev {{link}}`, where {{link}} is.",
			FR: "`ip addr del {{ip}}/{{bits}} dev {{link}}`, puis `ip addr add {{ip}}/24 dev {{link}}`, là où est {{link}}."}},
	"container.down": {
		Found: say.Text{
			EN: "{{link}} ({{where}}) is down.",
			FR: "{{link}} ({{where}}) est inactive (DOWN)."},
		Try: say.Text{
			EN: "`ip link set {{link}} up`, in that namespace.",
			FR: "`ip link set {{link}} up`, dans cet espace de noms."}},
	"container.no-bridge": {
		Found: say.Text{
			EN: "The box has its cable and its address; the host's end, {{port}}, hangs on nothing, and there is no bridge in the host.",
			FR: "La boîte a son câble et son adresse ; le bout de l'hôte, {{port}}, n'est relié à rien, et il n'y a pas de pont dans l'hôte."},
		Try: say.Text{
			EN: "In shell host: `ip link add br0 type bridge`, `ip link set {{port}} master br0 up`.",
			FR: "Dans le shell host : `ip link add br0 type bridge`, `ip link set {{port}} master br0 up`."}},
	"container.not-in-bridge": {
		Found: say.Text{
			EN: "The host's end, {{port}}, is not plugged into the bridge {{bridge}}.",
			FR: "Le bout de l'hôte, {{port}}, n'est pas branché sur le pont {{bridge}}."},
		Try: say.Text{
			EN: "In shell host: `ip link set {{port}} master {{bridge}} up`.",
			FR: "Dans le shell host : `ip link set {{port}} master {{bridge}} up`."}},
	"container.no-bridge-address": {
		Found: say.Text{
			EN: "The bridge {{bridge}} lacks {{ip}}/24.",
			FR: "Il manque {{ip}}/24 au pont {{bridge}}."},
		Try: say.Text{
			EN: "In shell host: `ip addr add {{ip}}/24 dev {{bridge}}`.",
			FR: "Dans le shell host : `ip addr add {{ip}}/24 dev {{bridge}}`."}},
	"container.address-on-port": {
		Found: say.Text{
			EN: "{{ip}} is on another interface of the host than the bridge {{bridge}}. What is plugged into a bridge is a port, and needs no address.",
			FR: "{{ip}} est sur une autre interface de l'hôte que le pont {{bridge}}. Ce qui est branché sur un pont est un port, et n'a pas besoin d'adresse."},
		Try: say.Text{
			EN: "In shell host: `ip addr del {{ip}}/24 dev …`, then `ip addr add {{ip}}/24 dev {{bridge}}`.",
			FR: "Dans le shell host : `ip addr del {{ip}}/24 dev …`, puis `ip addr add {{ip}}/24 dev {{bridge}}`."}},
	"container.no-other": {
		Found: say.Text{
			EN: "The box is wired to the bridge {{bridge}}. No other network namespace has {{ip}} yet.",
			FR: "La boîte est reliée au pont {{bridge}}. Aucun autre espace de noms net n'a encore {{ip}}."},
		Try: say.Text{
			EN: "In shell host: `ip netns add other`, `ip link add veth1 type veth peer name eth0 netns other`, `ip -n other addr add {{ip}}/24 dev eth0`.",
			FR: "Dans le shell host : `ip netns add other`, `ip link add veth1 type veth peer name eth0 netns other`, `ip -n other addr add {{ip}}/24 dev eth0`."}},
	"container.other-elsewhere": {
		Found: say.Text{
			EN: "{{ip}} is in {{is}}. It should be in a namespace that is neither the host's nor the box's: who pings it now only pings a neighbour in the same room.",
			FR: "{{ip}} est dans {{is}}. Elle devrait être dans un espace qui ne soit ni celui de l'hôte, ni celui de la boîte : qui lui envoie un ping ne sort pas de la pièce."},
		Try: say.Text{
			EN: "Take it away there; in shell host `ip netns add other`, and give it to an interface in `other`.",
			FR: "Retirez-la de là ; dans le shell host, `ip netns add other`, et donnez-la à une interface d'`other`."}},
	"container.other-no-veth": {
		Found: say.Text{
			EN: "{{other-ns}} has {{other-ip}}, but not on a veth whose other end is in the host.",
			FR: "{{other-ns}} a {{other-ip}}, mais pas sur un veth dont l'autre bout est dans l'hôte."},
		Try: say.Text{
			EN: "In shell host: `ip link add veth1 type veth peer name eth0 netns other`, and the address on that eth0.",
			FR: "Dans le shell host : `ip link add veth1 type veth peer name eth0 netns other`, et l'adresse sur cet eth0."}},
	"container.two-bridges": {
		Found: say.Text{
			EN: "The box hangs on the bridge {{bridge}}, the other on the bridge {{second}}: two switches, and no cable between them.",
			FR: "La boîte est sur le pont {{bridge}}, l'autre sur le pont {{second}} : deux commutateurs, et aucun câble entre eux."},
		Try: say.Text{
			EN: "In shell host: `ip link set PORT master {{bridge}}`, for the port of the second.",
			FR: "Dans le shell host : `ip link set PORT master {{bridge}}`, pour le port du second."}},
	"container.not-pinged": {
		Found: say.Text{
			EN: "Box, bridge {{bridge}} and the other ({{other-ns}}) are wired; no ping between {{box-ip}} and {{other-ip}} has been answered yet.",
			FR: "La boîte, le pont {{bridge}} et l'autre ({{other-ns}}) sont reliés ; aucun ping entre {{box-ip}} et {{other-ip}} n'a encore eu de réponse."},
		Try: say.Text{
			EN: "In the box: `ping -c 3 {{other-ip}}`. (To ping the bridge, or from the host, shows less.)",
			FR: "Dans la boîte : `ping -c 3 {{other-ip}}`. (Un ping vers le pont, ou depuis l'hôte, prouve moins.)"}},

	// Step limit.
	"container.limited": {
		Found: say.Text{
			EN: "Process {{init}}, the box's PID 1, is in the cgroup {{cgroup}}, where pids.max is {{is}}. The host's processes are elsewhere.",
			FR: "Le processus {{init}}, PID 1 de la boîte, est dans le cgroup {{cgroup}}, où pids.max vaut {{is}}. Les processus de l'hôte sont ailleurs."}},
	"container.hosts-cgroup": {
		Found: say.Text{
			EN: "The box's PID 1, process {{init}}, is in the same cgroup as the host's processes, {{cgroup}}: a limit there would be everybody's.",
			FR: "Le PID 1 de la boîte, le processus {{init}}, est dans le même cgroup que les processus de l'hôte, {{cgroup}} : une limite y serait celle de tous."},
		Try: say.Text{
			EN: "In shell host: `mkdir /sys/fs/cgroup/{{name}}`, then `echo {{target}} > /sys/fs/cgroup/{{name}}/cgroup.procs`.",
			FR: "Dans le shell host : `mkdir /sys/fs/cgroup/{{name}}`, puis `echo {{target}} > /sys/fs/cgroup/{{name}}/cgroup.procs`."}},
	"container.no-limit": {
		Found: say.Text{
			EN: "The box is in a cgroup of its own, {{cgroup}}, without a limit: pids.max says max, or is not there.",
			FR: "La boîte est dans son propre cgroup, {{cgroup}}, sans limite : pids.max vaut max, ou n'est pas là."},
		Try: say.Text{
			EN: "In shell host: `echo {{pids}} > /sys/fs/cgroup/{{name}}/pids.max`. Without that file, first `echo +pids > /sys/fs/cgroup/cgroup.subtree_control`.",
			FR: "Dans le shell host : `echo {{pids}} > /sys/fs/cgroup/{{name}}/pids.max`. Sans ce fichier, d'abord `echo +pids > /sys/fs/cgroup/cgroup.subtree_control`."}},
	"container.other-limit": {
		Found: say.Text{
			EN: "In the box's cgroup, {{cgroup}}, pids.max is {{is}}, not {{pids}}.",
			FR: "Dans le cgroup de la boîte, {{cgroup}}, pids.max vaut {{is}}, pas {{pids}}."},
		Try: say.Text{
			EN: "In shell host: `echo {{pids}} > /sys/fs/cgroup/{{name}}/pids.max`.",
			FR: "Dans le shell host : `echo {{pids}} > /sys/fs/cgroup/{{name}}/pids.max`."}},

	// Step exec.
	"container.joined": {
		Found: say.Text{
			EN: "Process {{process}} is in every namespace of the box, where it is number {{inside}}; its parent, {{parent}}, is outside. It was not born there, it came in by setns(2).",
			FR: "Le processus {{process}} est dans tous les espaces de noms de la boîte, où il a le numéro {{inside}} ; son parent, {{parent}}, est dehors. Il n'y est pas né, il y est entré par setns(2)."}},
	"container.not-joined": {
		Found: say.Text{
			EN: "Nobody has joined the box: only its PID 1, process {{init}}, is in its namespaces.",
			FR: "Personne n'a rejoint la boîte : seul son PID 1, le processus {{init}}, est dans ses espaces de noms."},
		Try: say.Text{
			EN: "In shell host: `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`.",
			FR: "Dans le shell host : `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`."}},
	"container.joined-some": {
		Found: say.Text{
			EN: "Process {{process}} has joined some of the box's namespaces, but not: {{kinds}}.",
			FR: "Le processus {{process}} a rejoint certains espaces de noms de la boîte, mais pas : {{kinds}}."},
		Try: say.Text{
			EN: "`exit`, then `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh` (and --user --preserve-credentials where the box has a user namespace).",
			FR: "`exit`, puis `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh` (et --user --preserve-credentials si la boîte a un espace de noms user)."}},
	"container.joined-without-pid": {
		Found: say.Text{
			EN: "Process {{process}} is in all the box's namespaces but pid: it sees the box's files and network, and the box does not see it in `ps`.",
			FR: "Le processus {{process}} est dans tous les espaces de noms de la boîte sauf pid : il voit les fichiers et le réseau de la boîte, et la boîte ne le voit pas dans `ps`."},
		Try: say.Text{
			EN: "`exit`, and add --pid; nsenter then forks, for only a child can be in another PID namespace.",
			FR: "`exit`, et ajoutez --pid ; nsenter fait alors un fork, car seul un enfant peut être dans un autre espace de noms PID."}},
	"container.joined-other-root": {
		Found: say.Text{
			EN: "Process {{process}} is in all of the box's namespaces, but its root is {{root}}, not the box's.",
			FR: "Le processus {{process}} est dans tous les espaces de noms de la boîte, mais sa racine est {{root}}, pas celle de la boîte."},
		Try: say.Text{
			EN: "`nsenter --target {{target}} --mount …` takes the root of the mount namespace; leave --root and chroot out.",
			FR: "`nsenter --target {{target}} --mount …` prend la racine de l'espace de noms de montage ; laissez de côté --root et chroot."}},
	"container.all-refused": {
		Found: say.Text{
			EN: "nsenter --all wants to join the time namespace as well. The box has none of its own, and that of the machine is not the lab's to join, so the kernel refused.",
			FR: "nsenter --all veut aussi rejoindre l'espace de noms time. La boîte n'en a pas à elle, et celui de la machine n'est pas à la portée du labo : le noyau a refusé."},
		Try: say.Text{
			EN: "Name the kinds: `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`.",
			FR: "Nommez les sortes : `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`."}},
	"container.exec-child": {
		Found: say.Text{
			EN: "Process {{process}} is in the box, but was born there: its parent is {{parent}}. `docker exec` comes from outside.",
			FR: "Le processus {{process}} est dans la boîte, mais il y est né : son parent est {{parent}}. `docker exec` vient du dehors."},
		Try: say.Text{
			EN: "In shell host: `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`.",
			FR: "Dans le shell host : `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`."}},
	"container.exec-ended": {
		Found: say.Text{
			EN: "Process {{process}} had joined the box, and has ended already.",
			FR: "Le processus {{process}} avait rejoint la boîte, et s'est déjà terminé."},
		Try: say.Text{
			EN: "Start something that stays, a shell, and stay in it: `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`.",
			FR: "Lancez quelque chose qui reste, un shell, et restez-y : `nsenter --target {{target}} --mount --uts --ipc --net --pid --cgroup sh`."}},

	// Step bare.
	"container.bare": {
		Found: say.Text{
			EN: "Process {{process}}, in the box, has CapEff {{eff}} and CapBnd {{bnd}}: without sys_admin and net_raw, now and after any exec. The box's PID 1 has {{init-eff}}.",
			FR: "Le processus {{process}}, dans la boîte, a CapEff {{eff}} et CapBnd {{bnd}} : sans sys_admin ni net_raw, maintenant et après tout exec. Le PID 1 de la boîte a {{init-eff}}."}},
	"container.not-bare": {
		Found: say.Text{
			EN: "All processes in the box have both capabilities; its PID 1, process {{init}}, has CapEff {{eff}}.",
			FR: "Tous les processus de la boîte ont les deux capacités ; son PID 1, le processus {{init}}, a CapEff {{eff}}."},
		Try: say.Text{
			EN: "In the box: `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`, with the path: plain `setpriv` is BusyBox's, which cannot do it.",
			FR: "Dans la boîte : `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`, avec le chemin : `setpriv` seul est celui de BusyBox, qui ne sait pas le faire."}},
	"container.still-has": {
		Found: say.Text{
			EN: "Process {{process}} has dropped one of the two, and still has {{caps}} (CapEff {{eff}}, CapBnd {{bnd}}).",
			FR: "Le processus {{process}} a abandonné l'une des deux, et garde {{caps}} (CapEff {{eff}}, CapBnd {{bnd}})."},
		Try: say.Text{
			EN: "`exit`, then drop both: `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`.",
			FR: "`exit`, puis abandonnez les deux : `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`."}},
	"container.comes-back": {
		Found: say.Text{
			EN: "Process {{process}} has CapEff {{eff}}, without both; but {{caps}} is still in another set (CapBnd {{bnd}}), from which an exec can bring it back.",
			FR: "Le processus {{process}} a CapEff {{eff}}, sans les deux ; mais {{caps}} est encore dans un autre ensemble (CapBnd {{bnd}}), d'où un exec peut la ramener."},
		Try: say.Text{
			EN: "Drop it from the bounding set: `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`.",
			FR: "Retirez-la de l'ensemble limitant : `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`."}},
	"container.bare-outside": {
		Found: say.Text{
			EN: "Process {{process}} has dropped them, but is not in the box: it is outside in {{kinds}}.",
			FR: "Le processus {{process}} les a abandonnées, mais il n'est pas dans la boîte : il est dehors pour {{kinds}}."},
		Try: say.Text{
			EN: "Type it in shell isolated, in the box. setpriv must be there first: the step's text copies it in.",
			FR: "Tapez-le dans le shell isolated, dans la boîte. setpriv doit d'abord y être : le texte de l'étape l'y copie."}},
	"container.bare-user": {
		Found: say.Text{
			EN: "Process {{process}} is in a user namespace of its own, {{ns}}: CapEff {{eff}} and CapBnd {{bnd}} count there, not in the box. Nothing was dropped, something was left.",
			FR: "Le processus {{process}} est dans son propre espace de noms user, {{ns}} : CapEff {{eff}} et CapBnd {{bnd}} valent là, pas dans la boîte. Rien n'a été abandonné, on est parti."},
		Try: say.Text{
			EN: "`exit`, then stay in the box's user namespace and shrink the sets: `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`.",
			FR: "`exit`, puis restez dans l'espace user de la boîte et réduisez les ensembles : `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`."}},
	"container.bare-ended": {
		Found: say.Text{
			EN: "Process {{process}} was in the box without both, and has ended.",
			FR: "Le processus {{process}} était dans la boîte sans les deux, et s'est terminé."},
		Try: say.Text{
			EN: "Start a shell that way, and stay in it: `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`.",
			FR: "Lancez ainsi un shell, et restez-y : `/usr/bin/setpriv --bounding-set=-sys_admin,-net_raw sh`."}},
}
