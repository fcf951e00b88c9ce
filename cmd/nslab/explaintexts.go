package main

import "github.com/nslab/nslab/checks/say"

var (
	textExplainShort = say.Text{EN: "what a process, path or interface of the lab is, and what the host sees of it", FR: "ce qu'est un processus, un chemin ou une interface du labo, et ce que l'hôte en voit"}
	textExplainLong  = say.Text{
		EN: "Says in a few sentences, of anything in the lab, in which namespaces it is, who\nowns them, and what of it the host can see:\n\n  nslab explain 42           a process, by its PID\n  nslab explain /mnt         a path\n  nslab explain eth0         a network interface\n  nslab explain              the shell you are in\n  nslab explain last         the system calls of the last command\n\nTyped in the lab, a PID, a path or a name is what it is where you typed it;\ntyped in another terminal, what it is in the lab's host.",
		FR: "Dit en quelques phrases, de n'importe quoi dans le labo, dans quels espaces de\nnoms cela se trouve, à qui ils appartiennent, et ce que l'hôte peut en voir :\n\n  nslab explain 42           un processus, par son PID\n  nslab explain /mnt         un chemin\n  nslab explain eth0         une interface réseau\n  nslab explain              le shell où vous êtes\n  nslab explain last         les appels système de la dernière commande\n\nTapé dans le labo, un PID, un chemin ou un nom est ce qu'il est là où vous\ntapez ; dans un autre terminal, ce qu'il est dans l'hôte du labo."}

	textNoProcess   = say.Text{EN: "There is no process {{pid}} here: {{where}} has none of that number. nslab map shows the processes that there are.", FR: "Il n'y a pas de processus {{pid}} ici : {{where}} n'en a aucun de ce numéro. nslab map montre ceux qui existent."}
	textNoProcessIn = say.Text{EN: "There is no process {{pid}} here: {{where}} has none of that number. In the host there is one: {{who}}.", FR: "Il n'y a pas de processus {{pid}} ici : {{where}} n'en a aucun de ce numéro. Dans l'hôte il y en a un : {{who}}."}
	textNoPath      = say.Text{EN: "There is nothing at {{path}}, as seen from {{where}}. What an unmounted or ended namespace held is gone; ls shows what is there.", FR: "Il n'y a rien à {{path}}, vu depuis {{where}}. Ce que contenait un espace démonté ou terminé n'est plus là ; ls montre ce qui s'y trouve."}
	textNoSuchThing = say.Text{EN: "{{name}}: nowhere in the lab. No network namespace has an interface of that name, and there is no such file. Give a PID, a path or an interface; ip link lists the interfaces, nslab map the processes.",
		FR: "{{name}} : nulle part dans le labo. Aucun espace de noms réseau n'a d'interface de ce nom, et il n'y a pas de tel fichier. Donnez un PID, un chemin ou une interface ; ip link liste les interfaces, nslab map les processus."}

	textTheHost     = say.Text{EN: "the host", FR: "l'hôte"}
	textHostNS      = say.Text{EN: "the host's PID namespace", FR: "l'espace de noms PID de l'hôte"}
	textOtherPIDNS  = say.Text{EN: "your PID namespace, {{ns}},", FR: "votre espace de noms PID, {{ns}},"}
	textOtherMntNS  = say.Text{EN: "your mount namespace, {{ns}}", FR: "votre espace de noms mount, {{ns}}"}
	textNSOfHost    = say.Text{EN: "{{ns}}, the host's", FR: "{{ns}}, celui de l'hôte"}
	textNSOfShell   = say.Text{EN: "{{ns}}, that of the shell {{shell}}", FR: "{{ns}}, celui du shell {{shell}}"}
	textNSOfProcess = say.Text{EN: "{{ns}}, that of process {{who}}", FR: "{{ns}}, celui du processus {{who}}"}
	textNSOfFile    = say.Text{EN: "{{ns}}, in which no process is, and which a bind mount keeps", FR: "{{ns}}, où il n'y a aucun processus et qu'un montage bind garde"}

	// A process.
	textProcess       = say.Text{EN: "Process {{pid}} is `{{command}}`.", FR: "Le processus {{pid}} est `{{command}}`."}
	textProcessShell  = say.Text{EN: "Process {{pid}} is `{{command}}`, the shell **{{shell}}** that nslab opened.", FR: "Le processus {{pid}} est `{{command}}`, le shell **{{shell}}** que nslab a ouvert."}
	textProcessZombie = say.Text{EN: "Process {{pid}} was `{{command}}`. It has ended, is in no namespace any more, and stays in the list until its parent, process {{parent}}, asks for its exit status.",
		FR: "Le processus {{pid}} était `{{command}}`. Il est terminé, n'est plus dans aucun espace de noms, et reste dans la liste jusqu'à ce que son parent, le processus {{parent}}, demande son statut de sortie."}
	textPIDHost      = say.Text{EN: "Its PID is {{pid}}, for the host and for itself: it is in the host's PID namespace.", FR: "Son PID est {{pid}}, pour l'hôte et pour lui-même : il est dans l'espace de noms PID de l'hôte."}
	textPIDInside    = say.Text{EN: "The host knows it as PID {{pid}}; in its own PID namespace, {{ns}}, it is PID {{inside}}.", FR: "L'hôte le connaît comme PID {{pid}} ; dans son propre espace de noms PID, {{ns}}, il est PID {{inside}}."}
	textPIDLevels    = say.Text{EN: "It has a PID in each PID namespace it can be seen from: {{pids}}, from the host inwards; the last is its own, in {{ns}}.", FR: "Il a un PID dans chaque espace de noms PID d'où on le voit : {{pids}}, de l'hôte vers l'intérieur ; le dernier est le sien, dans {{ns}}."}
	textPIDFirst     = say.Text{EN: "As PID 1 it is the init of that namespace: when it ends, the kernel ends all others in it.", FR: "PID 1, il est l'init de cet espace : quand il finit, le noyau termine tous les autres."}
	textChildrenIn   = say.Text{EN: "Its children will be born in another PID namespace, {{ns}}.", FR: "Ses enfants naîtront dans un autre espace de noms PID, {{ns}}."}
	textAllShared    = say.Text{EN: "All its namespaces are the host's: nothing of it is isolated.", FR: "Tous ses espaces de noms sont ceux de l'hôte : rien n'est isolé."}
	textSomeShared   = say.Text{EN: "Not the host's: {{own}}. The host's: {{shared}}.", FR: "Distincts de ceux de l'hôte : {{own}}. Ceux de l'hôte : {{shared}}."}
	textNoneShared   = say.Text{EN: "None of its namespaces is the host's: {{own}}.", FR: "Aucun de ses espaces de noms n'est celui de l'hôte : {{own}}."}
	textOwnerHost    = say.Text{EN: "{{what}}: owned by the host's user namespace, {{user}}.", FR: "{{what}} : propriété de l'espace de noms user de l'hôte, {{user}}."}
	textOwner        = say.Text{EN: "{{what}}: owned by the user namespace {{user}}, whose parent is {{parent}}.", FR: "{{what}} : propriété de l'espace de noms user {{user}}, dont le parent est {{parent}}."}
	textUserHost     = say.Text{EN: "It runs as UID {{uid}} of the host's user namespace.", FR: "Il tourne avec l'UID {{uid}} de l'espace de noms user de l'hôte."}
	textUserMapped   = say.Text{EN: "In its user namespace, {{user}} (parent: {{parent}}), it runs as UID {{inside}}, which is UID {{uid}} of the host.", FR: "Dans son espace de noms user, {{user}} (parent : {{parent}}), il tourne avec l'UID {{inside}}, qui est l'UID {{uid}} de l'hôte."}
	textUserUnmapped = say.Text{EN: "In its user namespace, {{user}} (parent: {{parent}}), its UID has no number: `id` shows 65534, nobody. For the host it is UID {{uid}}.", FR: "Dans son espace de noms user, {{user}} (parent : {{parent}}), son UID n'a pas de numéro : `id` affiche 65534, nobody. Pour l'hôte, c'est l'UID {{uid}}."}
	textCapsAll      = say.Text{EN: "It has all capabilities, over its user namespace and those that this one owns.", FR: "Il a toutes les capacités, sur son espace de noms user et sur ceux que celui-ci possède."}
	textCapsNone     = say.Text{EN: "It has no capability.", FR: "Il n'a aucune capacité."}
	textCapsBut      = say.Text{EN: "It has all capabilities but {{names}}, over its user namespace and those that this one owns.", FR: "Il a toutes les capacités sauf {{names}}, sur son espace de noms user et sur ceux que celui-ci possède."}
	textCapsSome     = say.Text{EN: "It has these capabilities, over its user namespace and those that this one owns: {{names}}.", FR: "Il a ces capacités, sur son espace de noms user et sur ceux que celui-ci possède : {{names}}."}
	textRootHost     = say.Text{EN: "Its root directory is the host's.", FR: "Son répertoire racine est celui de l'hôte."}
	textRootOther    = say.Text{EN: "Its root directory is not the host's: it is {{path}} of the mount on {{mount}} ({{fs}}).", FR: "Son répertoire racine n'est pas celui de l'hôte : c'est {{path}} du montage sur {{mount}} ({{fs}})."}
	textRootUnknown  = say.Text{EN: "Its root directory is not the host's.", FR: "Son répertoire racine n'est pas celui de l'hôte."}
	textCgroupHost   = say.Text{EN: "It is in the host's cgroup.", FR: "Il est dans le cgroup de l'hôte."}
	textCgroup       = say.Text{EN: "Its cgroup is {{path}}, below the host's.", FR: "Son cgroup est {{path}}, sous celui de l'hôte."}
	textSeesProcess  = say.Text{EN: "The host sees the process itself: `ps` there shows PID {{pid}}.", FR: "L'hôte voit le processus lui-même : `ps` y montre le PID {{pid}}."}
	textSeesAll      = say.Text{EN: "The host sees all that it sees: names, mounts, interfaces and objects are the same.", FR: "L'hôte voit tout ce qu'il voit : noms, montages, interfaces et objets sont les mêmes."}
	textSeesNot      = say.Text{EN: "The host does not see {{what}}.", FR: "L'hôte ne voit pas {{what}}."}
	textNotUTS       = say.Text{EN: "its host name ({{name}})", FR: "son nom d'hôte ({{name}})"}
	textNotMnt       = say.Text{EN: "its mounts (but for those that travel by propagation)", FR: "ses montages (sauf ceux qui voyagent par propagation)"}
	textNotNet       = say.Text{EN: "its network interfaces ({{names}})", FR: "ses interfaces réseau ({{names}})"}
	textNotIPC       = say.Text{EN: "its System V objects and message queues", FR: "ses objets System V et ses files de messages"}
	textNotTime      = say.Text{EN: "its clocks", FR: "ses horloges"}
	textAnd          = say.Text{EN: "and", FR: "et"}

	// A path.
	textPathOn        = say.Text{EN: "{{path}} is on the mount on {{point}} (ID {{id}}) in the mount namespace {{whose}}.", FR: "{{path}} est sur le montage de {{point}} (ID {{id}}) dans l'espace de noms mount {{whose}}."}
	textMountWhole    = say.Text{EN: "The file system is {{fs}}, its source {{source}} (device {{dev}}).", FR: "Le système de fichiers est {{fs}}, sa source {{source}} (périphérique {{dev}})."}
	textMountPart     = say.Text{EN: "It shows not the whole file system but its directory {{root}}, as a bind mount does. The file system is {{fs}}, its source {{source}} (device {{dev}}).", FR: "Il ne montre pas tout le système de fichiers mais son répertoire {{root}}, comme le fait un montage bind. Le système de fichiers est {{fs}}, sa source {{source}} (périphérique {{dev}})."}
	textPropPrivate   = say.Text{EN: "Its propagation is private: mounts made under it stay in this mount namespace, and none arrives.", FR: "Sa propagation est private : les montages faits dessous restent dans cet espace de noms mount, et aucun n'y arrive."}
	textPropShared    = say.Text{EN: "Its propagation is shared (peer group {{group}}): mounts made under it appear at its peers too, and theirs here.", FR: "Sa propagation est shared (groupe de pairs {{group}}) : les montages faits dessous apparaissent aussi chez ses pairs, et les leurs ici."}
	textPropSlave     = say.Text{EN: "Its propagation is slave (of peer group {{group}}): mounts made there arrive here, and none goes back.", FR: "Sa propagation est slave (du groupe de pairs {{group}}) : les montages faits là-bas arrivent ici, et aucun ne repart."}
	textPropBoth      = say.Text{EN: "Its propagation is shared and slave: it receives from peer group {{master}} and passes on to group {{group}}.", FR: "Sa propagation est shared et slave : il reçoit du groupe {{master}} et transmet au groupe {{group}}."}
	textPropUnbind    = say.Text{EN: "Its propagation is unbindable: private, and it cannot be bound elsewhere.", FR: "Sa propagation est unbindable : private, et on ne peut pas le lier ailleurs."}
	textHostPathIs    = say.Text{EN: "It is the host's own mount namespace: the host sees this.", FR: "C'est l'espace de noms mount de l'hôte : l'hôte voit ceci."}
	textHostPathSame  = say.Text{EN: "In the host's mount namespace, {{host}}, the same path leads to the same directory of the same file system: the host sees the same files.", FR: "Dans l'espace de noms mount de l'hôte, {{host}}, le même chemin mène au même répertoire du même système de fichiers : l'hôte voit les mêmes fichiers."}
	textHostPathOther = say.Text{EN: "The host does not see it there: in its mount namespace, {{host}}, the same path is on the mount on {{point}} ({{fs}}).", FR: "L'hôte ne le voit pas là : dans son espace de noms mount, {{host}}, le même chemin est sur le montage de {{point}} ({{fs}})."}

	// An interface.
	textLink       = say.Text{EN: "{{name}} is in the network namespace {{whose}}.", FR: "{{name}} est dans l'espace de noms réseau {{whose}}."}
	textLinkUp     = say.Text{EN: "A {{type}} interface, up, with {{addresses}}.", FR: "Une interface {{type}}, active (up), avec {{addresses}}."}
	textLinkDown   = say.Text{EN: "A {{type}} interface, down, with {{addresses}}.", FR: "Une interface {{type}}, inactive (down), avec {{addresses}}."}
	textNoCarrier  = say.Text{EN: "It has no carrier: nothing is up at its other end.", FR: "Elle n'a pas de porteuse : rien n'est actif à l'autre bout."}
	textNoAddress  = say.Text{EN: "no address", FR: "aucune adresse"}
	textAddress    = say.Text{EN: "the address {{list}}", FR: "l'adresse {{list}}"}
	textAddresses  = say.Text{EN: "the addresses {{list}}", FR: "les adresses {{list}}"}
	textPeer       = say.Text{EN: "It is one end of a veth pair; the other is {{peer}}, in {{whose}}.", FR: "C'est un bout d'une paire veth ; l'autre est {{peer}}, dans {{whose}}."}
	textPeerGone   = say.Text{EN: "It is one end of a veth pair; the other is in no network namespace of the lab that can be seen.", FR: "C'est un bout d'une paire veth ; l'autre n'est dans aucun espace de noms réseau visible du labo."}
	textBridge     = say.Text{EN: "It is a port of the bridge {{bridge}}.", FR: "C'est un port du pont {{bridge}}."}
	textLinkOwner  = say.Text{EN: "Its network namespace is owned by the user namespace {{whose}}: who has cap_net_admin there may change it.", FR: "Son espace de noms réseau appartient à l'espace de noms user {{whose}} : qui y a cap_net_admin peut la modifier."}
	textHostLink   = say.Text{EN: "The host sees it: `ip link` there lists it.", FR: "L'hôte la voit : `ip link` l'y affiche."}
	textHostPeer   = say.Text{EN: "The host does not see it, but its peer: `ip link` there lists {{peer}}.", FR: "L'hôte ne la voit pas, mais voit l'autre bout : `ip link` y affiche {{peer}}."}
	textHostNoLink = say.Text{EN: "The host sees nothing of it.", FR: "L'hôte n'en voit rien."}
	textLinkHere   = say.Text{EN: "You are in this network namespace.", FR: "Vous êtes dans cet espace de noms réseau."}
)
