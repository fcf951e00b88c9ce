package vocabulary

import "github.com/nslab/nslab/checks/say"

// What can be wrong with a check block, and what mends it.
var (
	noWord        = say.Text{EN: "there is no check {{name}}", FR: "il n'y a pas de vérification {{name}}"}
	perhaps       = say.Text{EN: "Did you mean {{near}}?", FR: "Vouliez-vous dire {{near}} ?"}
	seeVocabulary = say.Text{EN: "nslab lesson vocabulary lists the checks.", FR: "nslab lesson vocabulary donne la liste des vérifications."}
	wrongCount    = say.Text{EN: "{{name}} has {{n}} arguments here", FR: "{{name}} a ici {{n}} arguments"}
	usageIs       = say.Text{EN: "It is written: {{usage}}", FR: "On l'écrit : {{usage}}"}
	badChoice     = say.Text{EN: "{{arg}} cannot be {{name}}", FR: "{{arg}} ne peut pas être {{name}}"}
	chooseFrom    = say.Text{EN: "Choose one of: {{names}}.", FR: "Choisissez parmi : {{names}}."}
	badArgument   = say.Text{EN: "{{arg}} cannot be {{value}}", FR: "{{arg}} ne peut pas être {{value}}"}
	slotInLiteral = say.Text{EN: "{{arg}} is {{value}}, and a parameter cannot stand there", FR: "{{arg}} est {{value}}, et un paramètre ne peut pas s'y trouver"}
	writeOut      = say.Text{EN: "Write the value itself.", FR: "Écrivez la valeur elle-même."}
	noSlot        = say.Text{EN: "nothing fills {{open}}{{name}}{{close}} here", FR: "rien ne remplit {{open}}{{name}}{{close}} ici"}
	perhapsSlot   = say.Text{EN: "Did you mean {{open}}{{near}}{{close}}? Otherwise add it to params.", FR: "Vouliez-vous dire {{open}}{{near}}{{close}} ? Sinon, ajoutez-le à params."}
	slotsAre      = say.Text{EN: "What can stand here: {{names}}; or add it to params.", FR: "Ce qui peut figurer ici : {{names}} ; ou ajoutez-le à params."}
	noSlotsAtAll  = say.Text{EN: "The lesson has no parameters: add it to params.", FR: "La leçon n'a pas de paramètres : ajoutez-le à params."}
	misspeltSlot  = say.Text{EN: "{{value}} is not filled in", FR: "{{value}} n'est pas rempli"}
	slotForm      = say.Text{EN: "A parameter is written {{open}}name{{close}}, in small letters and without spaces.", FR: "Un paramètre s'écrit {{open}}nom{{close}}, en minuscules et sans espaces."}

	noField       = say.Text{EN: "there is no field {{name}}", FR: "il n'y a pas de champ {{name}}"}
	emptyField    = say.Text{EN: "{{name}} says nothing", FR: "{{name}} ne dit rien"}
	writeSentence = say.Text{EN: "Write the sentence on the same line.", FR: "Écrivez la phrase sur la même ligne."}
	twiceField    = say.Text{EN: "a second {{name}} for the same line", FR: "un second {{name}} pour la même ligne"}
	takeOneOut    = say.Text{EN: "Take one out.", FR: "Ôtez-en un."}
	takeOut       = say.Text{EN: "Take it out.", FR: "Ôtez-le."}
	fieldAtMargin = say.Text{EN: "{{name}} belongs to a check, and stands under none", FR: "{{name}} appartient à une vérification, et n'est sous aucune"}
	indentField   = say.Text{EN: "Put it under its check, two spaces further in; only expected and passed may speak for the whole step.",
		FR: "Mettez-le sous sa vérification, en retrait de deux espaces ; seuls expected et passed peuvent parler pour toute l'étape."}
	badKey = say.Text{EN: "the key {{name}} has not the form of one", FR: "la clé {{name}} n'en a pas la forme"}
	keyIs  = say.Text{EN: "Small letters and digits, joined by single hyphens: host-renamed.", FR: "Des minuscules et des chiffres, joints par des traits d'union : host-renamed."}

	unclosedQuote = say.Text{EN: "a quotation mark is opened and not closed", FR: "un guillemet est ouvert et pas fermé"}
	closeQuote    = say.Text{EN: "Close it; a ' within a word is written \"'\".", FR: "Fermez-le ; une ' dans un mot s'écrit \"'\"."}
	tabIndent     = say.Text{EN: "the line is indented with a tab", FR: "la ligne est en retrait par une tabulation"}
	useSpaces     = say.Text{EN: "Use spaces, two for each level.", FR: "Utilisez des espaces, deux par niveau."}
	lineTooLong   = say.Text{EN: "the line is longer than {{n}} bytes", FR: "la ligne dépasse {{n}} octets"}
	tooManyLines  = say.Text{EN: "the block has more than {{n}} lines", FR: "le bloc a plus de {{n}} lignes"}
	tooDeep       = say.Text{EN: "the checks are nested more than {{n}} levels deep", FR: "les vérifications sont imbriquées sur plus de {{n}} niveaux"}
	wordsLess     = say.Text{EN: "Say it in less, or make two steps of it.", FR: "Dites-le plus court, ou faites-en deux étapes."}

	groupWithMore = say.Text{EN: "something stands behind {{name}} on its line", FR: "quelque chose suit {{name}} sur sa ligne"}
	putUnder      = say.Text{EN: "Put the checks that {{name}} joins under it, one a line, two spaces further in.",
		FR: "Mettez les vérifications que {{name}} réunit en dessous, une par ligne, en retrait de deux espaces."}
	groupEmpty   = say.Text{EN: "nothing stands under {{name}}", FR: "rien ne figure sous {{name}}"}
	fillGroup    = say.Text{EN: "Put its checks under it, one a line, two spaces further in; or take it out.", FR: "Mettez-y ses vérifications, une par ligne, en retrait de deux espaces ; ou ôtez-le."}
	nothingUnder = say.Text{EN: "a check stands under {{above}}, which joins none", FR: "une vérification figure sous {{above}}, qui n'en réunit pas"}
	sameIndent   = say.Text{EN: "Give both the same indent: checks below each other must all hold. any, all, not and seen alone on a line join what is under them.",
		FR: "Donnez aux deux le même retrait : des vérifications l'une sous l'autre doivent toutes tenir. any, all, not et seen seuls sur une ligne réunissent ce qui est en dessous."}
	whenInside    = say.Text{EN: "when stands within something else", FR: "when figure à l'intérieur d'autre chose"}
	whenOutside   = say.Text{EN: "Put it at the margin: it recognises a wrong state, and decides nothing.", FR: "Mettez-le à la marge : il reconnaît un état faux, et ne décide rien."}
	whenWithout   = say.Text{EN: "when recognises a state and says nothing of it", FR: "when reconnaît un état et n'en dit rien"}
	whenPassed    = say.Text{EN: "passed cannot stand under when, which never passes a step", FR: "passed ne peut pas figurer sous when, qui ne valide jamais une étape"}
	addFound      = say.Text{EN: "Add under it what the learner is told: found: and try:", FR: "Ajoutez en dessous ce qu'on dit à l'élève : found: et try:"}
	withoutTry    = say.Text{EN: "the learner is told what is wrong, and not what to try", FR: "on dit à l'élève ce qui ne va pas, et pas quoi essayer"}
	addTry        = say.Text{EN: "Add try:", FR: "Ajoutez try:"}
	notWithout    = say.Text{EN: "the learner is told only that this should not be so", FR: "on dit seulement à l'élève que ceci ne devrait pas être"}
	onlyUnderWhen = say.Text{EN: "{{name}} looks at what was typed, and that decides nothing: a shell can report what it likes", FR: "{{name}} regarde ce qu'on a tapé, et cela ne décide rien : un shell peut annoncer ce qu'il veut"}
	putUnderWhen  = say.Text{EN: "Put it under when, to recognise a mistake.", FR: "Mettez-le sous when, pour reconnaître une erreur."}

	directiveIndented = say.Text{EN: "{{name}} is indented, and is about the whole step", FR: "{{name}} est en retrait, et concerne toute l'étape"}
	moveToMargin      = say.Text{EN: "Move it to the margin.", FR: "Mettez-le à la marge."}
	noShell           = say.Text{EN: "shell names no shell of the lesson", FR: "shell ne nomme pas un shell de la leçon"}
	nameShell         = say.Text{EN: "The lesson's shells are: {{shells}}.", FR: "Les shells de la leçon sont : {{shells}}."}
	noNeed            = say.Text{EN: "needs does not know {{need}}", FR: "needs ne connaît pas {{need}}"}
	nameNeed          = say.Text{EN: "Write tool:ping, tool:nft|iptables, namespace:time, cgroup:pids or cgroup:memory.", FR: "Écrivez tool:ping, tool:nft|iptables, namespace:time, cgroup:pids ou cgroup:memory."}
	noChecks          = say.Text{EN: "the step has no check", FR: "l'étape n'a pas de vérification"}
	addCheck          = say.Text{EN: "Say what the kernel must show: hostname elsewhere NAME, for example.", FR: "Dites ce que le noyau doit montrer : hostname elsewhere NOM, par exemple."}

	checksDiffer = say.Text{EN: "this line differs from {{file}}:{{other}}: {{line}}", FR: "cette ligne diffère de {{file}}:{{other}} : {{line}}"}
	checksMore   = say.Text{EN: "this line is not in {{file}}", FR: "cette ligne n'est pas dans {{file}}"}
	checksLess   = say.Text{EN: "the block lacks {{file}}:{{other}}: {{line}}", FR: "il manque au bloc {{file}}:{{other}} : {{line}}"}
	sameInAll    = say.Text{EN: "The checks are the same in every language; only the sentences differ.", FR: "Les vérifications sont les mêmes dans chaque langue ; seules les phrases diffèrent."}
	onlyOne      = say.Text{EN: "{{name}} is said for this line in {{file}} and not here", FR: "{{name}} est dit pour cette ligne dans {{file}}, et pas ici"}
	sayItToo     = say.Text{EN: "Say it here too, or take it out there.", FR: "Dites-le ici aussi, ou ôtez-le là-bas."}
)
