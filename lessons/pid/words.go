package pid

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// looking says how to find the number from the host.
var looking = say.Text{
	EN: "In shell host, `ps -ef` shows each process with its parent (PPID). Look for the bash whose parent is `unshare`. `grep NSpid /proc/PID/status` shows all numbers of one process.",
	FR: "Dans le shell host, `ps -ef` montre chaque processus et son parent (PPID). Cherchez le bash dont le parent est `unshare`. `grep NSpid /proc/PID/status` montre tous les numéros d'un processus."}

// reading is what to try in step illusion.
var reading = say.Text{
	EN: "What does ps read to get its list? Answer with the name of the directory: `nslab answer NAME`.",
	FR: "Que lit ps pour obtenir sa liste ? Répondez par le nom du répertoire : `nslab answer NOM`."}

// line is the course's for step proc.
var line = say.Text{
	EN: "In shell isolated: `unshare --fork --pid --mount-proc bash`, and stay in it.",
	FR: "Dans le shell isolated : `unshare --fork --pid --mount-proc bash`, et restez-y."}

// words are the sentences of the lesson's findings. What was expected is said once a step, in pid.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"pid.first": {Found: say.Text{
		EN: "Process {{process}} has number 1 in the PID namespace {{ns}}; the host's is {{host-ns}}.",
		FR: "Le processus {{process}} porte le numéro 1 dans l'espace de noms PID {{ns}} ; celui de l'hôte est {{host-ns}}."}},
	"pid.outside": {Found: say.Text{
		EN: "Right: {{number}} in the host's PID namespace, {{host-ns}}, is 1 in {{ns}}. One process, one number in each namespace from which it can be seen.",
		FR: "C'est bien cela : {{number}} dans l'espace de noms PID de l'hôte, {{host-ns}}, est 1 dans {{ns}}. Un seul processus, un numéro dans chaque espace d'où on le voit."}},
	"pid.illusion": {Found: say.Text{
		EN: "Right: ps reads /proc, and the proc file system mounted there is still the one of the host's PID namespace, {{host-ns}}.",
		FR: "C'est bien cela : ps lit /proc, et le système de fichiers proc monté là est toujours celui de l'espace de noms PID de l'hôte, {{host-ns}}."}},
	"pid.own-proc": {Found: say.Text{
		EN: "To process {{process}}, /proc shows the PID namespace {{ns}} and nothing else; it is mounted in {{mnt}}, and the host's /proc has not changed.",
		FR: "Au processus {{process}}, /proc montre l'espace de noms PID {{ns}} et rien d'autre ; il est monté dans {{mnt}}, et le /proc de l'hôte n'a pas changé."}},
	"pid.all-ended": {Found: say.Text{
		EN: "PID 1 of {{ns}}, process {{process}}, has ended, and with it all that the namespace held: {{others}}.",
		FR: "Le PID 1 de {{ns}}, le processus {{process}}, s'est terminé, et avec lui tout ce que contenait l'espace de noms : {{others}}."}},

	// Step first.
	"pid.only-named": {
		Found: say.Text{
			EN: "PID 1 of your namespace, process {{process}}, has the name of a shell, but runs {{exe}}.",
			FR: "Le PID 1 de votre espace de noms, le processus {{process}}, a le nom d'un shell, mais exécute {{exe}}."},
		Try: say.Text{
			EN: "Have `unshare` start a real one: `unshare --fork --pid bash`.",
			FR: "Faites lancer un vrai shell par `unshare` : `unshare --fork --pid bash`."}},
	"pid.not-shell": {
		Found: say.Text{
			EN: "There is a PID 1, process {{process}}, but it is no shell.",
			FR: "Il y a bien un PID 1, le processus {{process}}, mais ce n'est pas un shell."},
		Try: say.Text{
			EN: "Let `unshare` start `bash`: `unshare --fork --pid bash`. In it `echo $$` says which number it has.",
			FR: "Faites lancer `bash` par `unshare` : `unshare --fork --pid bash`. `echo $$` y dit quel est son numéro."}},
	"pid.not-forked": {
		Found: say.Text{
			EN: "Process {{process}} has asked for a new PID namespace, but is still in the host's, {{host-ns}}: a process never changes its own number. Only its children are born in the new one; the first becomes PID 1, and when that has ended no other can be born (`fork: Cannot allocate memory`).",
			FR: "Le processus {{process}} a demandé un nouvel espace de noms PID, mais est encore dans celui de l'hôte, {{host-ns}} : un processus ne change jamais de numéro. Seuls ses enfants naissent dans le nouveau ; le premier devient PID 1, et lorsqu'il s'est terminé, plus aucun ne peut naître (`fork: Cannot allocate memory`)."},
		Try: say.Text{
			EN: "Leave this shell with Ctrl-D (it cannot start commands any more). With `--fork`, `unshare` makes bash its child, and so PID 1.",
			FR: "Quittez ce shell par Ctrl-D (il ne peut plus lancer de commandes). Avec `--fork`, `unshare` fait de bash son enfant, et donc le PID 1."}},
	"pid.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}} `{{command}}` is a function or an alias of yours: it says what you like, and the kernel was not asked.",
			FR: "Dans le shell {{shell}}, `{{command}}` est une fonction ou un alias de votre fait : il dit ce que vous voulez, sans rien demander au noyau."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}`, then the real one.",
			FR: "`unset -f {{command}}; unalias {{command}}`, puis le vrai."}},
	"pid.left": {
		Found: say.Text{
			EN: "There was a PID 1 of your own, process {{process}}, in {{ns}}. It has ended, and its namespace with it.",
			FR: "Vous avez eu un PID 1, le processus {{process}}, dans {{ns}}. Il s'est terminé, et son espace de noms avec lui."},
		Try: say.Text{
			EN: "`unshare --fork --pid bash` once more, and stay in that shell.",
			FR: "`unshare --fork --pid bash` encore une fois, et restez dans ce shell."}},
	"pid.without-fork": {
		Found: say.Text{
			EN: "`{{typed}}` lacks `--fork`: the program itself kept its number, and stayed in the host's PID namespace. Its first command became PID 1 of the new one; when that ended, no other could be started.",
			FR: "Il manque `--fork` à `{{typed}}` : le programme lui-même a gardé son numéro, et est resté dans l'espace de noms PID de l'hôte. Sa première commande est devenue le PID 1 du nouveau ; celle-ci terminée, aucune autre ne pouvait démarrer."},
		Try: say.Text{
			EN: "The same line with `--fork`: then the program is a child of `unshare`, and born in the new namespace.",
			FR: "La même ligne avec `--fork` : le programme est alors un enfant d'`unshare`, et naît dans le nouvel espace."}},
	"pid.without-pid": {
		Found: say.Text{
			EN: "`{{typed}}` makes no PID namespace: the option for it is missing.",
			FR: "`{{typed}}` ne crée pas d'espace de noms PID : l'option qui le demande manque."},
		Try: say.Text{
			EN: "`--pid` asks for the namespace, `--fork` for a child that is born in it: `unshare --fork --pid bash`.",
			FR: "`--pid` demande l'espace de noms, `--fork` un enfant qui y naît : `unshare --fork --pid bash`."}},
	"pid.other-kinds": {
		Found: say.Text{
			EN: "Process {{process}} has namespaces of its own, but of other kinds: {{kinds}}. Its PID namespace is the host's, {{host-ns}}.",
			FR: "Le processus {{process}} a des espaces de noms à lui, mais d'autres sortes : {{kinds}}. Son espace de noms PID est celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "Add `--pid --fork`.",
			FR: "Ajoutez `--pid --fork`."}},
	"pid.ended-at-once": {
		Found: say.Text{
			EN: "`{{typed}}` was typed, but nobody is in a PID namespace of your own now: it ended with its first process.",
			FR: "`{{typed}}` a été tapé, mais personne n'est plus dans un espace de noms PID à vous : il a pris fin avec son premier processus."},
		Try: say.Text{
			EN: "Start a shell in it, and stay there: `unshare --fork --pid bash`.",
			FR: "Lancez-y un shell, et restez-y : `unshare --fork --pid bash`."}},
	"pid.refused": {
		Found: say.Text{
			EN: "`{{typed}}` failed with exit status {{status}}.",
			FR: "`{{typed}}` a échoué avec le code de retour {{status}}."},
		Try: say.Text{
			EN: "Read what it said, and compare letter by letter: `unshare --fork --pid bash`. After `Cannot allocate memory` leave the shell with Ctrl-D first.",
			FR: "Lisez ce qu'il a dit, et comparez lettre à lettre : `unshare --fork --pid bash`. Après `Cannot allocate memory`, quittez d'abord le shell par Ctrl-D."}},
	"pid.plain": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no namespace at all: what it starts is in the host's.",
			FR: "`{{typed}}` ne demande aucun espace de noms : ce qui est lancé reste dans ceux de l'hôte."},
		Try: say.Text{
			EN: "`unshare --fork --pid bash`.",
			FR: "`unshare --fork --pid bash`."}},
	"pid.none-made": {
		Found: say.Text{
			EN: "Every process of the lab is in the host's PID namespace, {{host-ns}}.",
			FR: "Tous les processus du labo sont dans l'espace de noms PID de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "In shell isolated: `unshare --fork --pid bash`.",
			FR: "Dans le shell isolated : `unshare --fork --pid bash`."}},

	// Step two-pids.
	"pid.nobody": {
		Found: say.Text{
			EN: "No process is PID 1 in a namespace of yours, and none has been: there is nothing to answer about yet.",
			FR: "Aucun processus n'est PID 1 dans un espace de noms à vous, et aucun ne l'a été : il n'y a encore rien à répondre."},
		Try: say.Text{
			EN: "In shell isolated do step first again: `unshare --fork --pid bash`. Leave it open and look from shell host.",
			FR: "Dans le shell isolated, refaites l'étape first : `unshare --fork --pid bash`. Laissez-le ouvert et regardez depuis le shell host."}},
	"pid.no-pid-answered": {
		Found: say.Text{EN: "No answer yet.", FR: "Pas encore de réponse."},
		Try: say.Text{
			EN: "In shell host, `ps aux`; then `nslab answer NUMBER`.",
			FR: "Dans le shell host, `ps aux` ; puis `nslab answer NUMÉRO`."}},
	"pid.no-number": {
		Found: say.Text{
			EN: "There is no number in the answer “{{answer}}”.",
			FR: "Il n'y a pas de nombre dans la réponse « {{answer}} »."},
		Try: say.Text{
			EN: "A PID is a number. In shell host, `ps aux`; then `nslab answer NUMBER`.",
			FR: "Un PID est un nombre. Dans le shell host, `ps aux` ; puis `nslab answer NUMÉRO`."}},
	"pid.several-numbers": {
		Found: say.Text{
			EN: "There are several numbers in the answer “{{answer}}”.",
			FR: "Il y a plusieurs nombres dans la réponse « {{answer}} »."},
		Try: looking},
	"pid.inside": {
		Found: say.Text{
			EN: "1 is what the shell calls itself, inside. The host has a PID 1 of its own: the lab's init.",
			FR: "1 est le numéro que le shell se donne, au-dedans. L'hôte a son propre PID 1 : l'init du labo."},
		Try: looking},
	"pid.waits": {
		Found: say.Text{
			EN: "Close: process {{process}} is the parent. It made the namespace, stayed in the host's, and waits for its child. The child is the one that is PID 1.",
			FR: "Presque : le processus {{process}} est le parent. Il a créé l'espace de noms, est resté dans celui de l'hôte, et attend son enfant. C'est l'enfant qui est PID 1."},
		Try: looking},
	"pid.machines": {
		Found: say.Text{
			EN: "{{number}} is its number on the real machine, outside the lab: it has three, not two. Asked for is the one that the lab's host sees.",
			FR: "{{number}} est son numéro sur la vraie machine, hors du labo : il en a trois, et non deux. On demande celui que voit l'hôte du labo."},
		Try: looking},
	"pid.inode": {
		Found: say.Text{
			EN: "{{number}} is the inode number of a PID namespace, not of a process in it.",
			FR: "{{number}} est le numéro d'inode d'un espace de noms PID, non celui d'un processus."},
		Try: looking},
	"pid.shells-own": {
		Found: say.Text{
			EN: "{{number}} is the bash with which shell {{process}} began. It is in the host's PID namespace, and the same number inside and outside.",
			FR: "{{number}} est le bash par lequel le shell {{process}} a commencé. Il est dans l'espace de noms PID de l'hôte, et n'a que ce numéro."},
		Try: looking},
	"pid.member": {
		Found: say.Text{
			EN: "Process {{process}} is in the namespace, but is not its PID 1.",
			FR: "Le processus {{process}} est dans l'espace de noms, mais n'en est pas le PID 1."},
		Try: looking},
	"pid.another": {
		Found: say.Text{
			EN: "Process {{process}} is in the host's PID namespace: its number is the same everywhere in the lab.",
			FR: "Le processus {{process}} est dans l'espace de noms PID de l'hôte : il n'a qu'un numéro dans tout le labo."},
		Try: looking},
	"pid.no-process": {
		Found: say.Text{
			EN: "The host sees no process with the number {{number}}.",
			FR: "L'hôte ne voit aucun processus de numéro {{number}}."},
		Try: looking},

	// Step illusion.
	"pid.no-why-answered": {
		Found: say.Text{EN: "No answer yet.", FR: "Pas encore de réponse."},
		Try:   reading},
	"pid.not-read": {
		Found: say.Text{
			EN: "The answer “{{answer}}” says that ps does not read it, or could not. But it does.",
			FR: "La réponse « {{answer}} » dit que ps ne le lit pas, ou ne le peut pas. Or il le lit."},
		Try: reading},
	"pid.another-path": {
		Found: say.Text{
			EN: "{{path}} is not where ps finds its list of processes.",
			FR: "{{path}} n'est pas l'endroit où ps trouve sa liste de processus."},
		Try: reading},
	"pid.which-mount": {
		Found: say.Text{
			EN: "You are near: “{{answer}}”. But which file system, and where is it mounted?",
			FR: "Vous y êtes presque : « {{answer}} ». Mais quel système de fichiers, et monté où ?"},
		Try: reading},
	"pid.is-isolated": {
		Found: say.Text{
			EN: "The namespace is there: `echo $$` says 1, and `readlink /proc/self/ns/pid` differs in the two shells. It is ps that looks elsewhere.",
			FR: "L'espace de noms est bien là : `echo $$` dit 1, et `readlink /proc/self/ns/pid` diffère d'un shell à l'autre. C'est ps qui regarde ailleurs."},
		Try: reading},
	"pid.elsewhere": {
		Found: say.Text{
			EN: "“{{answer}}” does not explain it. There is no system call that lists processes: ps has to get its list from somewhere.",
			FR: "« {{answer}} » ne l'explique pas. Aucun appel système n'énumère les processus : ps doit bien prendre sa liste quelque part."},
		Try: reading},

	// Step proc.
	"pid.over-hosts": {
		Found: say.Text{
			EN: "The host's own /proc now shows {{ns}} instead of {{host-ns}}: it was mounted without a mount namespace, so everyone sees it. In shell host, ps is lost.",
			FR: "Le /proc de l'hôte lui-même montre maintenant {{ns}} au lieu de {{host-ns}} : il a été monté sans espace de noms de montage, et tous le voient. Dans le shell host, ps est perdu."},
		Try: say.Text{
			EN: "`umount /proc` in shell host brings back the one below. Then `exit` in isolated, and `unshare --fork --pid --mount-proc bash`, which makes a mount namespace first.",
			FR: "`umount /proc` dans le shell host fait réapparaître celui du dessous. Puis `exit` dans isolated, et `unshare --fork --pid --mount-proc bash`, qui crée d'abord un espace de noms de montage."}},
	"pid.hosts-gone": {
		Found: say.Text{
			EN: "In the host no proc file system is visible on /proc any more: it was unmounted, or something else was mounted over it.",
			FR: "Chez l'hôte, plus aucun système de fichiers proc n'est visible sur /proc : il a été démonté, ou autre chose est monté par-dessus."},
		Try: say.Text{
			EN: "In shell host: `umount /proc` takes away what covers it; if /proc is then empty, `mount -t proc proc /proc`.",
			FR: "Dans le shell host : `umount /proc` ôte ce qui le couvre ; si /proc est alors vide, `mount -t proc proc /proc`."}},
	"pid.mounted-elsewhere": {
		Found: say.Text{
			EN: "A new proc is mounted on {{point}}. But ps reads /proc, and there process {{process}} still sees {{shown}}.",
			FR: "Un nouveau proc est monté sur {{point}}. Mais ps lit /proc, et le processus {{process}} y voit encore {{shown}}."},
		Try: say.Text{
			EN: "Mount it on /proc: `mount -t proc proc /proc`, in a mount namespace of its own. Or all at once: `unshare --fork --pid --mount-proc bash`.",
			FR: "Montez-le sur /proc : `mount -t proc proc /proc`, dans un espace de noms de montage à part. Ou d'un coup : `unshare --fork --pid --mount-proc bash`."}},
	"pid.not-proc": {
		Found: say.Text{
			EN: "What process {{process}} sees on /proc is no proc file system, or only a part of one.",
			FR: "Ce que le processus {{process}} voit sur /proc n'est pas un système de fichiers proc, ou seulement un morceau."},
		Try: say.Text{
			EN: "`umount /proc`, then `mount -t proc proc /proc`: the type counts, the name before it does not.",
			FR: "`umount /proc`, puis `mount -t proc proc /proc` : c'est le type qui compte, non le nom qui suit."}},
	"pid.wrong-proc": {
		Found: say.Text{
			EN: "A new proc is mounted, but it shows {{shown}}, and process {{process}} is in {{ns}}. A proc shows the PID namespace of the process that mounts it: it was mounted before the namespace was there, or from outside.",
			FR: "Un nouveau proc est monté, mais il montre {{shown}}, et le processus {{process}} est dans {{ns}}. Un proc montre l'espace de noms PID du processus qui le monte : il a été monté avant que l'espace n'existe, ou du dehors."},
		Try: say.Text{
			EN: "Type `mount -t proc proc /proc` in the shell that is PID 1.",
			FR: "Tapez `mount -t proc proc /proc` dans le shell qui est PID 1."}},
	"pid.not-mounted": {
		Found: say.Text{
			EN: "Process {{process}} has a PID namespace, {{ns}}, and a mount namespace, {{mnt}}. But the latter began as a copy: /proc in it still shows {{shown}}.",
			FR: "Le processus {{process}} a un espace de noms PID, {{ns}}, et un espace de noms de montage, {{mnt}}. Mais celui-ci a commencé par une copie : /proc y montre encore {{shown}}."},
		Try: say.Text{
			EN: "In that shell: `mount -t proc proc /proc`.",
			FR: "Dans ce shell : `mount -t proc proc /proc`."}},
	"pid.shared-mounts": {
		Found: say.Text{
			EN: "Process {{process}} is in a PID namespace of its own, {{ns}}, but shares the host's mounts, {{mnt}}, and so its /proc.",
			FR: "Le processus {{process}} est dans un espace de noms PID à lui, {{ns}}, mais partage les montages de l'hôte, {{mnt}}, et donc son /proc."},
		Try: say.Text{
			EN: "`exit`, then `unshare --fork --pid --mount-proc bash`: it makes a mount namespace too, and mounts a fresh proc in it.",
			FR: "`exit`, puis `unshare --fork --pid --mount-proc bash` : cela crée aussi un espace de noms de montage, et y monte un nouveau proc."}},
	"pid.proc-without-pid": {
		Found: say.Text{
			EN: "Process {{process}} has mounted a fresh proc, but is still in the host's PID namespace, {{host-ns}}: so that is what it shows.",
			FR: "Le processus {{process}} a monté un nouveau proc, mais est encore dans l'espace de noms PID de l'hôte, {{host-ns}} : c'est donc lui qu'il montre."},
		Try: say.Text{
			EN: "`exit`, then the same with `--pid --fork`: `unshare --fork --pid --mount-proc bash`.",
			FR: "`exit`, puis la même chose avec `--pid --fork` : `unshare --fork --pid --mount-proc bash`."}},
	"pid.proc-left": {
		Found: say.Text{
			EN: "Process {{process}} had such a /proc, and has ended. Mount namespace and mount went with it.",
			FR: "Le processus {{process}} avait un tel /proc, et s'est terminé. L'espace de noms de montage et le montage ont disparu avec lui."},
		Try: line},
	"pid.no-proc-made": {
		Found: say.Text{
			EN: "Every process of the lab is in the host's PID namespace, {{host-ns}}.",
			FR: "Tous les processus du labo sont dans l'espace de noms PID de l'hôte, {{host-ns}}."},
		Try: line},

	// Step init-dies.
	"pid.orphaned": {
		Found: say.Text{
			EN: "The `unshare` was ended that waited for it: process {{process}} lives on, an orphan, and with it {{others}}. `unshare` was not in the namespace.",
			FR: "C'est l'`unshare` qui l'attendait qui a été terminé : le processus {{process}} vit encore, orphelin, et avec lui {{others}}. `unshare` n'était pas dans l'espace de noms."},
		Try: say.Text{
			EN: "In shell host: `kill -9 {{target}}`.",
			FR: "Dans le shell host : `kill -9 {{target}}`."}},
	"pid.from-inside": {
		Found: say.Text{
			EN: "PID 1 lives on (process {{process}} to the host), and so does what it holds: {{others}}. Inside its own namespace no signal harms PID 1 that it did not ask for, not even SIGKILL; and to the host 1 is the lab's init.",
			FR: "Le PID 1 vit encore (le processus {{process}} pour l'hôte), et ce qu'il contient aussi : {{others}}. Dans son propre espace de noms, aucun signal qu'il n'a pas demandé ne l'atteint, pas même SIGKILL ; et pour l'hôte, 1 est l'init du labo."},
		Try: say.Text{
			EN: "From outside it can be done: in shell host, find its number with `ps -ef`, then `kill -9 NUMBER`.",
			FR: "Du dehors, c'est possible : dans le shell host, trouvez son numéro par `ps -ef`, puis `kill -9 NUMÉRO`."}},
	"pid.politely": {
		Found: say.Text{
			EN: "Process {{process}} got a signal and ignored it: PID 1 of a namespace ignores all that it has no handler for, and an interactive bash ignores SIGTERM anyway. {{others}} live on too.",
			FR: "Le processus {{process}} a reçu un signal et l'a ignoré : le PID 1 d'un espace de noms ignore tous ceux qu'il ne traite pas, et un bash interactif ignore de toute façon SIGTERM. Vivent encore aussi : {{others}}."},
		Try: say.Text{
			EN: "SIGKILL from an outer namespace cannot be ignored: `kill -9 {{target}}` in shell host.",
			FR: "SIGKILL venu d'un espace extérieur ne s'ignore pas : `kill -9 {{target}}` dans le shell host."}},
	"pid.lives": {
		Found: say.Text{
			EN: "PID 1 of {{ns}}, process {{process}} to the host, lives, and holds {{others}}.",
			FR: "Le PID 1 de {{ns}}, le processus {{process}} pour l'hôte, vit, et contient : {{others}}."},
		Try: say.Text{
			EN: "In shell host: `kill -9 {{target}}`. Then look with `ps aux` for what is left.",
			FR: "Dans le shell host : `kill -9 {{target}}`. Puis cherchez avec `ps aux` ce qui reste."}},
	"pid.members-ended": {
		Found: say.Text{
			EN: "What PID 1 held was ended, {{others}}, but PID 1 itself, process {{process}}, lives. The other way round is the point.",
			FR: "Ce que contenait le PID 1 a été terminé, {{others}}, mais le PID 1 lui-même, le processus {{process}}, vit. C'est l'inverse qu'on veut voir."},
		Try: say.Text{
			EN: "Inside, `sleep 1000 &` again; then in shell host `kill -9 {{target}}`, and nothing else.",
			FR: "Au-dedans, de nouveau `sleep 1000 &` ; puis dans le shell host `kill -9 {{target}}`, et rien d'autre."}},
	"pid.alone": {
		Found: say.Text{
			EN: "Process {{process}} is PID 1 of {{ns}}, and alone there: its end would show nothing.",
			FR: "Le processus {{process}} est le PID 1 de {{ns}}, et y est seul : sa fin ne montrerait rien."},
		Try: say.Text{
			EN: "Give it company first: `sleep 1000 &` inside, twice if you like.",
			FR: "Donnez-lui d'abord de la compagnie : `sleep 1000 &` au-dedans, deux fois si vous voulez."}},
	"pid.ended-alone": {
		Found: say.Text{
			EN: "Process {{process}} has ended, but was the only one in its namespace.",
			FR: "Le processus {{process}} s'est terminé, mais était seul dans son espace de noms."},
		Try: say.Text{
			EN: "Again, with company: `unshare --fork --pid --mount-proc bash`, inside `sleep 1000 &`, and then `kill -9` from shell host.",
			FR: "Recommencez, en compagnie : `unshare --fork --pid --mount-proc bash`, au-dedans `sleep 1000 &`, puis `kill -9` depuis le shell host."}},
	"pid.no-namespace": {
		Found: say.Text{
			EN: "There is no PID namespace but the host's, {{host-ns}}, and none was seen that held more than its PID 1.",
			FR: "Il n'y a pas d'autre espace de noms PID que celui de l'hôte, {{host-ns}}, et aucun n'a été vu qui contînt plus que son PID 1."},
		Try: say.Text{
			EN: "In shell isolated: `unshare --fork --pid --mount-proc bash`, and in it `sleep 1000 &`.",
			FR: "Dans le shell isolated : `unshare --fork --pid --mount-proc bash`, et dedans `sleep 1000 &`."}},
}
