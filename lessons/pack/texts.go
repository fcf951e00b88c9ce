package pack

import "github.com/nslab/nslab/checks/say"

// Why nothing can be read.
var (
	notThere        = say.Text{EN: "there is nothing of that name", FR: "il n'y a rien de ce nom"}
	notPermitted    = say.Text{EN: "you may not read it", FR: "vous n'avez pas le droit de le lire"}
	noArchive       = say.Text{EN: "it is neither a folder nor an archive made by nslab lesson pack", FR: "ce n'est ni un dossier ni une archive faite par nslab lesson pack"}
	badFolderName   = say.Text{EN: "a pack cannot be called \"{{name}}\": a name is small letters and digits, joined by single hyphens: first-name", FR: "un paquet ne peut pas s'appeler « {{name}} » : un nom est fait de minuscules et de chiffres, joints par des traits d'union : premier-nom"}
	archiveTooLarge = say.Text{EN: "it has more than {{n}} bytes", FR: "il fait plus de {{n}} octets"}
	cannotRead      = say.Text{EN: "it cannot be read: {{error}}", FR: "impossible de le lire : {{error}}"}
)

// What can be wrong with the files.
var (
	tooManyFiles     = say.Text{EN: "there are more than {{n}} files", FR: "il y a plus de {{n}} fichiers"}
	tooMuch          = say.Text{EN: "the files have more than {{n}} bytes together", FR: "les fichiers font ensemble plus de {{n}} octets"}
	fileTooLarge     = say.Text{EN: "it has more than {{n}} bytes", FR: "il fait plus de {{n}} octets"}
	tooDeepFolder    = say.Text{EN: "the folders are nested too deep", FR: "les dossiers sont imbriqués trop profondément"}
	fewerFiles       = say.Text{EN: "A pack holds one lesson: make it smaller, or make two.", FR: "Un paquet contient une leçon : faites-le plus petit, ou faites-en deux."}
	isLink           = say.Text{EN: "it is a symbolic link, and links are not followed", FR: "c'est un lien symbolique, et les liens ne sont pas suivis"}
	copyIt           = say.Text{EN: "Put a copy of the file there.", FR: "Mettez-y une copie du fichier."}
	noPlainFile      = say.Text{EN: "it is not a plain file", FR: "ce n'est pas un fichier ordinaire"}
	takeOut          = say.Text{EN: "Take it out.", FR: "Ôtez-le."}
	badName          = say.Text{EN: "an archive may not have a file of that name", FR: "une archive ne peut pas avoir un fichier de ce nom"}
	nameTwice        = say.Text{EN: "the archive has two files of that name", FR: "l'archive a deux fichiers de ce nom"}
	controlCharacter = say.Text{EN: "the line has a character that does not print, or is not UTF-8: {{what}}", FR: "la ligne a un caractère qui ne s'imprime pas, ou n'est pas en UTF-8 : {{what}}"}
	takeOutCharacter = say.Text{EN: "Take the character out.", FR: "Ôtez ce caractère."}
	unknownFile      = say.Text{EN: "a pack has no such file; it is left out", FR: "un paquet n'a pas de tel fichier ; il est laissé de côté"}
	namesAre         = say.Text{EN: "A pack has text.en.md, text.fr.md, solution.txtar, README.md, LICENSE, and the folders mistakes, right and files. What the lab is given goes into files.",
		FR: "Un paquet a text.en.md, text.fr.md, solution.txtar, README.md, LICENSE, et les dossiers mistakes, right et files. Ce qu'on donne au labo va dans files."}
	scriptNames = say.Text{EN: "A script's name ends with .txtar.", FR: "Le nom d'un script finit par .txtar."}
	perhapsName = say.Text{EN: "Did you mean {{near}}?", FR: "Vouliez-vous dire {{near}} ?"}
)

