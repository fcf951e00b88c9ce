package main

import "github.com/nslab/nslab/checks/say"

// The words of nslab map.
var (
	textMapShort = say.Text{EN: "draw the lab's namespaces, with the processes in them", FR: "dessiner les espaces de noms du labo et leurs processus"}
	textMapLong  = say.Text{
		EN: "Draws the namespaces of the open lesson's lab as a tree, with the processes in\nthem: all kinds together, or one kind, named as in /proc/PID/ns:\n",
		FR: "Dessine les espaces de noms du labo de la leçon ouverte sous forme d'arbre, avec\nleurs processus : toutes les sortes ensemble, ou une seule, nommée comme dans\n/proc/PID/ns :\n"}
	textMapJSONHelp = say.Text{
		EN: "With --json: lesson, kind (or \"all\"), omitted (what the map has only a\n" +
			"part of, where there is too much of it), and tree, a node:\n" +
			"  host         true for the root: the host's own namespaces\n" +
			"  namespaces   inode numbers by kind; only the known ones\n" +
			"  new          kinds in which it differs from its parent\n" +
			"  own, shared  kinds in which it differs from the host, or does not\n" +
			"  holds        what the host's, or the new, namespaces hold, by kind:\n" +
			"               user (uid_map), mnt (mounts), uts (hostname, domainname),\n" +
			"               ipc (queues, segments, semaphores, posix), net (interfaces),\n" +
			"               time (boottime, monotonic: offsets in seconds)\n" +
			"  files        where files that keep these namespaces are mounted\n" +
			"  processes    pid, pid_inside, comm, command, shell, zombie,\n" +
			"               pid_for_children and time_for_children where they differ\n" +
			"  children     nodes below",
		FR: "Avec --json : lesson, kind (ou « all »), omitted (ce dont la carte n'a\n" +
			"qu'une partie, quand il y en a trop), et tree, un nœud :\n" +
			"  host         vrai pour la racine : les espaces de noms de l'hôte\n" +
			"  namespaces   numéros d'inode par sorte ; seulement ceux qu'on connaît\n" +
			"  new          sortes où il diffère de son parent\n" +
			"  own, shared  sortes où il diffère de l'hôte, et où il n'en diffère pas\n" +
			"  holds        ce que contiennent ceux de l'hôte, ou les nouveaux, par sorte :\n" +
			"               user (uid_map), mnt (mounts), uts (hostname, domainname),\n" +
			"               ipc (queues, segments, semaphores, posix), net (interfaces),\n" +
			"               time (boottime, monotonic : décalages en secondes)\n" +
			"  files        où sont montés les fichiers qui gardent ces espaces de noms\n" +
			"  processes    pid, pid_inside, comm, command, shell, zombie,\n" +
			"               pid_for_children et time_for_children là où ils diffèrent\n" +
			"  children     nœuds en dessous"}
	textFlagSVG = say.Text{EN: "write the picture to `FILE`, as SVG; - is standard output", FR: "écrire l'image dans `FICHIER`, en SVG ; - est la sortie standard"}

	textMapUnknownKind = say.Text{EN: "there is no kind of namespace {{kind}}; the kinds are: {{kinds}}", FR: "il n'y a pas de sorte d'espaces de noms {{kind}} ; les sortes sont : {{kinds}}"}
	textMapNoKind      = say.Text{EN: "this kernel has no {{kind}} namespaces", FR: "ce noyau n'a pas d'espaces de noms {{kind}}"}
	textMapOneForm     = say.Text{EN: "--json and --svg are two forms of the same map: choose one", FR: "--json et --svg sont deux formes de la même carte : choisissez-en une"}
	textMapNoFile      = say.Text{EN: "--svg: name a file, or - for standard output", FR: "--svg : nommez un fichier, ou - pour la sortie standard"}
	textMapWritten     = say.Text{EN: "The map is in {{file}}.", FR: "La carte est dans {{file}}."}

	textMapTitle    = say.Text{EN: "Lesson {{lesson}}: the lab's namespaces", FR: "Leçon {{lesson}} : les espaces de noms du labo"}
	textMapTitleOne = say.Text{EN: "Lesson {{lesson}}: the lab's {{kind}} namespaces", FR: "Leçon {{lesson}} : les espaces de noms {{kind}} du labo"}
	textMapPart     = say.Text{EN: " (a part of them: there is more in the lab than nslab looks at)", FR: " (une partie : il y a plus dans le labo que ce que nslab examine)"}
	textMapDesc     = say.Text{EN: "Each box is a namespace, or a set of namespaces, with the processes in it; boxes in a box come from there. A number in brackets is the inode number of a namespace.",
		FR: "Chaque cadre est un espace de noms, ou un ensemble d'espaces de noms, avec ses processus ; les cadres dans un cadre en sont issus. Un nombre entre crochets est le numéro d'inode d'un espace de noms."}

	textMapHost        = say.Text{EN: "the host's: {{namespaces}}", FR: "ceux de l'hôte : {{namespaces}}"}
	textMapHostOne     = say.Text{EN: "the host's: {{namespaces}}", FR: "celui de l'hôte : {{namespaces}}"}
	textMapOwn         = say.Text{EN: "own: {{namespaces}}", FR: "propre : {{namespaces}}"}
	textMapOwnMany     = say.Text{EN: "own: {{namespaces}}", FR: "propres : {{namespaces}}"}
	textMapOwnAbove    = say.Text{EN: "own, as above: {{namespaces}}", FR: "propre, comme au-dessus : {{namespaces}}"}
	textMapShared      = say.Text{EN: "shared with the host: {{kinds}}", FR: "partagé avec l'hôte : {{kinds}}"}
	textMapSharedNone  = say.Text{EN: "shared with the host: nothing", FR: "partagé avec l'hôte : rien"}
	textMapEmpty       = say.Text{EN: "no process is in it", FR: "aucun processus n'y est"}
	textMapKept        = say.Text{EN: "kept by the file {{files}}", FR: "gardé par le fichier {{files}}"}
	textMapMore        = say.Text{EN: "more processes: {{n}}", FR: "autres processus : {{n}}"}
	textMapInside      = say.Text{EN: "inside: {{pid}}", FR: "dedans : {{pid}}"}
	textMapShell       = say.Text{EN: "shell {{shell}}", FR: "shell {{shell}}"}
	textMapZombie      = say.Text{EN: "zombie: ended, not yet waited for", FR: "zombie : terminé, pas encore attendu"}
	textMapForChildren = say.Text{EN: "its children: {{namespaces}}", FR: "ses enfants : {{namespaces}}"}

	textMapHostName   = say.Text{EN: "host name {{name}}", FR: "nom d'hôte {{name}}"}
	textMapDomain     = say.Text{EN: "domain {{name}}", FR: "domaine {{name}}"}
	textMapMounts     = say.Text{EN: "mounts: {{n}}", FR: "montages : {{n}}"}
	textMapNoUIDMap   = say.Text{EN: "uid_map empty", FR: "uid_map vide"}
	textMapQueues     = say.Text{EN: "message queues: {{n}}", FR: "files de messages : {{n}}"}
	textMapSegments   = say.Text{EN: "shared memory segments: {{n}}", FR: "segments de mémoire partagée : {{n}}"}
	textMapSemaphores = say.Text{EN: "semaphore sets: {{n}}", FR: "jeux de sémaphores : {{n}}"}
	textMapPOSIX      = say.Text{EN: "POSIX queues: {{names}}", FR: "files POSIX : {{names}}"}
	textMapNoIPC      = say.Text{EN: "no IPC objects", FR: "aucun objet IPC"}
	textMapUp         = say.Text{EN: "{{link}} up", FR: "{{link}} active"}
	textMapDown       = say.Text{EN: "{{link}} down", FR: "{{link}} inactive"}
	textMapPeer       = say.Text{EN: "peer {{link}} in {{namespace}}", FR: "pair {{link}} dans {{namespace}}"}
	textMapTime       = say.Text{EN: "offsets: boottime {{boot}} s, monotonic {{monotonic}} s", FR: "décalages : boottime {{boot}} s, monotonic {{monotonic}} s"}

	textFlagWatch    = say.Text{EN: "follow the lab live, and mark what changes", FR: "suivre le labo en direct, et marquer ce qui change"}
	textMapWatchHelp = say.Text{
		EN: "With --watch it follows the lab until you leave with q or Ctrl-C: open it in a\nsecond terminal. What is new or has changed since the lab was last at rest is\nmarked [new] or [changed], and listed above the tree with what is gone. The\narrow keys, Page Up and Page Down scroll; 0 goes back to what has changed.",
		FR: "Avec --watch, elle suit le labo jusqu'à ce que vous partiez avec q ou Ctrl-C :\nouvrez-la dans un second terminal. Ce qui est nouveau ou a changé depuis le\ndernier repos du labo est marqué [nouveau] ou [changé], et listé au-dessus de\nl'arbre avec ce qui a disparu. Les flèches, Page précédente et Page suivante\nfont défiler ; 0 revient à ce qui a changé."}
	textMapNew        = say.Text{EN: "new", FR: "nouveau"}
	textMapGone       = say.Text{EN: "gone", FR: "disparu"}
	textMapChanged    = say.Text{EN: "changed", FR: "changé"}
	textMapMoved      = say.Text{EN: "now in {{namespaces}}", FR: "maintenant dans {{namespaces}}"}
	textMapChange     = say.Text{EN: "{{word}}: {{what}}", FR: "{{word}} : {{what}}"}
	textMapSince      = say.Text{EN: "What has changed:", FR: "Ce qui a changé :"}
	textMapCutChanges = say.Text{EN: "... more lines: {{n}}", FR: "... autres lignes : {{n}}"}
	textMapCutAbove   = say.Text{EN: "(more lines above: {{n}})", FR: "(autres lignes au-dessus : {{n}})"}
	textMapCutBelow   = say.Text{EN: "(more lines below: {{n}})", FR: "(autres lignes en dessous : {{n}})"}
	textMapKeys       = say.Text{EN: "{{time}}  q: leave  arrows: scroll", FR: "{{time}}  q : quitter  flèches : défiler"}
	textMapWaits      = say.Text{EN: "No lesson is open. Waiting for one: nslab run in another terminal. Ctrl-C leaves.", FR: "Aucune leçon n'est ouverte. En attente d'une : nslab run dans un autre terminal. Ctrl-C quitte."}
	textMapEnded      = say.Text{EN: "Lesson {{lesson}} has ended. Waiting for the next: nslab run in another terminal. Ctrl-C leaves.", FR: "La leçon {{lesson}} est terminée. En attente de la suivante : nslab run dans un autre terminal. Ctrl-C quitte."}
	textMapOver       = say.Text{EN: "Lesson {{lesson}} has ended.", FR: "La leçon {{lesson}} est terminée."}
	textMapWatchSVG   = say.Text{EN: "--watch follows the lab, --svg draws it once: choose one", FR: "--watch suit le labo, --svg le dessine une fois : choisissez l'un des deux"}
)
