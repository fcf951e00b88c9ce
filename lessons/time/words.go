package timens

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

var again = say.Text{
	EN: "Leave it with `exit` if you are in it, and in shell host: `sudo unshare --time --fork --boottime {{boottime}} bash`. Stay in this bash.",
	FR: "Sortez-en par `exit` si vous y êtes, puis, dans le shell host : `sudo unshare --time --fork --boottime {{boottime}} bash`. Restez dans ce bash."}

// words are the sentences of the lesson's findings. What was expected is said in time.go.
var words = checks.Messages{
	"time.moved": {Found: say.Text{
		EN: "Process {{process}} is in the time namespace {{ns}}, whose boot time is moved by {{is}} seconds. In the host's, {{host-ns}}, the machine is as young as ever, and the date is the same in both.",
		FR: "Le processus {{process}} est dans l'espace de noms time {{ns}}, où le démarrage est décalé de {{is}} secondes. Dans celui de l'hôte, {{host-ns}}, la machine n'a pas vieilli, et la date est la même dans les deux."}},

	"time.only-monotonic": {
		Found: say.Text{
			EN: "In {{ns}} the clock CLOCK_MONOTONIC is moved by {{monotonic}} seconds, and CLOCK_BOOTTIME by none. The uptime is read from the second.",
			FR: "Dans {{ns}}, l'horloge CLOCK_MONOTONIC est décalée de {{monotonic}} secondes, et CLOCK_BOOTTIME d'aucune. C'est la seconde qui donne l'uptime."},
		Try: again},
	"time.other-offset": {
		Found: say.Text{
			EN: "The boot time in {{ns}} is moved by {{is}} seconds; {{boottime}} are asked for. The offset counts in seconds, and stays what it is once a process is in the namespace.",
			FR: "Le démarrage est décalé de {{is}} secondes dans {{ns}} ; il en faut {{boottime}}. Le décalage se compte en secondes, et ne change plus dès qu'un processus est dans l'espace."},
		Try: again},
	"time.only-children": {
		Found: say.Text{
			EN: "Process {{process}} is still in {{ns}}; only the children it may have are born in its new time namespace, {{children-ns}}. unshare(2) moves nobody who is already running.",
			FR: "Le processus {{process}} est encore dans {{ns}} ; seuls ses enfants éventuels naissent dans son nouvel espace time, {{children-ns}}. unshare(2) ne déplace personne qui tourne déjà."},
		Try: say.Text{
			EN: "Have the program started as a child: `--fork`, as in `sudo unshare --time --fork --boottime {{boottime}} bash`.",
			FR: "Faites lancer le programme comme enfant : `--fork`, comme dans `sudo unshare --time --fork --boottime {{boottime}} bash`."}},
	"time.no-offset": {
		Found: say.Text{
			EN: "Process {{process}} is in a time namespace of yours, {{ns}}, in which no clock is moved. They cannot be any more: a process is in it already.",
			FR: "Le processus {{process}} est dans un espace de noms time à vous, {{ns}}, où aucune horloge n'est décalée. Elles ne peuvent plus l'être : un processus y est déjà."},
		Try: again},
	"time.over-uptime": {
		Found: say.Text{
			EN: "Something is mounted over {{point}}: whoever reads it reads what you wrote, and every clock goes as before.",
			FR: "Quelque chose est monté par-dessus {{point}} : qui le lit y lit ce que vous avez écrit, et toutes les horloges vont comme avant."},
		Try: say.Text{
			EN: "`umount {{point}}`, then `sudo unshare --time --fork --boottime {{boottime}} bash`.",
			FR: "`umount {{point}}`, puis `sudo unshare --time --fork --boottime {{boottime}} bash`."}},
	"time.only-function": {
		Found: say.Text{
			EN: "`{{command}}` is a function or an alias of yours: it prints what you told it to. No clock has been moved.",
			FR: "`{{command}}` est une fonction ou un alias à vous : il affiche ce que vous lui avez dit. Aucune horloge n'a été décalée."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` brings the real command back.",
			FR: "`unset -f {{command}}; unalias {{command}}` rétablit la vraie commande."}},
	"time.ended": {
		Found: say.Text{
			EN: "The time namespace {{ns}} was right; its last process has ended, and the namespace with it.",
			FR: "L'espace de noms time {{ns}} était bon ; son dernier processus s'est terminé, et l'espace avec lui."},
		Try: again},
	"time.offset-of-nothing": {
		Found: say.Text{
			EN: "`{{typed}}` was refused: an offset can only be given to a new time namespace, and none is asked for.",
			FR: "`{{typed}}` a été refusé : un décalage ne se donne qu'à un nouvel espace de noms time, et aucun n'est demandé."},
		Try: again},
	"time.refused": {
		Found: say.Text{
			EN: "`{{typed}}` ended with status {{status}}, and there is no time namespace of yours.",
			FR: "`{{typed}}` s'est terminé avec le code {{status}}, et il n'y a pas d'espace de noms time à vous."},
		Try: say.Text{
			EN: "Read what it said. BusyBox's unshare has no --time; a clock may not go below zero, nor some hundred years up; and only root of the user namespace that owns it may move it.",
			FR: "Lisez ce qu'il a dit. L'unshare de BusyBox n'a pas --time ; une horloge ne descend pas sous zéro, ni ne monte au-delà d'une centaine d'années ; et seul root, dans l'espace user à qui elle appartient, peut la décaler."}},
	"time.ended-at-once": {
		Found: say.Text{
			EN: "The time namespace lived as long as `{{program}}`, and that has ended.",
			FR: "L'espace de noms time a vécu aussi longtemps que `{{program}}`, qui est terminé."},
		Try: again},
	"time.wall-clock": {
		Found: say.Text{
			EN: "`{{typed}}` is about the date, CLOCK_REALTIME. There is one for the whole kernel, no namespace has its own, and setting it takes the real root of the real machine.",
			FR: "`{{typed}}` concerne la date, CLOCK_REALTIME. Il n'y en a qu'une pour tout le noyau, aucun espace de noms n'a la sienne, et la régler demande le vrai root de la vraie machine."},
		Try: again},
	"time.without-time": {
		Found: say.Text{
			EN: "`{{typed}}` asks for no time namespace.",
			FR: "`{{typed}}` ne demande pas d'espace de noms time."},
		Try: again},
	"time.none-made": {
		Found: say.Text{
			EN: "There is the host's time namespace, {{host-ns}}, and no other.",
			FR: "Il y a l'espace de noms time de l'hôte, {{host-ns}}, et aucun autre."},
		Try: again},
}