// What can be wrong with the front matter.
var (
	noText        = say.Text{EN: "the pack has no text", FR: "le paquet n'a pas de texte"}
	writeText     = say.Text{EN: "Write text.en.md or text.fr.md; nslab lesson new makes a pack to begin with.", FR: "Écrivez text.en.md ou text.fr.md ; nslab lesson new fait un paquet pour commencer."}
	oneLanguage   = say.Text{EN: "the pack speaks one language only", FR: "le paquet ne parle qu'une langue"}
	otherLanguage = say.Text{EN: "Learners of the other one read this too: add text.en.md or text.fr.md when you can.", FR: "Ceux qui parlent l'autre le lisent aussi : ajoutez text.en.md ou text.fr.md quand vous pourrez."}
	noFront       = say.Text{EN: "the text has no front matter", FR: "le texte n'a pas d'en-tête"}
	addFront      = say.Text{EN: "Begin it with ---, pack: 1, name: and shells:, and --- again; nslab help packs shows one.", FR: "Commencez-le par ---, pack: 1, name: et shells:, puis encore --- ; nslab help packs en montre un."}
	frontOpen     = say.Text{EN: "the front matter has no end", FR: "l'en-tête n'a pas de fin"}
	closeFront    = say.Text{EN: "Close it with a line ---.", FR: "Fermez-le par une ligne ---."}
	frontNotYAML  = say.Text{EN: "the front matter cannot be read as YAML: {{error}}", FR: "l'en-tête ne se lit pas comme du YAML : {{error}}"}
	plainYAML     = say.Text{EN: "Only words, lists and mappings are understood. Put a value in quotes when it has : or # in it.",
		FR: "Seuls les mots, les listes et les tables sont compris. Mettez une valeur entre guillemets si elle contient : ou #."}
	frontNoMapping = say.Text{EN: "the front matter is not a list of keys", FR: "l'en-tête n'est pas une suite de clés"}
	frontExample   = say.Text{EN: "Write a key a line: name: first-name", FR: "Écrivez une clé par ligne : name: premier-nom"}
	frontDiffers   = say.Text{EN: "{{key}} is not the same as in {{file}}", FR: "{{key}} n'est pas le même que dans {{file}}"}
	sameFront      = say.Text{EN: "The front matter is the same in every language; one text may leave it out.", FR: "L'en-tête est le même dans chaque langue ; l'un des textes peut l'omettre."}
	noKey          = say.Text{EN: "there is no key {{name}}", FR: "il n'y a pas de clé {{name}}"}
	keysAre        = say.Text{EN: "The keys are: {{names}}.", FR: "Les clés sont : {{names}}."}
	noVersion      = say.Text{EN: "the front matter does not say which form it has", FR: "l'en-tête ne dit pas quelle forme il a"}
	writeVersion   = say.Text{EN: "Write pack: 1. A higher number is for a newer nslab.", FR: "Écrivez pack: 1. Un nombre plus grand est pour un nslab plus récent."}
	badLessonName  = say.Text{EN: "the lesson cannot have the name \"{{name}}\"", FR: "la leçon ne peut pas s'appeler « {{name}} »"}
	nameIs         = say.Text{EN: "A name is small letters and digits, joined by single hyphens, and not too long: first-name", FR: "Un nom est fait de minuscules et de chiffres, joints par des traits d'union, et pas trop long : premier-nom"}
	noShells       = say.Text{EN: "the lesson has no shells, or more than {{n}}", FR: "la leçon n'a pas de shells, ou plus de {{n}}"}
	shellsExample  = say.Text{EN: "Write shells: and under it a line each, the first to open first: isolated: [uts], and host:", FR: "Écrivez shells: et dessous une ligne pour chacun, le premier à s'ouvrir d'abord : isolated: [uts], et host:"}
	badShellName   = say.Text{EN: "a shell cannot have the name \"{{name}}\"", FR: "un shell ne peut pas s'appeler « {{name}} »"}
	noKind         = say.Text{EN: "a shell cannot be born in a namespace of kind {{name}}", FR: "un shell ne peut pas naître dans un espace de noms de sorte {{name}}"}
	kindsAre       = say.Text{EN: "The kinds are: {{names}}.", FR: "Les sortes sont : {{names}}."}
	hostWithKinds  = say.Text{EN: "shell host is in the lab's own namespaces", FR: "le shell host est dans les espaces de noms du labo lui-même"}
	hostIs         = say.Text{EN: "Give it none, or call it otherwise.", FR: "Ne lui en donnez pas, ou appelez-le autrement."}
	badParams      = say.Text{EN: "params are not a list of names and values, or more than {{n}}", FR: "params n'est pas une suite de noms et de valeurs, ou en a plus de {{n}}"}
	paramsExample  = say.Text{EN: "Write params: and under it a line each: name: nautilus", FR: "Écrivez params: et dessous une ligne pour chacun : name: nautilus"}
	badKind        = say.Text{EN: "parameter {{name}}: {{error}}", FR: "paramètre {{name}} : {{error}}"}
	kindIs         = say.Text{EN: "Write {value: nautilus, kind: host-name}; the kinds are host-name, domain-name (below test), address (a private one), and number with min, max and step.",
		FR: "Écrivez {value: nautilus, kind: host-name} ; les sortes sont host-name, domain-name (sous test), address (privée), et number avec min, max et step."}
	badParamName = say.Text{EN: "a parameter cannot have the name \"{{name}}\"", FR: "un paramètre ne peut pas s'appeler « {{name}} »"}
	reservedName = say.Text{EN: "{{name}} is what findings call something they saw", FR: "{{name}} désigne dans les constats ce qui a été vu"}
	otherName    = say.Text{EN: "Give the parameter another name.", FR: "Donnez un autre nom au paramètre."}
	badValue     = say.Text{EN: "parameter {{name}} has no value that will do", FR: "le paramètre {{name}} n'a pas de valeur qui convienne"}
	valueIs      = say.Text{EN: "A value is one line of at most {{n}} bytes, without {{open}}.", FR: "Une valeur est une ligne d'au plus {{n}} octets, sans {{open}}."}
	badFiles     = say.Text{EN: "files are not a list of paths and contents, or more than {{n}}", FR: "files n'est pas une suite de chemins et de contenus, ou en a plus de {{n}}"}
	filesExample = say.Text{EN: "Write /root/notes.txt: the content, or /root/tree.tar: {from: tree.tar} for files/tree.tar of the pack.",
		FR: "Écrivez /root/notes.txt: le contenu, ou /root/tree.tar: {from: tree.tar} pour files/tree.tar du paquet."}
	badFilePath  = say.Text{EN: "the lab cannot be given a file at {{name}}", FR: "on ne peut pas donner au labo un fichier en {{name}}"}
	filePathIs   = say.Text{EN: "A path without .. in one of: {{folders}}", FR: "Un chemin sans .. dans l'un de : {{folders}}"}
	noSuchFile   = say.Text{EN: "the pack's folder files has no {{name}}", FR: "le dossier files du paquet n'a pas de {{name}}"}
	putItThere   = say.Text{EN: "Put it there.", FR: "Mettez-l'y."}
	badSetup     = say.Text{EN: "setup is not a list of a shell and a command each, or longer than {{n}}", FR: "setup n'est pas une liste d'un shell et d'une commande chacun, ou dépasse {{n}}"}
	setupExample = say.Text{EN: "Write a line each: - host: mkdir /root/work. A command with : or # in it goes in quotes.", FR: "Écrivez une ligne pour chacune : - host: mkdir /root/work. Une commande qui contient : ou # se met entre guillemets."}
	noSuchShell  = say.Text{EN: "the lesson has no shell {{name}}", FR: "la leçon n'a pas de shell {{name}}"}
	shellsAre    = say.Text{EN: "Its shells are: {{names}}.", FR: "Ses shells sont : {{names}}."}
	badCommand   = say.Text{EN: "this is no command that can be typed", FR: "ce n'est pas une commande qu'on puisse taper"}
	commandIs    = say.Text{EN: "A command is one line; write a longer thing into a file and run that.", FR: "Une commande tient sur une ligne ; écrivez le reste dans un fichier et lancez celui-ci."}
)

