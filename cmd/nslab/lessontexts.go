package main

import "github.com/nslab/nslab/checks/say"

// The words of nslab lesson.
var (
	textLessonShort = say.Text{EN: "lessons of your own: packs, without Go", FR: "des leçons à vous : les paquets, sans Go"}
	textLessonLong  = say.Text{
		EN: "A lesson pack is a folder: one Markdown file a language, scripts for the\nsolution and for mistakes, and files that the lab is given. Nothing in it is a\nprogram of your machine's: what a pack does, it does in the lab.\n\nnslab help packs explains how to write one. Run it with: nslab run FOLDER",
		FR: "Un paquet de leçon est un dossier : un fichier Markdown par langue, des scripts\npour la solution et les erreurs, et des fichiers donnés au labo. Rien n'y est un\nprogramme de votre machine : ce que fait un paquet, il le fait dans le labo.\n\nnslab help packs explique comment en écrire un. On le lance par :\nnslab run DOSSIER"}
	textNewShort        = say.Text{EN: "make a small whole pack to begin with", FR: "faire un petit paquet complet pour commencer"}
	textLintShort       = say.Text{EN: "what is wrong with a pack: where, why, and what mends it", FR: "ce qui ne va pas dans un paquet : où, pourquoi, et le remède"}
	textTestPackShort   = say.Text{EN: "does the solution pass, the start not, and each mistake fail as it says?", FR: "la solution passe-t-elle, le départ non, et chaque erreur échoue-t-elle comme dit ?"}
	textPreviewShort    = say.Text{EN: "show a pack as a learner sees it, without a lab", FR: "montrer un paquet comme un élève le voit, sans labo"}
	textPackShort       = say.Text{EN: "make one file of a pack, to give away", FR: "faire d'un paquet un seul fichier, à donner"}
	textVocabularyShort = say.Text{EN: "the checks that packs may use", FR: "les vérifications que les paquets peuvent utiliser"}
	textFlagArchive     = say.Text{EN: "the file to write (else NAME.nslab.zip here)", FR: "le fichier à écrire (sinon NOM.nslab.zip ici)"}

	textNoSubcommand    = say.Text{EN: "there is no command lesson {{name}}; see: nslab help lesson", FR: "il n'y a pas de commande lesson {{name}} ; voir : nslab help lesson"}
	textPackHasProblems = say.Text{EN: "{{path}} is not a whole pack yet; nslab lesson lint says all that is missing", FR: "{{path}} n'est pas encore un paquet complet ; nslab lesson lint dit tout ce qui manque"}
	textCannotWrite     = say.Text{EN: "cannot write: {{error}}", FR: "impossible d'écrire : {{error}}"}
	textExists          = say.Text{EN: "{{path}} is there already, with something else in it; remove it first, or write another with -o FILE", FR: "{{path}} existe déjà, avec autre chose dedans ; ôtez-le d'abord, ou écrivez-en un autre avec -o FICHIER"}
	textNewDone         = say.Text{EN: "{{path}} is a whole pack. Change it, and then:\n  nslab lesson lint {{path}}\n  nslab lesson test {{path}}\n  nslab run {{path}}\nnslab help packs explains what is in it.",
		FR: "{{path}} est un paquet complet. Modifiez-le, puis :\n  nslab lesson lint {{path}}\n  nslab lesson test {{path}}\n  nslab run {{path}}\nnslab help packs explique ce qu'il contient."}
	textAdvice      = say.Text{EN: "(advice)", FR: "(conseil)"}
	textLintCount   = say.Text{EN: "Problems: {{n}}. Advice: {{advice}}.", FR: "Problèmes : {{n}}. Conseils : {{advice}}."}
	textLintAdvice  = say.Text{EN: "Nothing is wrong. Advice: {{advice}}.", FR: "Rien ne cloche. Conseils : {{advice}}."}
	textLintNone    = say.Text{EN: "Nothing is wrong.", FR: "Rien ne cloche."}
	textNotTested   = say.Text{EN: "The pack was not tested: mend this first.", FR: "Le paquet n'a pas été testé : corrigez d'abord ceci."}
	textStart       = say.Text{EN: "the start", FR: "le départ"}
	textStartFailed = say.Text{EN: "the lesson cannot be opened: {{error}}", FR: "la leçon ne s'ouvre pas : {{error}}"}
	textStartPasses = say.Text{EN: "step {{step}} is satisfied before anything was done: {{found}} Ask for something that is not so at the start.",
		FR: "l'étape {{step}} est réussie avant qu'on ait rien fait : {{found}} Demandez une chose qui n'est pas déjà vraie au départ."}
	textNextPage  = say.Text{EN: "-- page {{n}} of {{of}}; Enter: the next; q: leave -- ", FR: "-- page {{n}} sur {{of}} ; Entrée : la suivante ; q : sortir -- "}
	textPacked    = say.Text{EN: "{{path}} written, {{bytes}} bytes. Whoever has it types: nslab run {{path}}", FR: "{{path}} écrit, {{bytes}} octets. Qui le reçoit tape : nslab run {{path}}"}
	textNoWord    = say.Text{EN: "there is no check {{name}}; nslab lesson vocabulary lists them", FR: "il n'y a pas de vérification {{name}} ; nslab lesson vocabulary en donne la liste"}
	textWordSlots = say.Text{EN: "    A message may ask for the parameters, and for {{miss}} where the check does not hold,\n    {{pass}} where it does.",
		FR: "    Un message peut demander les paramètres, et {{miss}} quand la vérification ne tient pas,\n    {{pass}} quand elle tient."}
	textNoWordNear = say.Text{EN: "there is no check {{name}}; did you mean {{near}}?", FR: "il n'y a pas de vérification {{name}} ; vouliez-vous dire {{near}} ?"}

	textVocabularyHead = say.Text{
		EN: "A check is a line in a step's `check` block. PLACE is `host`, `elsewhere` (any namespace but the host's), `made` (one that the learner made) or the name of a shell. KIND is user, mnt, uts, ipc, net, pid, cgroup or time. `nslab lesson vocabulary WORD` says what a message may ask for; `nslab help packs` explains the rest.",
		FR: "Une vérification est une ligne du bloc `check` d'une étape. LIEU est `host`, `elsewhere` (tout espace de noms sauf celui de l'hôte), `made` (un espace que l'élève a créé) ou le nom d'un shell. SORTE est user, mnt, uts, ipc, net, pid, cgroup ou time. `nslab lesson vocabulary MOT` dit ce qu'un message peut demander ; `nslab help packs` explique le reste."}
)
