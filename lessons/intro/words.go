package intro

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// oneLine is the course's.
const oneLine = "`unshare --mount --uts --ipc --net --pid --fork --user --map-root-user bash`"

// words are the sentences of the lesson's findings. What was expected is said once a step, in intro.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"intro.looked": {Found: say.Text{
		EN: "Right: {{kinds}}. Shell isolated is in {{ns}}, shell host in {{host-ns}}; all other kinds they share.",
		FR: "C'est bien {{kinds}}. Le shell isolated est dans {{ns}}, le shell host dans {{host-ns}} ; ils partagent toutes les autres sortes."}},
	"intro.isolated": {Found: say.Text{
		EN: "Process {{process}} shares none of these with the host: {{kinds}}. That is most of what a container is.",
		FR: "Le processus {{process}} ne partage rien de cela avec l'hôte : {{kinds}}. C'est l'essentiel d'un conteneur."}},

	// Step look.
	"intro.unanswered": {
		Found: say.Text{
			EN: "No answer yet. Shell host is process {{host-pid}}, shell isolated process {{isolated-pid}}.",
			FR: "Pas encore de réponse. Le shell host est le processus {{host-pid}}, le shell isolated le processus {{isolated-pid}}."},
		Try: say.Text{
			EN: "Compare `ls -l /proc/{{host-pid}}/ns` and `ls -l /proc/{{isolated-pid}}/ns` line by line, then answer with the kind: `nslab answer KIND`.",
			FR: "Comparez ligne à ligne `ls -l /proc/{{host-pid}}/ns` et `ls -l /proc/{{isolated-pid}}/ns`, puis donnez la sorte : `nslab answer SORTE`."}},
	"intro.not-plainly": {
		Found: say.Text{
			EN: "The answer “{{answer}}” says what it is not, or speaks of all or none.",
			FR: "La réponse « {{answer}} » dit ce que ce n'est pas, ou parle de tout ou de rien."},
		Try: say.Text{
			EN: "There is exactly one kind. Answer with its name alone, as it stands in /proc/PID/ns: `nslab answer KIND`.",
			FR: "Il y en a exactement une. Répondez par son seul nom, tel qu'il figure dans /proc/PID/ns : `nslab answer SORTE`."}},
	"intro.no-kind": {
		Found: say.Text{
			EN: "“{{answer}}” is no kind of namespace, nor the number of one that these shells are in. The kinds are {{kinds}}.",
			FR: "« {{answer}} » n'est ni une sorte d'espace de noms, ni le numéro d'un espace où sont ces shells. Les sortes sont {{kinds}}."},
		Try: say.Text{
			EN: "In both shells type `ls -l /proc/$$/ns`, and look for the line whose number differs.",
			FR: "Dans les deux shells, tapez `ls -l /proc/$$/ns`, et cherchez la ligne dont le nombre diffère."}},
	"intro.several-kinds": {
		Found: say.Text{
			EN: "That names {{number}} kinds: {{kinds}}. When the lesson was opened only one differed.",
			FR: "Cela fait {{number}} sortes : {{kinds}}. À l'ouverture de la leçon, une seule différait."},
		Try: say.Text{
			EN: "Compare the numbers in brackets, one line at a time: same number, same namespace.",
			FR: "Comparez les nombres entre crochets, une ligne à la fois : même nombre, même espace de noms."}},
	"intro.shared-kind": {
		Found: say.Text{
			EN: "No: both shells are in the same {{kind}} namespace, {{host-ns}}.",
			FR: "Non : les deux shells sont dans le même espace de noms {{kind}}, {{host-ns}}."},
		Try: say.Text{
			EN: "In both shells type `ls -l /proc/$$/ns`. In one line the number in brackets differs.",
			FR: "Dans les deux shells, tapez `ls -l /proc/$$/ns`. Sur une ligne, le nombre entre crochets diffère."}},

	// Step isolate.
	"intro.not-forked": {
		Found: say.Text{
			EN: "Process {{process}} is still in the host's PID namespace, {{host-ns}}: a process never changes its own. `--pid` gives the new one to the children it will have, and bash is no child of `unshare` unless `--fork` makes it one.",
			FR: "Le processus {{process}} est encore dans l'espace de noms PID de l'hôte, {{host-ns}} : un processus ne change jamais le sien. `--pid` donne le nouveau aux enfants à venir, et bash n'est un enfant d'`unshare` que si `--fork` en fait un."},
		Try: say.Text{
			EN: "Leave this shell with Ctrl-D (it may be unable to start any command), and add `--fork` to the line.",
			FR: "Quittez ce shell par Ctrl-D (il ne peut peut-être plus lancer aucune commande), et ajoutez `--fork` à la ligne."}},
	"intro.spread": {
		Found: say.Text{
			EN: "Every kind is there, but spread over several processes, and none has them all. {{processes}}.",
			FR: "Toutes les sortes y sont, mais réparties sur plusieurs processus, et aucun ne les a toutes. {{processes}}."},
		Try: say.Text{
			EN: "Give all the options to one `unshare`, or type the next `unshare` inside the shell that the first one started.",
			FR: "Donnez toutes les options à un seul `unshare`, ou tapez le suivant dans le shell que le premier a lancé."}},
	"intro.missing": {
		Found: say.Text{
			EN: "Process {{process}} comes nearest. It has its own {{has}}, but shares with the host: {{lacks}}.",
			FR: "Le processus {{process}} en est le plus proche. Il a en propre {{has}}, mais partage avec l'hôte : {{lacks}}."},
		Try: say.Text{
			EN: "In that shell a further `unshare {{options}} bash` adds what is missing; or leave it and give all the options at once.",
			FR: "Dans ce shell, un `unshare {{options}} bash` de plus ajoute ce qui manque ; ou quittez-le et donnez toutes les options à la fois."}},
	"intro.ended": {
		Found: say.Text{
			EN: "There was such a process, {{process}}, and it has ended. Its namespaces went with it.",
			FR: "Un tel processus a existé, {{process}}, et il s'est terminé. Ses espaces de noms ont disparu avec lui."},
		Try: say.Text{
			EN: "Type the line again and stay in the shell that it starts.",
			FR: "Tapez la ligne à nouveau et restez dans le shell qu'elle lance."}},
	"intro.ended-at-once": {
		Found: say.Text{
			EN: "`{{typed}}` was typed, but no process of the lab is in namespaces of its own now: what it started has ended.",
			FR: "`{{typed}}` a été tapé, mais aucun processus du labo n'est plus dans des espaces de noms à lui : ce qui a été lancé s'est terminé."},
		Try: say.Text{
			EN: "End the line with `bash`, and stay in it: " + oneLine + ".",
			FR: "Terminez la ligne par `bash`, et restez-y : " + oneLine + "."}},
	"intro.without-fork": {
		Found: say.Text{
			EN: "`{{typed}}` lacks `--fork`: the program itself stayed in the host's PID namespace. Its first command became PID 1 of the new one; when that ended, no other could be started.",
			FR: "Il manque `--fork` à `{{typed}}` : le programme lui-même est resté dans l'espace de noms PID de l'hôte. Sa première commande est devenue le PID 1 du nouveau ; celle-ci terminée, aucune autre ne pouvait démarrer."},
		Try: say.Text{
			EN: "The same line with `--fork`: " + oneLine + ".",
			FR: "La même ligne avec `--fork` : " + oneLine + "."}},
	"intro.refused": {
		Found: say.Text{
			EN: "`{{typed}}` failed with exit status {{status}}, and made nothing.",
			FR: "`{{typed}}` a échoué avec le code de retour {{status}}, et n'a rien créé."},
		Try: say.Text{
			EN: "Read what it said, and compare letter by letter: " + oneLine + ".",
			FR: "Lisez ce qu'il a dit, et comparez lettre à lettre : " + oneLine + "."}},
	"intro.plain": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no new namespace: without such an option `unshare` only starts the program.",
			FR: "`{{typed}}` ne demande aucun nouvel espace de noms : sans une telle option, `unshare` ne fait que lancer le programme."},
		Try: say.Text{
			EN: "One option for each kind: " + oneLine + ".",
			FR: "Une option par sorte : " + oneLine + "."}},
	"intro.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}} `unshare` is a function or an alias of yours. The kernel was not asked for anything.",
			FR: "Dans le shell {{shell}}, `unshare` est une fonction ou un alias de votre fait. Rien n'a été demandé au noyau."},
		Try: say.Text{
			EN: "`unset -f unshare; unalias unshare`, then the real one.",
			FR: "`unset -f unshare; unalias unshare`, puis le vrai."}},
	"intro.nothing-made": {
		Found: say.Text{
			EN: "No process of the lab is in a namespace that was not there when the lesson was opened.",
			FR: "Aucun processus du labo n'est dans un espace de noms qui n'existait pas à l'ouverture de la leçon."},
		Try: say.Text{
			EN: "In shell host: " + oneLine + ".",
			FR: "Dans le shell host : " + oneLine + "."}},

	// Step syscall.
	"intro.called": {Found: say.Text{
		EN: "Right: process {{pid}} called {{call}}. One flag for each kind that you asked for: {{kinds}}. All other options are the command's own affair.",
		FR: "C'est bien cela : le processus {{pid}} a appelé {{call}}. Un drapeau par sorte demandée : {{kinds}}. Toutes les autres options ne regardent que la commande."}},
	"intro.call-unanswered": {
		Found: say.Text{
			EN: "No answer yet.",
			FR: "Pas encore de réponse."},
		Try: say.Text{
			EN: "Type `unshare --uts --ipc true`, then `nslab trace`, and answer with the call: `nslab answer 'CALL(FLAG|FLAG)'`.",
			FR: "Tapez `unshare --uts --ipc true`, puis `nslab trace`, et répondez par l'appel : `nslab answer 'APPEL(DRAPEAU|DRAPEAU)'`."}},
	"intro.call-not-plainly": {
		Found: say.Text{
			EN: "The answer “{{answer}}” says what it is not, or speaks of all or none.",
			FR: "La réponse « {{answer}} » dit ce que ce n'est pas, ou parle de tout ou de rien."},
		Try: say.Text{
			EN: "Answer with the call alone, as `nslab trace` shows it: `nslab answer 'CALL(FLAG|FLAG)'`.",
			FR: "Répondez par l'appel seul, tel que `nslab trace` le montre : `nslab answer 'APPEL(DRAPEAU|DRAPEAU)'`."}},
	"intro.no-call-made": {
		Found: say.Text{
			EN: "No process called `unshare` has asked the kernel for a namespace in this lab.",
			FR: "Aucun processus nommé `unshare` n'a demandé d'espace de noms au noyau dans ce labo."},
		Try: say.Text{
			EN: "In shell host type `unshare --uts --ipc true`, and look with `nslab trace`.",
			FR: "Dans le shell host tapez `unshare --uts --ipc true`, et regardez avec `nslab trace`."}},
	"intro.no-call-named": {
		Found: say.Text{
			EN: "“{{answer}}” names no system call that starts or moves a process.",
			FR: "« {{answer}} » ne nomme aucun appel système qui lance ou déplace un processus."},
		Try: say.Text{
			EN: "In `nslab trace` the call's name stands before the parenthesis. Quote the answer, for the shell has its own use for ( and |: `nslab answer 'CALL(FLAG|FLAG)'`.",
			FR: "Dans `nslab trace`, le nom de l'appel précède la parenthèse. Mettez la réponse entre apostrophes, car le shell a son propre usage de ( et de | : `nslab answer 'APPEL(DRAPEAU|DRAPEAU)'`."}},
	"intro.command-named": {
		Found: say.Text{
			EN: "“{{answer}}” is what you type. What the kernel gets has no options but flags.",
			FR: "« {{answer}} » est ce que vous tapez. Ce que reçoit le noyau n'a pas d'options, mais des drapeaux."},
		Try: say.Text{
			EN: "`nslab trace` shows the call that the command made of it: a name and, in parentheses, flags that begin with CLONE_NEW.",
			FR: "`nslab trace` montre l'appel que la commande en a fait : un nom et, entre parenthèses, des drapeaux qui commencent par CLONE_NEW."}},
	"intro.other-call": {
		Found: say.Text{
			EN: "`unshare` made no call {{call}} that asks for a namespace. The flags are the same for several calls: clone starts a new process with them, another moves the process that is there.",
			FR: "`unshare` n'a fait aucun appel {{call}} qui demande un espace de noms. Plusieurs appels ont les mêmes drapeaux : clone lance avec eux un nouveau processus, un autre déplace celui qui est là."},
		Try: say.Text{
			EN: "Look with `nslab trace`: the name of the call stands before the parenthesis.",
			FR: "Regardez avec `nslab trace` : le nom de l'appel précède la parenthèse."}},
	"intro.no-flags": {
		Found: say.Text{
			EN: "{{call}}, yes. With which flags?",
			FR: "{{call}}, oui. Avec quels drapeaux ?"},
		Try: say.Text{
			EN: "They stand in parentheses behind it in `nslab trace`, joined by |. Quote the answer: `nslab answer 'CALL(FLAG|FLAG)'`.",
			FR: "Ils sont entre parenthèses derrière lui dans `nslab trace`, joints par |. Mettez la réponse entre apostrophes : `nslab answer 'APPEL(DRAPEAU|DRAPEAU)'`."}},
	"intro.other-flags": {
		Found: say.Text{
			EN: "No call that `unshare` made here had the flag {{flag}}.",
			FR: "Aucun appel fait ici par `unshare` n'avait le drapeau {{flag}}."},
		Try: say.Text{
			EN: "Compare letter by letter with what `nslab trace` shows. The mount namespace was the first there was: its flag is CLONE_NEWNS.",
			FR: "Comparez lettre à lettre avec ce que montre `nslab trace`. L'espace de noms de montage fut le premier : son drapeau est CLONE_NEWNS."}},
	"intro.fewer-flags": {
		Found: say.Text{
			EN: "These flags were there, but no call had just these: the answer has {{number}}, the calls of `unshare` in this lab had {{numbers}}.",
			FR: "Ces drapeaux y étaient, mais aucun appel n'avait exactement ceux-là : la réponse en a {{number}}, les appels d'`unshare` dans ce labo en avaient {{numbers}}."},
		Try: say.Text{
			EN: "Take one call from `nslab trace`, and all of its flags.",
			FR: "Prenez un appel dans `nslab trace`, et tous ses drapeaux."}},
}