// What can be wrong with the words.
var (
	noParam          = say.Text{EN: "nothing fills {{open}}{{name}}{{close}}", FR: "rien ne remplit {{open}}{{name}}{{close}}"}
	perhapsParam     = say.Text{EN: "Did you mean {{open}}{{near}}{{close}}? Otherwise add it to params.", FR: "Vouliez-vous dire {{open}}{{near}}{{close}} ? Sinon, ajoutez-le à params."}
	addParam         = say.Text{EN: "Add it to params in the front matter.", FR: "Ajoutez-le à params dans l'en-tête."}
	misspeltSlot     = say.Text{EN: "{{value}} is not filled in", FR: "{{value}} n'est pas rempli"}
	slotForm         = say.Text{EN: "A parameter is written {{open}}name{{close}}, in small letters and without spaces.", FR: "Un paramètre s'écrit {{open}}nom{{close}}, en minuscules et sans espaces."}
	tooManySteps     = say.Text{EN: "the lesson has more than {{n}} steps", FR: "la leçon a plus de {{n}} étapes"}
	twoLessons       = say.Text{EN: "Make two lessons of it.", FR: "Faites-en deux leçons."}
	checkOutside     = say.Text{EN: "a check block that stands in no step", FR: "un bloc check qui n'est dans aucune étape"}
	moveIntoStep     = say.Text{EN: "Move it below the heading of its step.", FR: "Mettez-le sous le titre de son étape."}
	checkTwice       = say.Text{EN: "a second check block in step {{step}}", FR: "un second bloc check dans l'étape {{step}}"}
	oneBlock         = say.Text{EN: "Put all its lines into one.", FR: "Mettez toutes ses lignes dans un seul."}
	stepWithoutCheck = say.Text{EN: "step {{step}} has no check", FR: "l'étape {{step}} n'a pas de vérification"}
	addBlock         = say.Text{EN: "Add a code block with the word check behind its opening ```; nslab help packs shows one.", FR: "Ajoutez un bloc de code avec le mot check derrière son ``` ouvrant ; nslab help packs en montre un."}
	noHint           = say.Text{EN: "step {{step}} has no hint", FR: "l'étape {{step}} n'a pas d'indice"}
	addHint          = say.Text{EN: "Add ### Hint and a text below it.", FR: "Ajoutez ### Indice et un texte dessous."}
	oneHint          = say.Text{EN: "step {{step}} has one hint", FR: "l'étape {{step}} n'a qu'un indice"}
	secondHint       = say.Text{EN: "Two help better: a general one, then a concrete one.", FR: "Deux aident mieux : un général, puis un concret."}
	stepsDiffer      = say.Text{EN: "the steps here are {{steps}}; in {{file}} they are {{others}}", FR: "les étapes sont ici {{steps}} ; dans {{file}} ce sont {{others}}"}
	sameSteps        = say.Text{EN: "Every language has the same steps in the same order; their names are not translated.", FR: "Chaque langue a les mêmes étapes dans le même ordre ; leurs noms ne se traduisent pas."}
	outroDiffers     = say.Text{EN: "only one of this text and {{file}} has a last section without a step", FR: "seul l'un de ce texte et de {{file}} a une dernière section sans étape"}
	sameOutro        = say.Text{EN: "Write it in both, or in none.", FR: "Écrivez-la dans les deux, ou dans aucun."}
	commandMissing   = say.Text{EN: "step {{step}} does not show the command {{command}} of {{file}}", FR: "l'étape {{step}} ne montre pas la commande {{command}} de {{file}}"}
	commandDiffers   = say.Text{EN: "step {{step}} shows the command {{command}} where {{file}} shows {{other}}", FR: "l'étape {{step}} montre la commande {{command}} là où {{file}} montre {{other}}"}
	sameCommandsAs   = say.Text{EN: "The commands are the same in every language. Output goes into a block ```text, and may differ.", FR: "Les commandes sont les mêmes dans chaque langue. Une sortie va dans un bloc ```text, et peut différer."}
	slotsDiffer      = say.Text{EN: "step {{step}} asks for {{here}} here and for {{there}} in {{file}}", FR: "l'étape {{step}} demande ici {{here}} et dans {{file}} {{there}}"}
	sameSlots        = say.Text{EN: "Name the same parameters in every language.", FR: "Nommez les mêmes paramètres dans chaque langue."}
)

