package netns

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// words are the sentences of the lesson's findings. What was expected is said once a step, in net.go and route.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"net.lo-up": {Found: say.Text{
		EN: "In the network namespace {{ns}} ({{whose}}) the interface lo is up. The host's namespace, {{host-ns}}, has a lo of its own.",
		FR: "Dans l'espace de noms net {{ns}} ({{whose}}), l'interface lo est active. L'espace de l'hôte, {{host-ns}}, a une autre lo, la sienne."}},
	"net.paired": {Found: say.Text{
		EN: "Two ends of one pair: {{host-if}} (index {{host-index}}) in the host's network namespace, {{host-ns}}, and {{if}} (index {{index}}) in {{ns}} ({{whose}}). Each names the other as its peer.",
		FR: "Deux bouts d'une même paire : {{host-if}} (indice {{host-index}}) dans l'espace net de l'hôte, {{host-ns}}, et {{if}} (indice {{index}}) dans {{ns}} ({{whose}}). Chacun désigne l'autre comme son vis-à-vis (peer)."}},
	"net.addressed": {Found: say.Text{
		EN: "{{host-if}} in {{host-ns}} has {{host-ip}}/24, {{if}} in {{ns}} has {{isolated-ip}}/24, and both are up.",
		FR: "{{host-if}} dans {{host-ns}} a {{host-ip}}/24, {{if}} dans {{ns}} a {{isolated-ip}}/24, et les deux sont actives."}},
	"net.reached": {Found: say.Text{
		EN: "A reply came back to {{from}} across {{host-if}} and {{if}}. On the way the kernel learned that {{ip}} is at {{mac}}: the hardware address of the other end.",
		FR: "Une réponse est revenue par {{host-if}} et {{if}} ({{from}}). Au passage, le noyau a appris que {{ip}} se trouve en {{mac}} : l'adresse matérielle de l'autre bout."}},
	"net.served": {Found: say.Text{
		EN: "There was a connection from the host to {{isolated-ip}}, port 8000, and it was accepted in {{ns}} ({{whose}}).",
		FR: "Il y a eu une connexion de l'hôte vers {{isolated-ip}}, port 8000, et elle a été acceptée dans {{ns}} ({{whose}})."}},
	"net.route": {Found: say.Text{
		EN: "Yes: the route to {{dst}} was made by the {{protocol}}, when an interface that is up was given an address with this prefix. Take the interface down, and the route goes.",
		FR: "Oui : la route vers {{dst}} vient du noyau (proto {{protocol}}), dès qu'une interface active a reçu une adresse avec ce préfixe. Désactivez l'interface, et la route s'en va."}},
	"net.stopped": {Found: say.Text{
		EN: "The server still listens at {{listener}} in {{ns}} ({{whose}}), but the chain {{chain}} of that namespace lets nobody from the host through. The host's filter is as it was at the start.",
		FR: "Le serveur écoute toujours sur {{listener}} dans {{ns}} ({{whose}}), mais la chaîne {{chain}} de cet espace ne laisse passer personne depuis l'hôte. Le filtre de l'hôte est resté tel qu'au départ."}},

	// For all steps.
	"net.no-isolated": {
		Found: say.Text{
			EN: "No network namespace of the lab is there but the host's, {{host-ns}}.",
			FR: "Il n'y a aucun espace de noms net dans le labo, hormis celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens the isolated shell again; or make a namespace yourself, in shell host: `unshare -r -n bash`.",
			FR: "`nslab shell isolated` rouvre le shell isolé ; ou créez vous-même un espace, dans le shell host : `unshare -r -n bash`."}},
	"net.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}}, {{command}} is a function or an alias of your shell. It can print what it likes; in {{ns}} ({{whose}}) the kernel knows nothing of it.",
			FR: "Dans le shell {{shell}}, {{command}} est une fonction ou un alias de votre shell. Elle peut afficher ce qu'elle veut ; dans {{ns}} ({{whose}}), le noyau n'en sait rien."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}`, then look at the kernel's own answer: `cat /proc/net/dev`.",
			FR: "`unset -f {{command}}; unalias {{command}}`, puis regardez la réponse du noyau lui-même : `cat /proc/net/dev`."}},

	// Step alone.
	"net.lo-down": {
		Found: say.Text{
			EN: "In the network namespace {{ns}} ({{whose}}) the interface lo is down.",
			FR: "Dans l'espace de noms net {{ns}} ({{whose}}), l'interface lo est inactive."},
		Try: say.Text{
			EN: "In shell isolated: `ifconfig -a` shows it without the word UP. `ip link help` says how an interface is set up.",
			FR: "Dans le shell isolated : `ifconfig -a` la montre sans le mot UP. `ip link help` dit comment on active une interface."}},
	"net.lo-addressed": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) lo has the address {{addr}}, but it is down: an address alone moves no packet.",
			FR: "Dans {{ns}} ({{whose}}), lo a l'adresse {{addr}}, mais elle est inactive : une adresse seule ne fait passer aucun paquet."},
		Try: say.Text{
			EN: "In the same shell: `ip link set lo up`.",
			FR: "Dans le même shell : `ip link set lo up`."}},
	"net.lo-in-host": {
		Found: say.Text{
			EN: "You typed that in shell host, whose lo was up already. The lo of {{ns}} ({{whose}}) is another interface, and it is down.",
			FR: "Vous avez tapé cela dans le shell host, dont lo était déjà active. Celle de {{ns}} ({{whose}}) est une autre interface, et elle est inactive."},
		Try: say.Text{
			EN: "`nslab shell isolated` takes you to the other shell: the same command there.",
			FR: "`nslab shell isolated` vous mène à l'autre shell : la même commande, là-bas."}},
	"net.lo-ended": {
		Found: say.Text{
			EN: "lo was up in the network namespace {{gone}}, but that one ended with its last process. In {{ns}} ({{whose}}) it is down.",
			FR: "lo était active dans l'espace de noms net {{gone}}, mais celui-ci a disparu avec son dernier processus. Dans {{ns}} ({{whose}}), elle est inactive."},
		Try: say.Text{
			EN: "Do it in a shell that stays: `nslab shell isolated`, or a bash that you do not leave.",
			FR: "Faites-le dans un shell qui reste : `nslab shell isolated`, ou un bash que vous ne quittez pas."}},

	// Step veth.
	"net.no-pair": {
		Found: say.Text{
			EN: "No veth pair leads from the host's network namespace, {{host-ns}}, into another one.",
			FR: "Aucune paire veth ne mène de l'espace de noms net de l'hôte, {{host-ns}}, dans un autre."},
		Try: say.Text{
			EN: "In shell host: `ip link add ... type veth peer name ... netns PID`, with the PID of a process in {{ns}}: there is {{pid}}.",
			FR: "Dans le shell host : `ip link add ... type veth peer name ... netns PID`, avec le PID d'un processus de {{ns}} : il y a {{pid}}."}},
	"net.no-peer": {
		Found: say.Text{
			EN: "There is an interface {{link}} in {{in}} ({{in-whose}}), but its type is {{type}} and it has no peer in the lab. What makes a pair is the peer, not the name.",
			FR: "Il y a une interface {{link}} dans {{in}} ({{in-whose}}), mais son type est {{type}}, et elle n'a pas d'autre bout (peer) dans le labo. C'est l'autre bout qui fait une paire, non le nom."},
		Try: say.Text{
			EN: "Delete it (`ip link del {{link}}`), and make a pair from shell host: `ip link add ... type veth peer name ... netns PID`.",
			FR: "Supprimez-la (`ip link del {{link}}`), et créez une paire depuis le shell host : `ip link add ... type veth peer name ... netns PID`."}},
	"net.both-in-host": {
		Found: say.Text{
			EN: "{{a}} and {{b}} are a pair, but both ends are in the host's network namespace, {{host-ns}}. The isolated one, {{ns}} ({{whose}}), has none. `netns` was left out, or its PID is that of a process in the host's namespace.",
			FR: "{{a}} et {{b}} forment bien une paire, mais les deux bouts sont dans l'espace net de l'hôte, {{host-ns}}. L'espace isolé, {{ns}} ({{whose}}), n'en a aucun. Il manque `netns`, ou son PID est celui d'un processus de l'espace de l'hôte."},
		Try: say.Text{
			EN: "An end can still move. In shell host: `ip link set {{b}} netns PID`, with what `echo $$` prints in the isolated shell (process {{pid}} is in there).",
			FR: "Un bout peut encore déménager. Dans le shell host : `ip link set {{b}} netns PID`, avec ce qu'affiche `echo $$` dans le shell isolé (le processus {{pid}} y est)."}},
	"net.both-isolated": {
		Found: say.Text{
			EN: "{{a}} and {{b}} are a pair, but both ends are in {{a-ns}} ({{a-whose}}): nothing leads to the host's namespace, {{host-ns}}.",
			FR: "{{a}} et {{b}} forment bien une paire, mais les deux bouts sont dans {{a-ns}} ({{a-whose}}) : rien ne mène à l'espace de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "The command belongs in shell host. Delete the pair where it is (`ip link del {{a}}`) and make it from there.",
			FR: "La commande est à taper dans le shell host. Supprimez la paire là où elle est (`ip link del {{a}}`) et créez-la de là-bas."}},
	"net.pair-between": {
		Found: say.Text{
			EN: "{{a}} in {{a-ns}} ({{a-whose}}) and {{b}} in {{ns}} ({{whose}}) are a pair, but neither of these namespaces is the host's, {{host-ns}}.",
			FR: "{{a}} dans {{a-ns}} ({{a-whose}}) et {{b}} dans {{ns}} ({{whose}}) forment une paire, mais aucun de ces espaces n'est celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "Type the command in shell host: the end without `netns` comes to be where the command runs.",
			FR: "Tapez la commande dans le shell host : le bout sans `netns` naît là où la commande est lancée."}},
	"net.pair-ended": {
		Found: say.Text{
			EN: "There was a pair, {{host-if}} and {{if}}, but the namespace of one end, {{gone}}, ended with its last process: the end in it went too, and no end lives without the other.",
			FR: "Il y avait une paire, {{host-if}} et {{if}}, mais l'espace d'un des bouts, {{gone}}, a disparu avec son dernier processus : ce bout est parti avec lui, et aucun bout ne vit sans l'autre."},
		Try: say.Text{
			EN: "Make it again, with the PID of a shell that stays open (process {{pid}} is in {{ns}}).",
			FR: "Recréez-la, avec le PID d'un shell qui reste ouvert (le processus {{pid}} est dans {{ns}})."}},
	"net.pair-deleted": {
		Found: say.Text{
			EN: "There was a pair, {{host-if}} and {{if}}; it has been deleted, or an end moved away. {{gone}} is still there.",
			FR: "Il y avait une paire, {{host-if}} et {{if}} ; elle a été supprimée, ou un bout a déménagé. {{gone}} est toujours là."},
		Try: say.Text{
			EN: "Make it again from shell host, with the PID of a process in {{ns}}: there is {{pid}}.",
			FR: "Recréez-la depuis le shell host, avec le PID d'un processus de {{ns}} : il y a {{pid}}."}},
	"net.variable-empty": {
		Found: say.Text{
			EN: "The variable {{variable}} is empty in the shell where you typed that, so `netns` got no number, and `ip` made nothing.",
			FR: "La variable {{variable}} est vide dans le shell où vous avez tapé cela : `netns` n'a reçu aucun nombre, et `ip` n'a rien créé."},
		Try: say.Text{
			EN: "`echo $$` in the isolated shell prints the number. Type it in place of the variable, or first, in shell host: `{{variable}}={{pid}}` (that process is in {{ns}}).",
			FR: "`echo $$` dans le shell isolé affiche le nombre. Tapez-le à la place de la variable, ou d'abord, dans le shell host : `{{variable}}={{pid}}` (ce processus est dans {{ns}})."}},
	"net.veth-refused": {
		Found: say.Text{
			EN: "The kernel, or `ip`, refused: {{typed}} (exit status {{status}}). There is no pair.",
			FR: "Le noyau, ou `ip`, a refusé : {{typed}} (code de sortie {{status}}). Il n'y a pas de paire."},
		Try: say.Text{
			EN: "Read the message under the command: a name that is taken, or a PID that is no process? In {{ns}} ({{whose}}) there is process {{pid}}.",
			FR: "Lisez le message sous la commande : un nom déjà pris, ou un PID qui n'est aucun processus ? Dans {{ns}} ({{whose}}), il y a le processus {{pid}}."}},

	// Step address.
	"net.not-addressed": {
		Found: say.Text{
			EN: "Neither {{host-if}} in {{host-ns}} nor {{if}} in {{ns}} ({{whose}}) has the address it should have.",
			FR: "Ni {{host-if}} dans {{host-ns}}, ni {{if}} dans {{ns}} ({{whose}}) n'a l'adresse voulue."},
		Try: say.Text{
			EN: "Begin in shell host: `ifconfig {{host-if}} {{host-ip}}/24 up`.",
			FR: "Commencez dans le shell host : `ifconfig {{host-if}} {{host-ip}}/24 up`."}},
	"net.swapped": {
		Found: say.Text{
			EN: "{{link}} in {{in}} has {{ip}}, the address that is meant for the other end; this one's is {{want}}.",
			FR: "{{link}} dans {{in}} a {{ip}}, l'adresse destinée à l'autre bout ; la sienne est {{want}}."},
		Try: say.Text{
			EN: "In shell {{shell}}: `ip addr flush dev {{link}}`, then `ip addr add {{want}}/24 dev {{link}}`.",
			FR: "Dans le shell {{shell}} : `ip addr flush dev {{link}}`, puis `ip addr add {{want}}/24 dev {{link}}`."}},
	"net.wrong-prefix": {
		Found: say.Text{
			EN: "{{link}} in {{in}} has the right address, {{want}}, but with the prefix /{{is}}. Without a mask `ifconfig` guesses one by rules of 1981, and `ip` takes /32.",
			FR: "{{link}} dans {{in}} a la bonne adresse, {{want}}, mais avec le préfixe /{{is}}. Sans masque, `ifconfig` en devine un selon des règles de 1981, et `ip` prend /32."},
		Try: say.Text{
			EN: "In shell {{shell}}: `ip addr flush dev {{link}}`, then `ip addr add {{want}}/24 dev {{link}}`.",
			FR: "Dans le shell {{shell}} : `ip addr flush dev {{link}}`, puis `ip addr add {{want}}/24 dev {{link}}`."}},
	"net.address-elsewhere": {
		Found: say.Text{
			EN: "{{want}} is on the interface {{on}} in {{on-ns}} ({{on-whose}}); it belongs on {{link}} in {{in}}.",
			FR: "{{want}} est sur l'interface {{on}} dans {{on-ns}} ({{on-whose}}) ; sa place est sur {{link}} dans {{in}}."},
		Try: say.Text{
			EN: "Take it off where it is (`ip addr del {{addr}} dev {{on}}`), and in shell {{shell}} give it to {{link}}: `ip addr add {{want}}/24 dev {{link}}`.",
			FR: "Retirez-la de là où elle est (`ip addr del {{addr}} dev {{on}}`), et dans le shell {{shell}} donnez-la à {{link}} : `ip addr add {{want}}/24 dev {{link}}`."}},
	"net.wrong-address": {
		Found: say.Text{
			EN: "{{link}} in {{in}} has the address {{is}}, not {{want}}/24.",
			FR: "{{link}} dans {{in}} a l'adresse {{is}}, et non {{want}}/24."},
		Try: say.Text{
			EN: "In shell {{shell}}: `ip addr flush dev {{link}}`, then `ip addr add {{want}}/24 dev {{link}}`.",
			FR: "Dans le shell {{shell}} : `ip addr flush dev {{link}}`, puis `ip addr add {{want}}/24 dev {{link}}`."}},
	"net.no-address": {
		Found: say.Text{
			EN: "One end is ready; the other, {{link}} in {{in}}, has no address.",
			FR: "Un bout est prêt ; l'autre, {{link}} dans {{in}}, n'a pas d'adresse."},
		Try: say.Text{
			EN: "In shell {{shell}}: `ifconfig {{link}} {{want}}/24 up`. (An end that is moved to another namespace loses the addresses it had.)",
			FR: "Dans le shell {{shell}} : `ifconfig {{link}} {{want}}/24 up`. (Un bout qui change d'espace perd les adresses qu'il avait.)"}},
	"net.end-down": {
		Found: say.Text{
			EN: "Both addresses are there, but {{link}} in {{in}} is down.",
			FR: "Les deux adresses sont là, mais {{link}} dans {{in}} est inactive."},
		Try: say.Text{
			EN: "In shell {{shell}}: `ip link set {{link}} up`. (`ip addr add` gives an address and leaves the interface as it is; `ifconfig` does both.)",
			FR: "Dans le shell {{shell}} : `ip link set {{link}} up`. (`ip addr add` donne une adresse et laisse l'interface telle quelle ; `ifconfig` fait les deux.)"}},

	// Step ping.
	"net.not-pinged": {
		Found: say.Text{
			EN: "Both ends have their addresses, but no echo request has gone from {{host-ns}} to {{ns}} ({{whose}}), nor the other way.",
			FR: "Les deux bouts ont leur adresse, mais aucune requête d'écho n'est allée de {{host-ns}} à {{ns}} ({{whose}}), ni dans l'autre sens."},
		Try: say.Text{
			EN: "In shell isolated: `ping {{host-ip}}`; Ctrl-C ends it.",
			FR: "Dans le shell isolated : `ping {{host-ip}}` ; Ctrl-C l'arrête."}},
	"net.pinged-self": {
		Found: say.Text{
			EN: "{{replies}} echo replies came in to {{in}}, but as many requests did: shell {{shell}} has pinged an address of its own, and that never leaves the namespace.",
			FR: "{{replies}} réponses d'écho sont arrivées dans {{in}}, mais autant de requêtes aussi : le shell {{shell}} a envoyé un ping à une adresse à lui, et cela ne quitte jamais l'espace."},
		Try: say.Text{
			EN: "Ping the other end: in shell {{shell}}, `ping {{other}}`.",
			FR: "Visez l'autre bout : dans le shell {{shell}}, `ping {{other}}`."}},
	"net.ping-unanswered": {
		Found: say.Text{
			EN: "{{requests}} echo requests came in to {{to}} ({{to-whose}}), but no reply came back to {{from}}: the way back is missing, or {{to}} is told not to answer.",
			FR: "{{requests}} requêtes d'écho sont arrivées dans {{to}} ({{to-whose}}), mais aucune réponse n'est revenue dans {{from}} : le chemin du retour manque, ou {{to}} a l'ordre de se taire."},
		Try: say.Text{
			EN: "Look at `route -n`, at `cat /proc/sys/net/ipv4/icmp_echo_ignore_all` and at the packet filter there.",
			FR: "Regardez là-bas `route -n`, `cat /proc/sys/net/ipv4/icmp_echo_ignore_all` et le filtre de paquets."}},

	// Step serve.
	"net.not-listening": {
		Found: say.Text{
			EN: "Nothing listens on port 8000 in {{ns}} ({{whose}}).",
			FR: "Rien n'écoute sur le port 8000 dans {{ns}} ({{whose}})."},
		Try: say.Text{
			EN: "In the isolated shell: `python3 -m http.server`, or `httpd -f -p 8000`. It stays in front: fetch from shell host in another terminal.",
			FR: "Dans le shell isolé : `python3 -m http.server`, ou `httpd -f -p 8000`. Il reste au premier plan : interrogez-le du shell host, dans un autre terminal."}},
	"net.serves-in-host": {
		Found: say.Text{
			EN: "A server listens on port 8000, but in the host's namespace, {{host-ns}}; in {{ns}} ({{whose}}) nothing does. What answered the host was the host itself.",
			FR: "Un serveur écoute sur le port 8000, mais dans l'espace de l'hôte, {{host-ns}} ; dans {{ns}} ({{whose}}), rien. Ce qui a répondu à l'hôte, c'est l'hôte lui-même."},
		Try: say.Text{
			EN: "End it (Ctrl-C), and start it in the isolated shell. Then, in shell host: `curl http://{{isolated-ip}}:8000`.",
			FR: "Arrêtez-le (Ctrl-C), et lancez-le dans le shell isolé. Puis, dans le shell host : `curl http://{{isolated-ip}}:8000`."}},
	"net.serves-locally": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) a server listens on port 8000, but only at {{ip}}, and {{ip}} is not where the host knocks.",
			FR: "Dans {{ns}} ({{whose}}), un serveur écoute sur le port 8000, mais seulement à l'adresse {{ip}}, et ce n'est pas là que l'hôte frappe."},
		Try: say.Text{
			EN: "Start it so that it listens at {{isolated-ip}}, or at every address (0.0.0.0), as `python3 -m http.server` does by itself.",
			FR: "Lancez-le de sorte qu'il écoute à {{isolated-ip}}, ou à toutes les adresses (0.0.0.0), comme le fait de lui-même `python3 -m http.server`."}},
	"net.other-port": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) a server listens, but on port {{port}}.",
			FR: "Dans {{ns}} ({{whose}}), un serveur écoute, mais sur le port {{port}}."},
		Try: say.Text{
			EN: "`python3 -m http.server` takes port 8000 by itself; `httpd -f -p 8000` has to be told.",
			FR: "`python3 -m http.server` prend de lui-même le port 8000 ; à `httpd -f -p 8000`, il faut le dire."}},
	"net.fetched-inside": {
		Found: say.Text{
			EN: "The server in {{ns}} ({{whose}}) was asked by a client in the same namespace. Nothing has come from the host yet, across {{host-if}}.",
			FR: "Le serveur de {{ns}} ({{whose}}) a été interrogé par un client du même espace. Rien n'est encore venu de l'hôte, par {{host-if}}."},
		Try: say.Text{
			EN: "Leave the server running and ask from shell host: `curl http://{{isolated-ip}}:8000`.",
			FR: "Laissez tourner le serveur et interrogez-le du shell host : `curl http://{{isolated-ip}}:8000`."}},
	"net.server-ended": {
		Found: say.Text{
			EN: "A server did listen on port 8000 in {{ns}} ({{whose}}), but it has ended, and the host never asked it for anything.",
			FR: "Un serveur a bien écouté sur le port 8000 dans {{ns}} ({{whose}}), mais il est arrêté, et l'hôte ne lui a jamais rien demandé."},
		Try: say.Text{
			EN: "Start it again and leave it running; ask from shell host in another terminal, or put `&` behind the server's command.",
			FR: "Relancez-le et laissez-le tourner ; interrogez-le du shell host dans un autre terminal, ou mettez `&` derrière la commande du serveur."}},
	"net.not-fetched": {
		Found: say.Text{
			EN: "A server listens on port 8000 in {{ns}} ({{whose}}), but the host has not asked it for anything yet.",
			FR: "Un serveur écoute sur le port 8000 dans {{ns}} ({{whose}}), mais l'hôte ne lui a encore rien demandé."},
		Try: say.Text{
			EN: "In shell host: `curl http://{{isolated-ip}}:8000`.",
			FR: "Dans le shell host : `curl http://{{isolated-ip}}:8000`."}},

	// Step route.
	"net.route-unanswered": {
		Found: say.Text{
			EN: "There is no answer yet.",
			FR: "Il n'y a pas encore de réponse."},
		Try: say.Text{
			EN: "Look at `ip route` in shell host, then type `nslab answer \"ROUTE, because REASON\"`.",
			FR: "Regardez `ip route` dans le shell host, puis tapez `nslab answer \"ROUTE, parce que RAISON\"`."}},
	"net.route-gone": {
		Found: say.Text{
			EN: "The host has no such route at this moment, so your answer ({{answer}}) cannot be held against it.",
			FR: "L'hôte n'a pas cette route en ce moment : votre réponse ({{answer}}) ne peut pas y être comparée."},
		Try: say.Text{
			EN: "The host's end of the pair must be up and have {{host-ip}}/24, as in step address. Then look at `ip route` once more.",
			FR: "Le bout de l'hôte doit être actif et avoir {{host-ip}}/24, comme à l'étape address. Puis regardez à nouveau `ip route`."}},
	"net.route-default": {
		Found: say.Text{
			EN: "You answered: {{answer}}. The default route is where packets go that no other line fits, and the host has none here.",
			FR: "Vous avez répondu : {{answer}}. La route par défaut est celle des paquets auxquels aucune autre ligne ne convient, et l'hôte n'en a pas ici."},
		Try: say.Text{
			EN: "Read the column Destination of `route -n` in shell host.",
			FR: "Lisez la colonne Destination de `route -n` dans le shell host."}},
	"net.route-is-address": {
		Found: say.Text{
			EN: "You answered: {{answer}}. {{ip}} is the address of one interface; the route leads to the whole network it is in.",
			FR: "Vous avez répondu : {{answer}}. {{ip}} est l'adresse d'une interface ; la route, elle, mène à tout le réseau dont elle fait partie."},
		Try: say.Text{
			EN: "The first 24 bits are the network's, the rest is zero: that is how `route -n` writes it.",
			FR: "Les 24 premiers bits sont ceux du réseau, le reste est à zéro : c'est ainsi que l'écrit `route -n`."}},
	"net.route-other": {
		Found: say.Text{
			EN: "You answered: {{answer}}. That does not name the route that is new in the host's table.",
			FR: "Vous avez répondu : {{answer}}. Cela ne nomme pas la route qui est nouvelle dans la table de l'hôte."},
		Try: say.Text{
			EN: "Write its destination as `ip route` does, in numbers with a slash, and then the reason.",
			FR: "Écrivez sa destination comme le fait `ip route`, en nombres avec une barre oblique, puis la raison."}},
	"net.route-wrong-why": {
		Found: say.Text{
			EN: "The route is the right one, but “{{word}}” has no part in it: before that was even there, the route was.",
			FR: "La route est la bonne, mais « {{word}} » n'y est pour rien : elle était là sans cela."},
		Try: say.Text{
			EN: "Who made it stands in `ip route` behind `proto`. And what had you just typed on {{host-ip}}'s side when it came?",
			FR: "Qui l'a faite, `ip route` le dit après `proto`. Et que veniez-vous de taper, du côté de {{host-ip}}, quand elle est apparue ?"}},
	"net.route-why": {
		Found: say.Text{
			EN: "The route is the right one; the answer does not say yet why it is there.",
			FR: "La route est la bonne ; la réponse ne dit pas encore pourquoi elle est là."},
		Try: say.Text{
			EN: "Who made it stands in `ip route` behind `proto`. Answer both in one line: `nslab answer \"ROUTE, because REASON\"`.",
			FR: "Qui l'a faite, `ip route` le dit après `proto`. Répondez aux deux en une ligne : `nslab answer \"ROUTE, parce que RAISON\"`."}},

	// Step firewall.
	"net.rule-in-host": {
		Found: say.Text{
			EN: "The packet filter of the host's namespace, {{host-ns}}, is not what it was at the start (chain {{chain}}). The rule belongs in {{ns}} ({{whose}}).",
			FR: "Le filtre de paquets de l'espace de l'hôte, {{host-ns}}, n'est plus ce qu'il était au départ (chaîne {{chain}}). La place de la règle est dans {{ns}} ({{whose}})."},
		Try: say.Text{
			EN: "In shell host: `nft flush ruleset` (or `iptables -F`, and `iptables -P INPUT ACCEPT`) takes it away. Then the same rule in the isolated shell.",
			FR: "Dans le shell host : `nft flush ruleset` (ou `iptables -F`, et `iptables -P INPUT ACCEPT`) l'enlève. Puis la même règle dans le shell isolé."}},
	"net.cut": {
		Found: say.Text{
			EN: "You cut the wire: between {{host-ns}} and {{ns}} ({{whose}}) an address, a route or an interface that was there is missing. That stops port 8000, and everything else.",
			FR: "Vous avez coupé le câble : entre {{host-ns}} et {{ns}} ({{whose}}), il manque une adresse, une route ou une interface qui était là. Cela arrête le port 8000, et tout le reste."},
		Try: say.Text{
			EN: "Put it back as in step address (`ifconfig` with address and `up`, on both sides), and stop the port with a rule.",
			FR: "Rétablissez-le comme à l'étape address (`ifconfig` avec l'adresse et `up`, des deux côtés), et arrêtez le port par une règle."}},
	"net.server-stopped": {
		Found: say.Text{
			EN: "Nothing listens on port 8000 in {{ns}} ({{whose}}): the server has ended, so there is nothing for a rule to stop.",
			FR: "Rien n'écoute sur le port 8000 dans {{ns}} ({{whose}}) : le serveur est arrêté, une règle n'a donc rien à arrêter."},
		Try: say.Text{
			EN: "Start it again, in the background: `python3 -m http.server &`, or `httpd -p 8000`.",
			FR: "Relancez-le, en arrière-plan : `python3 -m http.server &`, ou `httpd -p 8000`."}},
	"net.no-hook": {
		Found: say.Text{
			EN: "The chain {{chain}} in {{ns}} ({{whose}}) has a rule, but no hook: no packet ever enters it, and the host still reaches port 8000.",
			FR: "La chaîne {{chain}} dans {{ns}} ({{whose}}) a une règle, mais pas de crochet (hook) : aucun paquet n'y entre jamais, et l'hôte atteint toujours le port 8000."},
		Try: say.Text{
			EN: "Give a chain its hook when you make it: `nft add chain inet lab input '{ type filter hook input priority 0; }'`.",
			FR: "Donnez son crochet à la chaîne en la créant : `nft add chain inet lab input '{ type filter hook input priority 0; }'`."}},
	"net.rule-misses": {
		Found: say.Text{
			EN: "There is a filter in {{ns}} ({{whose}}), chain {{chain}} at the hook {{hook}}, but the host still reaches port 8000.",
			FR: "Il y a un filtre dans {{ns}} ({{whose}}), chaîne {{chain}} au crochet (hook) {{hook}}, mais l'hôte atteint toujours le port 8000."},
		Try: say.Text{
			EN: "What comes in to a server passes `input`, and 8000 is its destination port (`dport`). Does a rule before yours accept already? `nft list ruleset`, `iptables -L -n`.",
			FR: "Ce qui arrive à un serveur passe par `input`, et 8000 est son port de destination (`dport`). Une règle avant la vôtre accepte-t-elle déjà ? `nft list ruleset`, `iptables -L -n`."}},
	"net.closed-without-rule": {
		Found: say.Text{
			EN: "The host does not get through to port 8000, but it is no rule that stops it: the packet filter of {{ns}} ({{whose}}) is empty.",
			FR: "L'hôte n'atteint pas le port 8000, mais ce n'est pas une règle qui l'arrête : le filtre de paquets de {{ns}} ({{whose}}) est vide."},
		Try: say.Text{
			EN: "See that `curl http://{{isolated-ip}}:8000` works in shell host, and then stop it with a rule in the isolated shell.",
			FR: "Faites d'abord que `curl http://{{isolated-ip}}:8000` marche dans le shell host, puis arrêtez-le par une règle dans le shell isolé."}},
	"net.no-rule": {
		Found: say.Text{
			EN: "The packet filter of {{ns}} ({{whose}}) is empty, and the host reaches port 8000.",
			FR: "Le filtre de paquets de {{ns}} ({{whose}}) est vide, et l'hôte atteint le port 8000."},
		Try: say.Text{
			EN: "In the isolated shell, `iptables -L -n` or `nft list ruleset` shows what there is; `-A INPUT` or `add rule` appends.",
			FR: "Dans le shell isolé, `iptables -L -n` ou `nft list ruleset` montre ce qu'il y a ; `-A INPUT` ou `add rule` ajoute."}},
}
