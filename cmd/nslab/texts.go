package main

import "github.com/nslab/nslab/checks/say"

// The program's own words.
var (
	textRootShort = say.Text{EN: "learn how containers work, by doing", FR: "apprendre comment marchent les conteneurs, en les faisant"}
	textRootLong  = say.Text{
		EN: "nslab teaches how containers work. You type real commands in a real shell, in\nnamespaces that nslab made for you, and nslab looks at the kernel to see\nwhether it worked. Nothing you do in a lesson can harm your machine.\n\nBegin with: nslab run",
		FR: "nslab enseigne comment marchent les conteneurs. Vous tapez de vraies commandes\ndans un vrai shell, dans des namespaces que nslab a créés pour vous, et nslab\nregarde le noyau pour voir si c'est réussi. Rien de ce que vous faites dans une\nleçon ne peut abîmer votre machine.\n\nPour commencer : nslab run"}
	textListShort    = say.Text{EN: "the lessons and their steps, with your progress", FR: "les leçons et leurs étapes, avec votre progression"}
	textRunShort     = say.Text{EN: "open a lesson, or go on where you left", FR: "ouvrir une leçon, ou reprendre où vous en étiez"}
	textShellShort   = say.Text{EN: "show a shell of the open lesson: host, isolated", FR: "montrer un shell de la leçon ouverte : host, isolated"}
	textCheckShort   = say.Text{EN: "look now whether the step is done", FR: "regarder maintenant si l'étape est faite"}
	textHintShort    = say.Text{EN: "the next hint for the step", FR: "l'indice suivant pour l'étape"}
	textStepShort    = say.Text{EN: "show the text of the step again", FR: "remontrer le texte de l'étape"}
	textAnswerShort  = say.Text{EN: "answer the question of the step", FR: "répondre à la question de l'étape"}
	textResetShort   = say.Text{EN: "begin a lesson or a step again", FR: "recommencer une leçon ou une étape"}
	textDoctorShort  = say.Text{EN: "can labs run on this machine, and if not, why", FR: "les labos marchent-ils sur cette machine, et sinon, pourquoi"}
	textTestShort    = say.Text{EN: "run lesson scripts (testscript, .txtar)", FR: "exécuter des scripts de leçon (testscript, .txtar)"}
	textExecShort    = say.Text{EN: "run one command in a fresh lab", FR: "exécuter une commande dans un labo neuf"}
	textVersionShort = say.Text{EN: "which nslab this is", FR: "quelle version de nslab est-ce"}
	textHelpShort    = say.Text{EN: "help for a command or a topic", FR: "aide sur une commande ou un sujet"}
	textFlagLang     = say.Text{EN: "`en` or fr (else from LC_ALL, LC_MESSAGES, LANG)", FR: "`fr` ou en (sinon d'après LC_ALL, LC_MESSAGES, LANG)"}
	textFlagJSON     = say.Text{EN: "output for programs, as JSON", FR: "sortie pour les programmes, en JSON"}
	textFlagHelp     = say.Text{EN: "this help", FR: "cette aide"}
	textFlagAll      = say.Text{EN: "forget all progress", FR: "oublier toute la progression"}
	textFlagVerbose  = say.Text{EN: "show what scripts that hold printed, too", FR: "montrer aussi ce qu'affichent les scripts réussis"}
	textFlagEvidence = say.Text{EN: "show the evidence: what the kernel said", FR: "montrer les preuves : ce qu'a dit le noyau"}
	textFlagTools    = say.Text{EN: "the commands of the lab: `machine` or busybox (machine by default)", FR: "les commandes du labo : `machine` ou busybox (machine par défaut)"}

	textSeeHelp        = say.Text{EN: "See: nslab help", FR: "Voir : nslab help"}
	textUsage          = say.Text{EN: "usage: {{usage}}", FR: "usage : {{usage}}"}
	textUnknownCommand = say.Text{EN: "there is no command {{name}}; see: nslab help", FR: "il n'y a pas de commande {{name}} ; voir : nslab help"}
	textUnknownLang    = say.Text{EN: "--lang {{lang}}: nslab speaks en and fr", FR: "--lang {{lang}} : nslab parle en et fr"}
	textUnknownTools   = say.Text{EN: "--tools {{name}}: choose machine or busybox", FR: "--tools {{name}} : choisissez machine ou busybox"}
	textUnknownLesson  = say.Text{EN: "there is no lesson {{name}}; the lessons are: {{lessons}}", FR: "il n'y a pas de leçon {{name}} ; les leçons sont : {{lessons}}"}
	textNoScript       = say.Text{EN: "cannot run the scripts: {{error}}", FR: "impossible d'exécuter les scripts : {{error}}"}
	textNotStarted     = say.Text{EN: "{{command}}: {{error}}", FR: "{{command}} : {{error}}"}

	textNoLab         = say.Text{EN: "no lab can be made here ({{error}}). Type nslab doctor: it finds out why, and what mends it.", FR: "impossible de créer un labo ici ({{error}}). Tapez nslab doctor : il trouve pourquoi, et quoi faire."}
	textNoLesson      = say.Text{EN: "no lesson is open. Open one with: nslab run", FR: "aucune leçon n'est ouverte. Ouvrez-en une avec : nslab run"}
	textAlreadyOpen   = say.Text{EN: "a lesson is open in another terminal. Join it with nslab shell host or nslab shell isolated, or leave it there first.", FR: "une leçon est ouverte dans un autre terminal. Rejoignez-la avec nslab shell host ou nslab shell isolated, ou quittez-la d'abord."}
	textAlreadyInLab  = say.Text{EN: "you are in a lesson already; leave its shells with exit to open another.", FR: "vous êtes déjà dans une leçon ; quittez ses shells avec exit pour en ouvrir une autre."}
	textNeedsTerminal = say.Text{EN: "this needs a terminal: standard input is none. To run a lesson without a person: nslab test FILE.txtar", FR: "il faut un terminal : l'entrée standard n'en est pas un. Pour une leçon sans personne : nslab test FICHIER.txtar"}
	textNoAnswer      = say.Text{EN: "the open lesson does not answer: {{error}}", FR: "la leçon ouverte ne répond pas : {{error}}"}
	textNotHere       = say.Text{EN: "nslab {{command}} does not work from here; leave the lab with exit and type it there.", FR: "nslab {{command}} ne marche pas d'ici ; quittez le labo avec exit et tapez-le là."}
	textNoSocket      = say.Text{EN: "other terminals cannot join this lesson: {{error}}", FR: "d'autres terminaux ne pourront pas rejoindre cette leçon : {{error}}"}
	textNoState       = say.Text{EN: "no folder to keep your progress in: {{error}}", FR: "aucun dossier où garder votre progression : {{error}}"}
	textDamaged       = say.Text{EN: "the progress file {{file}} is damaged; it was set aside as {{aside}}, and you begin anew", FR: "le fichier de progression {{file}} est abîmé ; il est mis de côté sous {{aside}}, et vous repartez de zéro"}
	textNotSaved      = say.Text{EN: "your progress is not saved: {{error}}", FR: "votre progression n'est pas enregistrée : {{error}}"}

	textWhereNew = say.Text{EN: "Welcome. The first lesson is {{lesson}}: {{title}}.\nOpen it with: nslab run",
		FR: "Bienvenue. La première leçon est {{lesson}} : {{title}}.\nOuvrez-la avec : nslab run"}
	textWhereNext = say.Text{EN: "Your lesson is {{lesson}}: {{title}}.\nNext step: {{step}}: {{steptitle}}.\nGo on with: nslab run",
		FR: "Votre leçon est {{lesson}} : {{title}}.\nProchaine étape : {{step}} : {{steptitle}}.\nReprenez avec : nslab run"}
	textWhereAll = say.Text{EN: "Every step of every lesson is done. See nslab list; begin one again with nslab reset LESSON.",
		FR: "Toutes les étapes de toutes les leçons sont faites. Voyez nslab list ; recommencez-en une avec nslab reset LEÇON."}
	textWhereOpen = say.Text{EN: "Lesson {{lesson}} is open, at step {{step}}: {{title}}.\nnslab check looks at your work, nslab hint helps, nslab step shows the text again.",
		FR: "La leçon {{lesson}} est ouverte, à l'étape {{step}} : {{title}}.\nnslab check regarde votre travail, nslab hint aide, nslab step remontre le texte."}
	textWhereDone = say.Text{EN: "Lesson {{lesson}} is open, and every step of it is done. Leave it with exit.",
		FR: "La leçon {{lesson}} est ouverte, et toutes ses étapes sont faites. Quittez-la avec exit."}
	textAllDone     = say.Text{EN: "Every step of lesson {{lesson}} is done.", FR: "Toutes les étapes de la leçon {{lesson}} sont faites."}
	textStepWasDone = say.Text{EN: "Step {{step}} is done already.", FR: "L'étape {{step}} est déjà faite."}
	textNoQuestion  = say.Text{EN: "step {{step}} asks no question: it is done, not answered. nslab check looks at your work.", FR: "l'étape {{step}} ne pose pas de question : elle se fait. nslab check regarde votre travail."}

	textStepDone  = say.Text{EN: "{{step}}: done", FR: "{{step}} : réussi"}
	textStepOpen  = say.Text{EN: "{{step}}: not yet", FR: "{{step}} : pas encore"}
	textExpected  = say.Text{EN: "Expected:", FR: "Attendu :"}
	textFound     = say.Text{EN: "Found:", FR: "Constaté :"}
	textTry       = say.Text{EN: "Try:", FR: "À essayer :"}
	textStepShell = say.Text{EN: "This step begins in the shell {{shell}}: type nslab shell {{shell}}, here or in another terminal.", FR: "Cette étape commence dans le shell {{shell}} : tapez nslab shell {{shell}}, ici ou dans un autre terminal."}
	textHelpLine  = say.Text{EN: "nslab check: look now · nslab hint: help · nslab step: this text · exit: leave", FR: "nslab check : regarder · nslab hint : aide · nslab step : texte · exit : sortir"}

	textWelcomeBack  = say.Text{EN: "Welcome back to lesson {{lesson}}.", FR: "Vous revoici dans la leçon {{lesson}}."}
	textGoodbye      = say.Text{EN: "Lesson {{lesson}}: {{done}} of {{of}} steps done. Your progress is kept; nslab run goes on.", FR: "Leçon {{lesson}} : {{done}} étapes faites sur {{of}}. Votre progression est gardée ; nslab run reprend."}
	textGoodbye1     = say.Text{EN: "Lesson {{lesson}}: {{done}} of {{of}} steps done. Your progress is kept; nslab run goes on.", FR: "Leçon {{lesson}} : {{done}} étape faite sur {{of}}. Votre progression est gardée ; nslab run reprend."}
	textGoodbyeLost  = say.Text{EN: "Lesson {{lesson}}: {{done}} of {{of}} steps done, but your progress could not be saved: {{error}}", FR: "Leçon {{lesson}} : étapes faites : {{done}} sur {{of}}, mais votre progression n'a pas pu être enregistrée : {{error}}"}
	textBackInHost   = say.Text{EN: "the shell {{shell}} has ended; you are in the shell host. exit leaves the lesson", FR: "le shell {{shell}} est terminé ; vous êtes dans le shell host. exit quitte la leçon"}
	textNowShell     = say.Text{EN: "this is the shell {{shell}}", FR: "voici le shell {{shell}}"}
	textAlreadyShell = say.Text{EN: "You are in the shell {{shell}}.", FR: "Vous êtes dans le shell {{shell}}."}
	textAttached     = say.Text{EN: "Joining the shell {{shell}} of the open lesson.", FR: "Vous rejoignez le shell {{shell}} de la leçon ouverte."}
	textShellOver    = say.Text{EN: "The shell {{shell}} has ended.", FR: "Le shell {{shell}} est terminé."}
	textSessionOver  = say.Text{EN: "The lesson was left in the other terminal.", FR: "La leçon a été quittée dans l'autre terminal."}

	textLessonReset    = say.Text{EN: "Lesson {{lesson}} begins anew.", FR: "La leçon {{lesson}} repart de zéro."}
	textAllReset       = say.Text{EN: "All progress is forgotten.", FR: "Toute la progression est oubliée."}
	textNothingToReset = say.Text{EN: "no lesson was begun; name one: nslab reset LESSON", FR: "aucune leçon n'a été commencée ; nommez-en une : nslab reset LEÇON"}

	textMissingTool = say.Text{EN: "Step `{{step}}` is left out here: it needs one of these commands, and the machine has none: {{what}}. `nslab doctor` names the package to install. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : il lui faut l'une de ces commandes, et la machine n'en a aucune : {{what}}. `nslab doctor` nomme le paquet à installer. La leçon compte comme finie sans elle."}
	textMissingCgroup = say.Text{EN: "Step `{{step}}` is left out here: it needs the cgroup v2 controller {{what}}, and this machine does not let you use it. `nslab doctor` says why, and what gives it. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : il lui faut le contrôleur cgroup v2 {{what}}, et cette machine ne vous le confie pas. `nslab doctor` dit pourquoi, et ce qui le donne. La leçon compte comme finie sans elle."}
	textMissingNamespace = say.Text{EN: "Step `{{step}}` is left out here: labs on this machine can have no {{what}} namespaces; `nslab doctor` says what forbids them. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : les labos de cette machine ne peuvent avoir d'espaces de noms {{what}} ; `nslab doctor` dit ce qui l'interdit. La leçon compte comme finie sans elle."}
	textMissingFilesystem = say.Text{EN: "Step `{{step}}` is left out here: this kernel does not let a lab mount {{what}}. `sudo modprobe {{what}}`, outside the lab, may give it; overlay needs Linux 5.11 or later. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : ce noyau ne laisse pas un labo monter {{what}}. `sudo modprobe {{what}}`, hors du labo, peut le donner ; overlay demande Linux 5.11 ou plus récent. La leçon compte comme finie sans elle."}
	textMissingLink = say.Text{EN: "Step `{{step}}` is left out here: this kernel gives a lab no interface of type {{what}}. `sudo modprobe {{what}}`, outside the lab, may give it. The lesson counts as done without it.",
		FR: "L'étape `{{step}}` est laissée de côté ici : ce noyau ne donne pas au labo d'interface de type {{what}}. `sudo modprobe {{what}}`, hors du labo, peut le donner. La leçon compte comme finie sans elle."}

	textScriptOK      = say.Text{EN: "ok", FR: "ok"}
	textScriptFailed  = say.Text{EN: "FAILED", FR: "ÉCHEC"}
	textScriptSkipped = say.Text{EN: "skipped", FR: "sauté"}
	textScripts       = say.Text{EN: "{{passed}} passed, {{failed}} failed", FR: "{{passed}} réussis, {{failed}} échoués"}
)