// What can be wrong with the scripts.
var (
	tooManyScripts   = say.Text{EN: "there are too many scripts", FR: "il y a trop de scripts"}
	noSolution       = say.Text{EN: "the pack has no solution", FR: "le paquet n'a pas de solution"}
	writeSolution    = say.Text{EN: "Write one: lesson {{name}}, then sh SHELL COMMAND and check STEP, and done at the end.", FR: "Écrivez-en une : lesson {{name}}, puis sh SHELL COMMANDE et check ÉTAPE, et done à la fin."}
	solutionEnd      = say.Text{EN: "the solution does not end with done", FR: "la solution ne finit pas par done"}
	endWithDone      = say.Text{EN: "Add done as its last line: it holds when every step is satisfied.", FR: "Ajoutez done en dernière ligne : cela tient quand toutes les étapes sont réussies."}
	solutionForm     = say.Text{EN: "the solution cannot be typed line by line: {{error}}", FR: "la solution ne peut pas être tapée ligne par ligne : {{error}}"}
	solutionComments = say.Text{EN: "Behind a command may stand # looks (it changes nothing) or # waits (a person need not type it); put other comments on a line of their own.",
		FR: "Derrière une commande peut figurer # looks (elle ne change rien) ou # waits (une personne n'a pas à la taper) ; mettez les autres commentaires sur leur propre ligne."}
	solutionLacks = say.Text{EN: "the solution does not show that step {{step}} is done", FR: "la solution ne montre pas que l'étape {{step}} est faite"}
	solutionOrder = say.Text{EN: "the solution does step {{step}} before one that comes before it in the lesson", FR: "la solution fait l'étape {{step}} avant une autre qui la précède dans la leçon"}
	checkEach     = say.Text{EN: "Do the steps in their order, and write check {{step}} (or answer {{step}} TEXT) where it is done: whoever comes back finds the lab that the solution leads to.",
		FR: "Faites les étapes dans leur ordre, et écrivez check {{step}} (ou answer {{step}} TEXTE) là où elle est faite : qui revient trouve le labo auquel mène la solution."}
	mistakeName     = say.Text{EN: "the file's name does not say of which step the mistake is", FR: "le nom du fichier ne dit pas de quelle étape est l'erreur"}
	nameAfterStep   = say.Text{EN: "Call it STEP-WHAT.txtar; the steps are: {{steps}}.", FR: "Appelez-le ÉTAPE-QUOI.txtar ; les étapes sont : {{steps}}."}
	noMistake       = say.Text{EN: "step {{step}} has no mistake", FR: "l'étape {{step}} n'a pas d'erreur"}
	writeMistake    = say.Text{EN: "Write mistakes/{{step}}-WHAT.txtar with what learners get wrong, and what they are told.", FR: "Écrivez mistakes/{{step}}-QUOI.txtar avec une erreur d'élève, et ce qu'on lui en dit."}
	scriptFile      = say.Text{EN: "a pack's script holds no files", FR: "le script d'un paquet ne contient pas de fichiers"}
	useFiles        = say.Text{EN: "Let the front matter give the lab its files, or write them with sh.", FR: "Donnez au labo ses fichiers par l'en-tête, ou écrivez-les avec sh."}
	scriptForm      = say.Text{EN: "this is no line that a pack's script may have", FR: "ce n'est pas une ligne qu'un script de paquet puisse avoir"}
	scriptCommand   = say.Text{EN: "a pack's script may not use {{name}}", FR: "un script de paquet ne peut pas utiliser {{name}}"}
	scriptCommands  = say.Text{EN: "It may use: {{names}}; with ! or [lab:tool:ping] before it. Everything is done in the lab, with sh.", FR: "Il peut utiliser : {{names}} ; précédé de ! ou de [lab:tool:ping]. Tout se fait dans le labo, avec sh."}
	scriptBegins    = say.Text{EN: "the script does not begin with its lesson", FR: "le script ne commence pas par sa leçon"}
	otherLesson     = say.Text{EN: "the script opens another lesson than its pack's", FR: "le script ouvre une autre leçon que celle de son paquet"}
	beginWithLesson = say.Text{EN: "Write: lesson {{name}}", FR: "Écrivez : lesson {{name}}"}
	scriptName      = say.Text{EN: "{{command}} cannot be of {{name}}", FR: "{{command}} ne peut pas porter sur {{name}}"}
	namesThereAre   = say.Text{EN: "There are: {{names}}.", FR: "Il y a : {{names}}."}
	skipAlways      = say.Text{EN: "skip without a condition leaves out the whole script", FR: "skip sans condition saute tout le script"}

	skipWithCondition  = say.Text{EN: "Write [!lab:tool:ping] skip, for example.", FR: "Écrivez par exemple [!lab:tool:ping] skip."}
	mistakeSaysNothing = say.Text{EN: "the script does not show that step {{step}} fails, and what the learner is told", FR: "le script ne montre pas que l'étape {{step}} échoue, ni ce qu'on dit à l'élève"}
	sayMistake         = say.Text{EN: "Write ! check {{step}} (or ! answer {{step}} TEXT), and then stdout 'words of the sentence'.", FR: "Écrivez ! check {{step}} (ou ! answer {{step}} TEXTE), puis stdout 'mots de la phrase'."}
)
