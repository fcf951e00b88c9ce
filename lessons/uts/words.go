package uts

import (
	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// back puts the host's name back.
var back = say.Text{
	EN: "Put it back: in shell host (`nslab shell host`) type `hostname {{host-was}}`. Then `hostname {{want}}` in a shell with a UTS namespace of its own; `readlink /proc/self/ns/uts` tells which one you are in.",
	FR: "Rétablissez-le : dans le shell host (`nslab shell host`), tapez `hostname {{host-was}}`. Puis `hostname {{want}}` dans un shell qui a son propre espace de noms UTS ; `readlink /proc/self/ns/uts` dit dans lequel vous êtes."}

// backDomain puts the host's domain name back.
var backDomain = say.Text{
	EN: "Put it back: in shell host (`nslab shell host`) type `domainname '{{host-domain-was}}'`. Then `domainname {{want}}` in shell isolated.",
	FR: "Rétablissez-le : dans le shell host (`nslab shell host`), tapez `domainname '{{host-domain-was}}'`. Puis `domainname {{want}}` dans le shell isolated."}

// again gives the right name where the wrong one stands.
var again = say.Text{
	EN: "Type `hostname {{want}}` in the same shell.",
	FR: "Tapez `hostname {{want}}` dans le même shell."}

var againDomain = say.Text{
	EN: "Type `domainname {{want}}` in the same shell.",
	FR: "Tapez `domainname {{want}}` dans le même shell."}

// words are the sentences of the lesson's findings. What was expected is said once a step, in uts.go.
var words = checks.Messages{
	// What the kernel showed when a step is done.
	"uts.renamed": {Found: say.Text{
		EN: "In the UTS namespace {{ns}} the machine is called {{is}}; in the host's, {{host-ns}}, it is still {{host-is}}. One kernel, two names.",
		FR: "Dans l'espace de noms UTS {{ns}}, la machine s'appelle {{is}} ; dans celui de l'hôte, {{host-ns}}, toujours {{host-is}}. Un seul noyau, deux noms."}},
	"uts.domain-set": {Found: say.Text{
		EN: "In the UTS namespace {{ns}} the domain name is {{is}}; in the host's, {{host-ns}}, it is still {{host-is}}.",
		FR: "Dans l'espace de noms UTS {{ns}}, le nom de domaine est {{is}} ; dans celui de l'hôte, {{host-ns}}, c'est toujours {{host-is}}."}},
	"uts.own": {Found: say.Text{
		EN: "The UTS namespace {{ns}} was not there when the lesson began: you made it, and in it the machine is called {{is}}. In the host's, {{host-ns}}, it is still {{host-is}}.",
		FR: "L'espace de noms UTS {{ns}} n'existait pas au début de la leçon : vous l'avez créé, et la machine s'y appelle {{is}}. Dans celui de l'hôte, {{host-ns}}, toujours {{host-is}}."}},
	"uts.shared": {Found: say.Text{
		EN: "Processes {{first}} and {{second}} are both in the UTS namespace {{ns}}; process {{third}} is still in the host's, {{host-ns}}.",
		FR: "Les processus {{first}} et {{second}} sont tous deux dans l'espace de noms UTS {{ns}} ; le processus {{third}} est encore dans celui de l'hôte, {{host-ns}}."}},

	// The host's name, and the real machine's.
	"uts.machine-renamed": {
		Found: say.Text{
			EN: "The real machine, outside the lab, was called {{was}} and is now called {{is}}. No shell of the lab can do that: the command was typed in another terminal, or somebody else changed the name.",
			FR: "La vraie machine, hors du labo, s'appelait {{was}} et s'appelle maintenant {{is}}. Aucun shell du labo n'en est capable : la commande a été tapée dans un autre terminal, ou quelqu'un d'autre a changé le nom."},
		Try: say.Text{
			EN: "If it was you, put it back in that terminal: `sudo hostname {{was}}`. Shells of the lab open with `nslab shell isolated` and `nslab shell host`. If the new name is right, leave the lesson and open it anew.",
			FR: "Si c'est vous, rétablissez-le dans ce terminal : `sudo hostname {{was}}`. Les shells du labo s'ouvrent par `nslab shell isolated` et `nslab shell host`. Si le nouveau nom est voulu, quittez la leçon et rouvrez-la."}},
	"uts.renamed-in-host": {
		Found: say.Text{
			EN: "You renamed the host itself: in its UTS namespace, {{host-ns}}, the host name is now {{host-is}}. The other UTS namespaces of the lab do not have that name: {{others}}.",
			FR: "Vous avez renommé l'hôte lui-même : dans son espace de noms UTS, {{host-ns}}, le nom d'hôte est maintenant {{host-is}}. Les autres espaces de noms UTS du labo n'ont pas ce nom : {{others}}."},
		Try: back},
	"uts.renamed-in-host-too": {
		Found: say.Text{
			EN: "The name is where it should be, but the host has it too: in its UTS namespace, {{host-ns}}, the host name is now {{host-is}}. The other UTS namespaces of the lab: {{others}}.",
			FR: "Le nom est là où il faut, mais l'hôte le porte aussi : dans son espace de noms UTS, {{host-ns}}, le nom d'hôte est maintenant {{host-is}}. Les autres espaces de noms UTS du labo : {{others}}."},
		Try: say.Text{
			EN: "Put the host's back: in shell host (`nslab shell host`) type `hostname {{host-was}}`. That changes nothing elsewhere.",
			FR: "Rétablissez celui de l'hôte : dans le shell host (`nslab shell host`), tapez `hostname {{host-was}}`. Cela ne change rien ailleurs."}},
	"uts.host-renamed": {
		Found: say.Text{
			EN: "The host was called {{host-was}}; in its UTS namespace, {{host-ns}}, the host name is now {{host-is}}. The other UTS namespaces of the lab: {{others}}.",
			FR: "L'hôte s'appelait {{host-was}} ; dans son espace de noms UTS, {{host-ns}}, le nom d'hôte est maintenant {{host-is}}. Les autres espaces de noms UTS du labo : {{others}}."},
		Try: back},
	"uts.domain-in-host": {
		Found: say.Text{
			EN: "You gave the domain name to the host itself: in its UTS namespace, {{host-ns}}, it is now {{host-domain-is}}. The other UTS namespaces of the lab do not have it: {{others}}.",
			FR: "Vous avez donné le nom de domaine à l'hôte lui-même : dans son espace de noms UTS, {{host-ns}}, c'est maintenant {{host-domain-is}}. Les autres espaces de noms UTS du labo ne l'ont pas : {{others}}."},
		Try: backDomain},
	"uts.domain-in-host-too": {
		Found: say.Text{
			EN: "The domain name is where it should be, but the host has it too: in its UTS namespace, {{host-ns}}, it is now {{host-domain-is}}. The other UTS namespaces of the lab: {{others}}.",
			FR: "Le nom de domaine est là où il faut, mais l'hôte le porte aussi : dans son espace de noms UTS, {{host-ns}}, c'est maintenant {{host-domain-is}}. Les autres espaces de noms UTS du labo : {{others}}."},
		Try: say.Text{
			EN: "Put the host's back: in shell host (`nslab shell host`) type `domainname '{{host-domain-was}}'`. That changes nothing elsewhere.",
			FR: "Rétablissez celui de l'hôte : dans le shell host (`nslab shell host`), tapez `domainname '{{host-domain-was}}'`. Cela ne change rien ailleurs."}},
	"uts.host-domain": {
		Found: say.Text{
			EN: "The host's domain name was {{host-domain-was}}; in its UTS namespace, {{host-ns}}, it is now {{host-domain-is}}. The other UTS namespaces of the lab: {{others}}.",
			FR: "Le nom de domaine de l'hôte était {{host-domain-was}} ; dans son espace de noms UTS, {{host-ns}}, c'est maintenant {{host-domain-is}}. Les autres espaces de noms UTS du labo : {{others}}."},
		Try: backDomain},

	// A name, but not the one asked for.
	"uts.name-case": {
		Found: say.Text{
			EN: "The host name in {{ns}} ({{whose}}) is {{is}}, not {{want}}. To the kernel capital and small letters differ.",
			FR: "Le nom d'hôte dans {{ns}} ({{whose}}) est {{is}}, non {{want}}. Le noyau distingue majuscules et minuscules."},
		Try: again},
	"uts.name-with-domain": {
		Found: say.Text{
			EN: "The host name in {{ns}} ({{whose}}) is {{is}}: the name with a domain behind it. The kernel takes the whole for the host name.",
			FR: "Le nom d'hôte dans {{ns}} ({{whose}}) est {{is}} : le nom suivi d'un domaine. Le noyau prend le tout pour le nom d'hôte."},
		Try: again},
	"uts.name-by-domainname": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) {{want}} is the domain name; the host name is {{is}}. `domainname` sets the one, `hostname` the other.",
			FR: "Dans {{ns}} ({{whose}}), {{want}} est le nom de domaine ; le nom d'hôte est {{is}}. `domainname` change l'un, `hostname` l'autre."},
		Try: again},
	"uts.domain-as-name": {
		Found: say.Text{
			EN: "The host name in {{ns}} ({{whose}}) is {{is}}: that is the domain name of step domain.",
			FR: "Le nom d'hôte dans {{ns}} ({{whose}}) est {{is}} : c'est le nom de domaine de l'étape domain."},
		Try: again},
	"uts.name-misspelt": {
		Found: say.Text{
			EN: "The host name in {{ns}} ({{whose}}) is {{is}}. That is nearly {{want}}: look letter by letter.",
			FR: "Le nom d'hôte dans {{ns}} ({{whose}}) est {{is}}. C'est presque {{want}} : comparez lettre à lettre."},
		Try: again},
	"uts.other-name": {
		Found: say.Text{
			EN: "The namespace is right, the name is not: in {{ns}} ({{whose}}) the host name is {{is}}, in the host's, {{host-ns}}, {{host-is}}.",
			FR: "L'espace de noms est le bon, le nom ne l'est pas : dans {{ns}} ({{whose}}), le nom d'hôte est {{is}} ; dans celui de l'hôte, {{host-ns}}, {{host-is}}."},
		Try: again},
	"uts.domain-case": {
		Found: say.Text{
			EN: "The domain name in {{ns}} ({{whose}}) is {{domain-is}}, not {{want}}. To the kernel capital and small letters differ.",
			FR: "Le nom de domaine dans {{ns}} ({{whose}}) est {{domain-is}}, non {{want}}. Le noyau distingue majuscules et minuscules."},
		Try: againDomain},
	"uts.domain-with-name": {
		Found: say.Text{
			EN: "The domain name in {{ns}} ({{whose}}) is {{domain-is}}: there is a host name before it. The two are kept apart.",
			FR: "Le nom de domaine dans {{ns}} ({{whose}}) est {{domain-is}} : un nom d'hôte le précède. Les deux sont gardés séparément."},
		Try: againDomain},
	"uts.domain-by-hostname": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) {{want}} has become the host name; the domain name is {{domain-is}}. `hostname` sets the one, `domainname` the other.",
			FR: "Dans {{ns}} ({{whose}}), {{want}} est devenu le nom d'hôte ; le nom de domaine est {{domain-is}}. `hostname` change l'un, `domainname` l'autre."},
		Try: say.Text{
			EN: "In the same shell: `hostname {{name}}`, then `domainname {{want}}`.",
			FR: "Dans le même shell : `hostname {{name}}`, puis `domainname {{want}}`."}},
	"uts.domain-in-hostname": {
		Found: say.Text{
			EN: "In {{ns}} ({{whose}}) the domain is part of the host name, {{is}}; the domain name, which is a field of its own, is {{domain-is}}.",
			FR: "Dans {{ns}} ({{whose}}), le domaine fait partie du nom d'hôte, {{is}} ; le nom de domaine, un champ à part, est {{domain-is}}."},
		Try: say.Text{
			EN: "In the same shell: `hostname {{name}}`, then `domainname {{want}}`.",
			FR: "Dans le même shell : `hostname {{name}}`, puis `domainname {{want}}`."}},
	"uts.name-as-domain": {
		Found: say.Text{
			EN: "The domain name in {{ns}} ({{whose}}) is {{domain-is}}: that is the host name of step rename.",
			FR: "Le nom de domaine dans {{ns}} ({{whose}}) est {{domain-is}} : c'est le nom d'hôte de l'étape rename."},
		Try: againDomain},
	"uts.domain-misspelt": {
		Found: say.Text{
			EN: "The domain name in {{ns}} ({{whose}}) is {{domain-is}}. That is nearly {{want}}: look letter by letter.",
			FR: "Le nom de domaine dans {{ns}} ({{whose}}) est {{domain-is}}. C'est presque {{want}} : comparez lettre à lettre."},
		Try: againDomain},
	"uts.other-domain": {
		Found: say.Text{
			EN: "The namespace is right, the name is not: in {{ns}} ({{whose}}) the domain name is {{domain-is}}, in the host's, {{host-ns}}, {{host-domain-is}}.",
			FR: "L'espace de noms est le bon, le nom ne l'est pas : dans {{ns}} ({{whose}}), le nom de domaine est {{domain-is}} ; dans celui de l'hôte, {{host-ns}}, {{host-domain-is}}."},
		Try: againDomain},

	// Look-alikes: something changed, but not in the kernel.
	"uts.only-function": {
		Found: say.Text{
			EN: "In shell {{shell}} the word `{{command}}` is now a function or an alias of the shell. What it prints is its own affair: in the kernel no name has changed, the host's UTS namespace {{host-ns}} and the others are as they were.",
			FR: "Dans le shell {{shell}}, le mot `{{command}}` est maintenant une fonction ou un alias du shell. Ce qu'il affiche ne regarde que lui : dans le noyau aucun nom n'a changé, l'espace de noms UTS de l'hôte, {{host-ns}}, et les autres sont comme avant."},
		Try: say.Text{
			EN: "`unset -f {{command}}; unalias {{command}}` takes it away (one of the two will complain); `command {{command}}` always means the program.",
			FR: "`unset -f {{command}}; unalias {{command}}` l'enlève (l'un des deux protestera) ; `command {{command}}` désigne toujours le programme."}},
	"uts.only-prompt": {
		Found: say.Text{
			EN: "The prompt says {{want}}, the kernel does not: no UTS namespace of the lab has that host name, neither the host's, {{host-ns}}, nor another. A prompt is text that the shell prints.",
			FR: "L'invite dit {{want}}, le noyau non : aucun espace de noms UTS du labo n'a ce nom d'hôte, ni celui de l'hôte, {{host-ns}}, ni un autre. Une invite est un texte qu'affiche le shell."},
		Try: say.Text{
			EN: "`hostname {{want}}` asks the kernel; `hostname` or `uname -n` shows what it says.",
			FR: "`hostname {{want}}` s'adresse au noyau ; `hostname` ou `uname -n` montre ce qu'il en dit."}},
	"uts.only-variable": {
		Found: say.Text{
			EN: "A shell variable says {{want}}, the kernel does not: no UTS namespace of the lab has that host name. bash fills HOSTNAME when it starts; writing to it tells nobody.",
			FR: "Une variable du shell dit {{want}}, le noyau non : aucun espace de noms UTS du labo n'a ce nom d'hôte. bash remplit HOSTNAME à son démarrage ; y écrire n'informe personne."},
		Try: say.Text{
			EN: "`hostname {{want}}` asks the kernel; `hostname` or `uname -n` shows what it says.",
			FR: "`hostname {{want}}` s'adresse au noyau ; `hostname` ou `uname -n` montre ce qu'il en dit."}},
	"uts.only-file": {
		Found: say.Text{
			EN: "You wrote to /etc/hostname, and no name in the kernel has changed. The file is read once, when a machine starts, by the program that then calls sethostname(2). In a lab nothing reads it.",
			FR: "Vous avez écrit dans /etc/hostname, et aucun nom n'a changé dans le noyau. Ce fichier est lu une fois, au démarrage d'une machine, par le programme qui appelle alors sethostname(2). Dans un labo, rien ne le lit."},
		Try: say.Text{
			EN: "`hostname {{want}}` makes that call now.",
			FR: "`hostname {{want}}` fait cet appel maintenant."}},
	"uts.dns-domain": {
		Found: say.Text{
			EN: "There are two domain names. The one of the DNS is worked out from /etc/hosts and name servers: `hostname -d` and `dnsdomainname` show it. The one of the kernel, from the days of NIS, is in the UTS namespace, and it has not changed anywhere: in the host's, {{host-ns}}, it is {{host-domain-is}}.",
			FR: "Il y a deux noms de domaine. Celui du DNS se déduit de /etc/hosts et des serveurs de noms : `hostname -d` et `dnsdomainname` l'affichent. Celui du noyau, qui date de NIS, est dans l'espace de noms UTS, et n'a changé nulle part : dans celui de l'hôte, {{host-ns}}, c'est {{host-domain-is}}."},
		Try: say.Text{
			EN: "`domainname {{domain}}` in shell isolated sets the kernel's; `domainname` alone shows it.",
			FR: "`domainname {{domain}}` dans le shell isolated change celui du noyau ; `domainname` seul l'affiche."}},
	"uts.refused": {
		Found: say.Text{
			EN: "`{{command}} {{want}}` failed, and no name has changed. Only who has CAP_SYS_ADMIN over the UTS namespace may rename; in a user namespace of one's own one is often nobody.",
			FR: "`{{command}} {{want}}` a échoué, et aucun nom n'a changé. Seul peut renommer qui a CAP_SYS_ADMIN sur l'espace de noms UTS ; dans un espace de noms d'utilisateurs à soi, on n'est souvent personne."},
		Try: say.Text{
			EN: "Read its message. `id -u` should say 0; `nslab shell isolated` opens a shell in which it does.",
			FR: "Lisez son message. `id -u` doit répondre 0 ; `nslab shell isolated` ouvre un shell où c'est le cas."}},
	"uts.hostnamectl": {
		Found: say.Text{
			EN: "hostnamectl asks systemd to rename, and no systemd runs in the lab. No name has changed.",
			FR: "hostnamectl demande à systemd de renommer, et aucun systemd ne tourne dans le labo. Aucun nom n'a changé."},
		Try: say.Text{
			EN: "`hostname {{want}}` asks the kernel itself.",
			FR: "`hostname {{want}}` s'adresse au noyau lui-même."}},
	"uts.only-looked": {
		Found: say.Text{
			EN: "You looked at the name; none has changed yet. In the host's UTS namespace, {{host-ns}}, it is {{host-is}}.",
			FR: "Vous avez regardé le nom ; aucun n'a changé pour l'instant. Dans l'espace de noms UTS de l'hôte, {{host-ns}}, c'est {{host-is}}."},
		Try: say.Text{
			EN: "The same command with a name behind it sets it: `hostname {{name}}`.",
			FR: "La même commande, suivie d'un nom, le change : `hostname {{name}}`."}},
	"uts.only-looked-at-domain": {
		Found: say.Text{
			EN: "You looked at the domain name; none has changed yet. In the host's UTS namespace, {{host-ns}}, it is {{host-domain-is}}.",
			FR: "Vous avez regardé le nom de domaine ; aucun n'a changé pour l'instant. Dans l'espace de noms UTS de l'hôte, {{host-ns}}, c'est {{host-domain-is}}."},
		Try: say.Text{
			EN: "The same command with a name behind it sets it: `domainname {{domain}}`.",
			FR: "La même commande, suivie d'un nom, le change : `domainname {{domain}}`."}},

	// Namespaces that are no more, or shells.
	"uts.ended-at-once": {
		Found: say.Text{
			EN: "`unshare --uts {{command}} {{want}}` made a UTS namespace, set the name in it, and ended; nothing was left in the namespace, and it ended too. The host's, {{host-ns}}, never changed.",
			FR: "`unshare --uts {{command}} {{want}}` a créé un espace de noms UTS, y a changé le nom, et s'est terminé ; plus rien n'était dans l'espace de noms, qui a disparu aussi. Celui de l'hôte, {{host-ns}}, n'a jamais changé."},
		Try: say.Text{
			EN: "Start something that stays: `unshare --uts bash`. Then `{{command}} {{want}}` in that bash.",
			FR: "Lancez quelque chose qui reste : `unshare --uts bash`. Puis `{{command}} {{want}}` dans ce bash."}},
	"uts.ended": {
		Found: say.Text{
			EN: "The UTS namespace {{ns}} had the host name {{want}}, and has ended: the last process in it is gone.",
			FR: "L'espace de noms UTS {{ns}} avait le nom d'hôte {{want}}, et a disparu : son dernier processus est terminé."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens a shell with a new one. Type `hostname {{want}}` there, and leave it open.",
			FR: "`nslab shell isolated` ouvre un shell qui en a un nouveau. Tapez-y `hostname {{want}}`, et laissez-le ouvert."}},
	"uts.own-ended": {
		Found: say.Text{
			EN: "The UTS namespace {{ns}} had the host name {{want}}, and has ended: the last process in it is gone. A namespace lives as long as something is in it.",
			FR: "L'espace de noms UTS {{ns}} avait le nom d'hôte {{want}}, et a disparu : son dernier processus est terminé. Un espace de noms vit tant que quelque chose est dedans."},
		Try: say.Text{
			EN: "In shell host, `unshare --uts bash` again, `hostname {{want}}`, and stay: no `exit` yet.",
			FR: "Dans le shell host, à nouveau `unshare --uts bash`, `hostname {{want}}`, et restez-y : pas encore d'`exit`."}},
	"uts.domain-ended": {
		Found: say.Text{
			EN: "The UTS namespace {{ns}} had the domain name {{want}}, and has ended: the last process in it is gone.",
			FR: "L'espace de noms UTS {{ns}} avait le nom de domaine {{want}}, et a disparu : son dernier processus est terminé."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens a shell with a new one. Type `domainname {{want}}` there, and leave it open.",
			FR: "`nslab shell isolated` ouvre un shell qui en a un nouveau. Tapez-y `domainname {{want}}`, et laissez-le ouvert."}},
	"uts.no-isolated": {
		Found: say.Text{
			EN: "Shell isolated has ended, and no other UTS namespace has a new name. The host's, {{host-ns}}, is as it was.",
			FR: "Le shell isolated est terminé, et aucun autre espace de noms UTS n'a de nouveau nom. Celui de l'hôte, {{host-ns}}, est comme avant."},
		Try: say.Text{
			EN: "`nslab shell isolated` opens it again.",
			FR: "`nslab shell isolated` l'ouvre à nouveau."}},

	// Nothing yet.
	"uts.not-renamed": {
		Found: say.Text{
			EN: "No UTS namespace of the lab has a new name: all say {{host-is}}, as the host's, {{host-ns}}.",
			FR: "Aucun espace de noms UTS du labo n'a de nouveau nom : tous disent {{host-is}}, comme celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "In shell isolated: `hostname {{name}}`.",
			FR: "Dans le shell isolated : `hostname {{name}}`."}},
	"uts.no-domain": {
		Found: say.Text{
			EN: "No UTS namespace of the lab has a new domain name: all say {{host-domain-is}}, as the host's, {{host-ns}}.",
			FR: "Aucun espace de noms UTS du labo n'a de nouveau nom de domaine : tous disent {{host-domain-is}}, comme celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "In shell isolated: `domainname {{domain}}`.",
			FR: "Dans le shell isolated : `domainname {{domain}}`."}},
	"uts.none-made": {
		Found: say.Text{
			EN: "There is no UTS namespace but those that the lesson began with; the host's is {{host-ns}}.",
			FR: "Il n'y a pas d'autre espace de noms UTS que ceux du début de la leçon ; celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "In shell host: `unshare --uts bash`, then `hostname {{own}}`.",
			FR: "Dans le shell host : `unshare --uts bash`, puis `hostname {{own}}`."}},

	// A namespace of one's own, on the way.
	"uts.not-named": {
		Found: say.Text{
			EN: "The UTS namespace {{ns}} ({{whose}}) is new, but has the name it was born with, {{is}}: a new one starts as a copy. The host's is {{host-ns}}.",
			FR: "L'espace de noms UTS {{ns}} ({{whose}}) est nouveau, mais il a encore son nom de naissance, {{is}} : un nouveau commence par une copie. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "In the shell that is in it, type `hostname` and the name the step asks for.",
			FR: "Dans le shell qui s'y trouve, tapez `hostname` suivi du nom que demande l'étape."}},
	"uts.own-in-isolated": {
		Found: say.Text{
			EN: "{{want}} is now the host name in {{ns}} ({{whose}}): a UTS namespace that nslab had made for you. This step wants one of your own making. The host's is {{host-ns}}.",
			FR: "{{want}} est maintenant le nom d'hôte dans {{ns}} ({{whose}}) : un espace de noms UTS que nslab vous avait créé. Cette étape en veut un de votre main. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "Go to shell host (`nslab shell host`): `unshare --uts bash`, then `hostname {{want}}`.",
			FR: "Allez dans le shell host (`nslab shell host`) : `unshare --uts bash`, puis `hostname {{want}}`."}},
	"uts.other-kinds": {
		Found: say.Text{
			EN: "Process {{process}} has new namespaces ({{kinds}}), but none of kind uts: it is in the host's, {{host-ns}}. Each kind has an option of its own.",
			FR: "Le processus {{process}} a de nouveaux espaces de noms ({{kinds}}), mais aucun de sorte uts : il est dans celui de l'hôte, {{host-ns}}. Chaque sorte a son option."},
		Try: say.Text{
			EN: "`unshare --uts bash`, or add `--uts` (in short `-u`) to your options.",
			FR: "`unshare --uts bash`, ou ajoutez `--uts` (en bref `-u`) à vos options."}},
	"uts.without-uts": {
		Found: say.Text{
			EN: "You typed `{{typed}}`: without `--uts` it makes no UTS namespace, and what it starts stays in the host's, {{host-ns}}.",
			FR: "Vous avez tapé `{{typed}}` : sans `--uts`, aucun espace de noms UTS n'est créé, et ce qui est lancé reste dans celui de l'hôte, {{host-ns}}."},
		Try: say.Text{
			EN: "`exit`, then `unshare --uts bash`.",
			FR: "`exit`, puis `unshare --uts bash`."}},
	"uts.plain-shell": {
		Found: say.Text{
			EN: "Process {{process}} is a shell within shell host, and in the same namespaces: its UTS namespace is the host's, {{host-ns}}. `unshare` isolates only what its options name.",
			FR: "Le processus {{process}} est un shell dans le shell host, et dans les mêmes espaces de noms : son espace de noms UTS est celui de l'hôte, {{host-ns}}. `unshare` n'isole que ce que nomment ses options."},
		Try: say.Text{
			EN: "`exit`, then `unshare --uts bash`.",
			FR: "`exit`, puis `unshare --uts bash`."}},

	// Step share.
	"uts.none-in-host": {
		Found: say.Text{
			EN: "Processes {{first}} and {{second}} share {{ns}}, but no process of yours is left in the host's, {{host-ns}}. (The lab's init, PID 1, is always there and does not count.)",
			FR: "Les processus {{first}} et {{second}} partagent {{ns}}, mais aucun processus à vous ne reste dans celui de l'hôte, {{host-ns}}. (L'init du labo, PID 1, y est toujours et ne compte pas.)"},
		Try: say.Text{
			EN: "`nslab shell host` opens a shell there; or `nsenter --target 1 --uts sleep 1000 &` starts a process there.",
			FR: "`nslab shell host` y ouvre un shell ; ou bien `nsenter --target 1 --uts sleep 1000 &` y lance un processus."}},
	"uts.apart": {
		Found: say.Text{
			EN: "Process {{first}} is in {{ns}} and process {{second}} in {{second-ns}}: each has a UTS namespace to itself, for every `unshare --uts` makes another. The host's is {{host-ns}}.",
			FR: "Le processus {{first}} est dans {{ns}} et le processus {{second}} dans {{second-ns}} : chacun a son espace de noms UTS, car chaque `unshare --uts` en crée un autre. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "Join one instead of making another: `nsenter --target {{target}} --uts bash`.",
			FR: "Rejoignez-en un au lieu d'en créer un autre : `nsenter --target {{target}} --uts bash`."}},
	"uts.only-waits": {
		Found: say.Text{
			EN: "Process {{first}} is in {{ns}}; beside it there is only the program that started it and waits for its end, which does not count. The host's is {{host-ns}}.",
			FR: "Le processus {{first}} est dans {{ns}} ; à côté de lui, il n'y a que le programme qui l'a lancé et attend sa fin, ce qui ne compte pas. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "From another shell join it: `nsenter --target {{target}} --uts bash`. Or start a process inside: `sleep 1000 &`.",
			FR: "Depuis un autre shell, rejoignez-le : `nsenter --target {{target}} --uts bash`. Ou lancez un processus dedans : `sleep 1000 &`."}},
	"uts.joined-without-uts": {
		Found: say.Text{
			EN: "Process {{first}} is alone in {{ns}}. You typed `nsenter` without `--uts`: it joins only the kinds that are named. The host's is {{host-ns}}.",
			FR: "Le processus {{first}} est seul dans {{ns}}. Vous avez tapé `nsenter` sans `--uts` : il ne rejoint que les sortes nommées. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "`nsenter --target {{target}} --uts bash`.",
			FR: "`nsenter --target {{target}} --uts bash`."}},
	"uts.alone": {
		Found: say.Text{
			EN: "Process {{first}} is alone in the UTS namespace {{ns}}. The host's is {{host-ns}}.",
			FR: "Le processus {{first}} est seul dans l'espace de noms UTS {{ns}}. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "From another shell join it: `nsenter --target {{target}} --uts bash`. Or start a process inside: `sleep 1000 &`.",
			FR: "Depuis un autre shell, rejoignez-le : `nsenter --target {{target}} --uts bash`. Ou lancez un processus dedans : `sleep 1000 &`."}},
	"uts.nobody": {
		Found: say.Text{
			EN: "The UTS namespace {{ns}} is kept by a bind mount of its file; no process is in it. The host's is {{host-ns}}.",
			FR: "L'espace de noms UTS {{ns}} est maintenu par un montage (bind) de son fichier ; aucun processus n'y est. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "`nsenter --uts=FILE sleep 1000 &`, twice, with the file you bound it to.",
			FR: "`nsenter --uts=FICHIER sleep 1000 &`, deux fois, avec le fichier auquel vous l'avez lié."}},
	"uts.shared-isolated": {
		Found: say.Text{
			EN: "Processes {{first}} and {{second}} share {{ns}}: that is a UTS namespace which nslab had made for you. This step wants one of your own making. The host's is {{host-ns}}.",
			FR: "Les processus {{first}} et {{second}} partagent {{ns}} : c'est un espace de noms UTS que nslab vous avait créé. Cette étape en veut un de votre main. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "In shell host: `unshare --uts sleep 1000 &`, then `nsenter --target $! --uts bash`.",
			FR: "Dans le shell host : `unshare --uts sleep 1000 &`, puis `nsenter --target $! --uts bash`."}},
	"uts.shared-ended": {
		Found: say.Text{
			EN: "Two processes did share the UTS namespace {{ns}}, but they have ended, and it with them. The host's is {{host-ns}}.",
			FR: "Deux processus ont bien partagé l'espace de noms UTS {{ns}}, mais ils sont terminés, et lui avec eux. Celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "Start them so that they stay: `sleep 1000 &`, or a shell you do not leave.",
			FR: "Lancez-les de sorte qu'ils restent : `sleep 1000 &`, ou un shell que vous ne quittez pas."}},
	"uts.none-shared": {
		Found: say.Text{
			EN: "No process is in a UTS namespace of your making; the host's is {{host-ns}}.",
			FR: "Aucun processus n'est dans un espace de noms UTS de votre main ; celui de l'hôte est {{host-ns}}."},
		Try: say.Text{
			EN: "In shell host: `unshare --uts sleep 1000 &`, then `nsenter --target $! --uts bash`.",
			FR: "Dans le shell host : `unshare --uts sleep 1000 &`, puis `nsenter --target $! --uts bash`."}},
}
