package user

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

var makeRoot = say.Text{
	EN: "In shell host: `unshare --user --map-root-user bash` (or `unshare -r bash`). Stay in this bash.",
	FR: "Dans le shell host : `unshare --user --map-root-user bash` (ou `unshare -r bash`). Restez dans ce bash."}

var makeNested = say.Text{
	EN: "In shell host: `unshare --user --map-user={{uid}} --map-group={{uid}} bash`, then, in this bash, `unshare --user --map-root-user bash`. `nslab hint` has a way without --map-user.",
	FR: "Dans le shell host : `unshare --user --map-user={{uid}} --map-group={{uid}} bash`, puis, dans ce bash, `unshare --user --map-root-user bash`. `nslab hint` donne une voie sans --map-user."}

var readTwice = say.Text{
	EN: "`cat /proc/self/uid_map` in the inner bash; `echo $$` there, and `cat /proc/PID/uid_map` with that PID in shell isolated, which has entered none of this. Both middle numbers, in this order: `nslab answer NUMBER NUMBER`.",
	FR: "`cat /proc/self/uid_map` dans le bash intérieur ; `echo $$` au même endroit, puis `cat /proc/PID/uid_map` avec ce PID dans le shell isolated, qui n'est entré dans rien de cela. Les deux nombres du milieu, dans cet ordre : `nslab answer NOMBRE NOMBRE`."}

var nameInside = say.Text{
	EN: "In shell isolated: `unshare --uts bash`, then `hostname {{name}}` in this bash. Or from shell host: `unshare --user --map-root-user --uts bash`.",
	FR: "Dans le shell isolated : `unshare --uts bash`, puis `hostname {{name}}` dans ce bash. Ou depuis le shell host : `unshare --user --map-root-user --uts bash`."}

// words are the sentences of the lesson's findings. What was expected is said once a step, in user.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"user.root": {Found: say.Text{
		EN: "Process {{process}} is in the user namespace {{ns}}, which you made. There its UID is {{inside}}, and it has every capability; in the host's, {{host-ns}}, it is UID {{outside}} and has none: capabilities count in the namespace that gave them, and in those below.",
		FR: "Le processus {{process}} est dans l'espace de noms user {{ns}}, que vous avez créé. Là, son UID est {{inside}}, et il a toutes les capacités ; dans celui de l'hôte, {{host-ns}}, il a l'UID {{outside}} et aucune capacité : elles valent dans l'espace qui les a données, et dans ceux du dessous."}},
	"user.map": {Found: say.Text{
		EN: "Right. The line says: UID {{inside}} in {{inner}} is UID {{is}} in the namespace around it, {{outer}}, for {{length}} number(s). To the host the kernel gives the same user by the host's number: each reader gets the middle column in its own terms.",
		FR: "Exact. La ligne dit : l'UID {{inside}} dans {{inner}} est l'UID {{is}} dans l'espace qui l'entoure, {{outer}}, sur {{length}} numéro(s). À l'hôte, le noyau désigne le même utilisateur par le numéro qu'il a chez l'hôte : à chaque lecteur, la colonne du milieu dans ses propres termes."}},
	"user.named": {Found: say.Text{
		EN: "Process {{process}} is in the user namespace {{ns}}; the UTS namespace {{uts}} belongs to {{owner}}, and in it the machine is called {{is}}. The host's, {{host-uts}}, belongs to {{host-ns}}, and there it is still {{host-is}}.",
		FR: "Le processus {{process}} est dans l'espace de noms user {{ns}} ; l'espace UTS {{uts}} appartient à {{owner}}, et la machine s'y appelle {{is}}. Celui de l'hôte, {{host-uts}}, appartient à {{host-ns}}, et elle s'y appelle toujours {{host-is}}."}},

	// Step root.
	"user.nobody": {
		Found: say.Text{
			EN: "Process {{process}} is in a user namespace of yours, {{ns}}, but nobody has written its uid_map. With an empty map the kernel shows every user as 65534, called nobody, and gives no power.",
			FR: "Le processus {{process}} est dans un espace de noms user à vous, {{ns}}, mais personne n'a écrit son uid_map. Sans table, le noyau montre tout utilisateur comme 65534, dit nobody, et ne donne aucun pouvoir."},
		Try: say.Text{
			EN: "`exit`, then `unshare --user --map-root-user bash`, which writes the map.",
			FR: "`exit`, puis `unshare --user --map-root-user bash`, qui écrit la table."}},
	"user.not-root": {
		Found: say.Text{
			EN: "Process {{process}} is in a user namespace of yours, {{ns}}, and its uid_map makes it UID {{inside}} there: somebody, but not root.",
			FR: "Le processus {{process}} est dans un espace de noms user à vous, {{ns}}, et son uid_map lui donne l'UID {{inside}} : quelqu'un, mais pas root."},
		Try: makeRoot},
	"user.powerless": {
		Found: say.Text{
			EN: "Process {{process}} has UID 0 in {{ns}}, but no capabilities: when it was executed the map was not there yet, and an ordinary user's execve(2) drops them.",
			FR: "Le processus {{process}} a l'UID 0 dans {{ns}}, mais aucune capacité : quand il a été exécuté, la table n'était pas encore là, et l'execve(2) d'un utilisateur ordinaire les retire."},
		Try: say.Text{
			EN: "`exec bash` in that shell: what root executes gets them all. Or enter anew, from shell host: `nsenter --target {{pid}} --user --preserve-credentials bash`.",
			FR: "`exec bash` dans ce shell : ce que root exécute les reçoit toutes. Ou entrez à nouveau, depuis le shell host : `nsenter --target {{pid}} --user --preserve-credentials bash`."}},
	"user.root-ended": {
		Found: say.Text{
			EN: "You were root in the user namespace {{ns}}; its last process has ended, and the namespace with it.",
			FR: "Vous étiez root dans l'espace de noms user {{ns}} ; son dernier processus s'est terminé, et l'espace avec lui."},
		Try: makeRoot},
	"user.nobody-ended": {
		Found: say.Text{
			EN: "There was a user namespace of yours, {{ns}}, and nobody in it was root: it had no map, or not one with UID 0. Its last process has ended, and the namespace with it.",
			FR: "Il y a eu un espace de noms user à vous, {{ns}}, où personne n'était root : il n'avait pas de table, ou pas d'UID 0 dans sa table. Son dernier processus s'est terminé, et l'espace avec lui."},
		Try: makeRoot},
	"user.ended-at-once": {
		Found: say.Text{
			EN: "The namespace that `unshare` made lived as long as `{{program}}`, and that has ended.",
			FR: "L'espace de noms créé par `unshare` a vécu aussi longtemps que `{{program}}`, qui est terminé."},
		Try: say.Text{
			EN: "Start a bash in it, and stay there: the options of your `unshare`, then `bash`.",
			FR: "Lancez-y un bash, et restez-y : les options de votre `unshare`, puis `bash`."}},
	"user.unshare-failed": {
		Found: say.Text{
			EN: "`{{typed}}` ended with status {{status}}, and there is no user namespace of yours.",
			FR: "`{{typed}}` s'est terminé avec le code {{status}}, et il n'y a pas d'espace de noms user à vous."},
		Try: say.Text{
			EN: "Read what it said. If the kernel refused: a process whose own UID or GID is in no map may make no user namespace; `exit` from the one you are in, and try from shell host.",
			FR: "Lisez ce qu'il a dit. Si le noyau a refusé : un processus dont l'UID ou le GID n'est dans aucune table ne peut créer d'espace de noms user ; sortez par `exit` de celui où vous êtes, et recommencez dans le shell host."}},
	"user.without-user": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no user namespace: you are the same root as before.",
			FR: "`{{typed}}` ne demande pas d'espace de noms user : vous êtes le même root qu'avant."},
		Try: makeRoot},
	"user.root-in-isolated": {
		Found: say.Text{
			EN: "Shell isolated is root in {{ns}}: that one nslab made. The step asks for one of yours.",
			FR: "Le shell isolated est root dans {{ns}} : celui-là, c'est nslab qui l'a créé. L'étape en demande un à vous."},
		Try: makeRoot},
	"user.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}}, `{{command}}` is a function or an alias of yours: it prints what you told it to. The kernel has been asked for nothing.",
			FR: "Dans le shell {{shell}}, `{{command}}` est une fonction ou un alias à vous : il affiche ce que vous lui avez dit. Rien n'a été demandé au noyau."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` brings the real command back.",
			FR: "`unset -f {{command}}; unalias {{command}}` rétablit la vraie commande."}},
	"user.none-made": {
		Found: say.Text{
			EN: "There is the host's user namespace, {{host-ns}}, and none that you made.",
			FR: "Il y a l'espace de noms user de l'hôte, {{host-ns}}, et aucun que vous ayez créé."},
		Try: makeRoot},

	// Step map.
	"user.map-unanswered": {
		Found: say.Text{
			EN: "There is no answer yet.",
			FR: "Il n'y a pas encore de réponse."},
		Try: readTwice},
	"user.map-none": {
		Found: say.Text{
			EN: "There is no user namespace of yours to read a map of: the answer must be checked against one that is there.",
			FR: "Il n'y a pas d'espace de noms user à vous dont lire la table : la réponse se vérifie sur un espace qui existe."},
		Try: makeNested},
	"user.map-one-level": {
		Found: say.Text{
			EN: "There is one user namespace of yours, {{ns}}, in which process {{process}} is UID {{inside}}, and none within it that has a map.",
			FR: "Il y a un espace de noms user à vous, {{ns}}, où le processus {{process}} a l'UID {{inside}}, et aucun à l'intérieur qui ait une table."},
		Try: makeNested},
	"user.map-outer-gone": {
		Found: say.Text{
			EN: "Process {{process}} is in {{ns}}, which is within {{outer}}; but nobody is left in that outer one, so that its map cannot be read.",
			FR: "Le processus {{process}} est dans {{ns}}, lui-même dans {{outer}} ; mais il n'y a plus personne dans cet espace extérieur, et sa table ne peut être lue."},
		Try: say.Text{
			EN: "Open the inner bash without `exec`, so that the outer one waits around it.",
			FR: "Ouvrez le bash intérieur sans `exec`, pour que l'extérieur l'attende autour."}},
	"user.map-other-uid": {
		Found: say.Text{
			EN: "The two namespaces are there, {{inner}} in {{outer}}, but in the outer one you are UID {{is}}, not {{uid}}.",
			FR: "Les deux espaces sont là, {{inner}} dans {{outer}}, mais dans l'extérieur votre UID est {{is}}, pas {{uid}}."},
		Try: makeNested},
	"user.map-count": {
		Found: say.Text{
			EN: "Your answer, {{answer}}, holds {{count}} number(s); two are asked for.",
			FR: "Votre réponse, {{answer}}, contient {{count}} nombre(s) ; il en faut deux."},
		Try: readTwice},
	"user.map-swapped": {
		Found: say.Text{
			EN: "The two numbers are right, in the other order: the inner bash's reading comes first.",
			FR: "Les deux nombres sont justes, dans l'autre ordre : la lecture du bash intérieur vient d'abord."},
		Try: say.Text{
			EN: "`nslab answer`, with the two exchanged.",
			FR: "`nslab answer`, avec les deux échangés."}},
	"user.map-host": {
		Found: say.Text{
			EN: "The first number is right; the second is not what the host reads.",
			FR: "Le premier nombre est juste ; le second n'est pas ce que lit l'hôte."},
		Try: say.Text{
			EN: "`echo $$` in the inner bash gives its PID. In a shell that has entered none of your namespaces, isolated for instance (`nslab shell isolated`): `cat /proc/PID/uid_map`.",
			FR: "`echo $$` dans le bash intérieur donne son PID. Dans un shell qui n'est entré dans aucun de vos espaces, par exemple isolated (`nslab shell isolated`) : `cat /proc/PID/uid_map`."}},
	"user.map-self": {
		Found: say.Text{
			EN: "The second number is what the host reads; the first is not what the inner bash reads.",
			FR: "Le second nombre est bien ce que lit l'hôte ; le premier n'est pas ce que lit le bash intérieur."},
		Try: say.Text{
			EN: "`cat /proc/self/uid_map` in the inner bash, and take the number in the middle: the first is the UID inside, the last says how many UIDs the line is for.",
			FR: "`cat /proc/self/uid_map` dans le bash intérieur, et prenez le nombre du milieu : le premier est l'UID à l'intérieur, le dernier dit pour combien d'UID la ligne vaut."}},
	"user.map-wrong": {
		Found: say.Text{
			EN: "Neither number of your answer, {{answer}}, is the middle one of that map.",
			FR: "Aucun nombre de votre réponse, {{answer}}, n'est celui du milieu de cette table."},
		Try: readTwice},

	// Step limits.
	"user.host-renamed": {
		Found: say.Text{
			EN: "The host itself was renamed, from {{host-was}} to {{host-is}}: by its own root, who may. The root of a user namespace below could not have done it.",
			FR: "L'hôte lui-même a été renommé, de {{host-was}} en {{host-is}} : par son propre root, qui en a le droit. Le root d'un espace de noms user du dessous n'aurait pas pu."},
		Try: say.Text{
			EN: "Put it back: in shell host (`exit` from what you opened there), `hostname {{host-was}}`. Then try in shell isolated.",
			FR: "Rétablissez-le : dans le shell host (par `exit`, sortez de ce que vous y avez ouvert), `hostname {{host-was}}`. Puis essayez dans le shell isolated."}},
	"user.uts-of-host": {
		Found: say.Text{
			EN: "The name is {{is}} in {{uts}}, and process {{process}} is in a user namespace below the host's; but that UTS namespace belongs to the host's user namespace, {{host-ns}}: the host's root made and named it.",
			FR: "Le nom est {{is}} dans {{uts}}, et le processus {{process}} est dans un espace user au-dessous de celui de l'hôte ; mais cet espace UTS appartient à l'espace user de l'hôte, {{host-ns}} : c'est le root de l'hôte qui l'a créé et nommé."},
		Try: say.Text{
			EN: "A namespace belongs to the user namespace of whoever makes it. So the user namespace first, or both at once: `unshare -r --uts bash`, then `hostname {{name}}`.",
			FR: "Un espace de noms appartient à l'espace user de qui le crée. Donc l'espace user d'abord, ou les deux à la fois : `unshare -r --uts bash`, puis `hostname {{name}}`."}},
	"user.uts-without-user": {
		Found: say.Text{
			EN: "The name is {{is}} in {{uts}}, but no user namespace other than the host's, {{host-ns}}, has to do with it: that was the host's root.",
			FR: "Le nom est {{is}} dans {{uts}}, mais aucun espace de noms user autre que celui de l'hôte, {{host-ns}}, n'y est pour rien : c'était le root de l'hôte."},
		Try: nameInside},
	"user.other-name": {
		Found: say.Text{
			EN: "The UTS namespace {{uts}} belongs to {{owner}}, as it should; but the name in it is {{is}}.",
			FR: "L'espace UTS {{uts}} appartient à {{owner}}, comme il faut ; mais le nom y est {{is}}."},
		Try: say.Text{
			EN: "`hostname {{name}}` in the same shell.",
			FR: "`hostname {{name}}` dans le même shell."}},
	"user.only-prompt": {
		Found: say.Text{
			EN: "{{variable}} is a variable of your shell: what it holds is no name of a machine, and needs no permission.",
			FR: "{{variable}} est une variable de votre shell : ce qu'elle contient n'est le nom d'aucune machine, et ne demande aucune permission."},
		Try: nameInside},
	"user.name-ended": {
		Found: say.Text{
			EN: "The UTS namespace {{uts}} had the name; its last process has ended, and the namespace with it.",
			FR: "L'espace UTS {{uts}} avait ce nom ; son dernier processus s'est terminé, et l'espace avec lui."},
		Try: nameInside},
	"user.not-named": {
		Found: say.Text{
			EN: "The UTS namespace {{uts}} belongs to {{owner}}: whoever is root there may rename it. It still is called {{is}}.",
			FR: "L'espace UTS {{uts}} appartient à {{owner}} : qui y est root peut le renommer. Il s'appelle encore {{is}}."},
		Try: say.Text{
			EN: "`hostname {{name}}` in that shell.",
			FR: "`hostname {{name}}` dans ce shell."}},
	"user.refused": {
		Found: say.Text{
			EN: "The refusal is right. Process {{process}} is UID {{inside}} in {{ns}}, but it is in the host's UTS namespace, {{uts}}, which belongs to another user namespace, {{owner}}. To rename there takes a capability there.",
			FR: "Le refus est juste. Le processus {{process}} a l'UID {{inside}} dans {{ns}}, mais il est dans l'espace UTS de l'hôte, {{uts}}, qui appartient à un autre espace user, {{owner}}. Y renommer demande une capacité là-bas."},
		Try: nameInside},
	"user.uts-of-parent": {
		Found: say.Text{
			EN: "Process {{process}} is UID {{inside}} in {{ns}}, and still in the host's UTS namespace, {{uts}}, which belongs to {{owner}}.",
			FR: "Le processus {{process}} a l'UID {{inside}} dans {{ns}}, et il est encore dans l'espace UTS de l'hôte, {{uts}}, qui appartient à {{owner}}."},
		Try: say.Text{
			EN: "Try `hostname {{name}}` in it and read the answer. Then do the same in a UTS namespace that this user namespace owns: `unshare --uts bash`.",
			FR: "Essayez-y `hostname {{name}}` et lisez la réponse. Puis faites de même dans un espace UTS qui appartienne à cet espace user : `unshare --uts bash`."}},
	"user.no-nested-user": {
		Found: say.Text{
			EN: "No process is in a user namespace other than the host's, {{host-ns}}.",
			FR: "Aucun processus n'est dans un espace de noms user autre que celui de l'hôte, {{host-ns}}."},
		Try: nameInside},
}
