package lessons

import (
	"fmt"
	"strings"

	"github.com/nslab/nslab/checks/say"
)

// TextError says why [Parse] refuses a text, in every language.
type TextError struct {
	File string
	Line int
	// Reason says what is wrong; Args are the values of its slots.
	Reason say.Text
	Args   map[string]string
}

// Error says it in English, after the file's name and the line.
func (e *TextError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason.In(say.EN, e.Args))
}

func pairs(args []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// What can be wrong with a text.
var (
	textNotUTF8     = say.Text{EN: "this line is not UTF-8", FR: "cette ligne n'est pas en UTF-8"}
	textCodeFirst   = say.Text{EN: "the file begins with a code block: its first line must be the lesson's title, `# Title`", FR: "le fichier commence par un bloc de code : sa première ligne doit être le titre de la leçon, `# Titre`"}
	textTitleFirst  = say.Text{EN: "the first line must be the lesson's title, `# Title`", FR: "la première ligne doit être le titre de la leçon, `# Titre`"}
	textSecondTitle = say.Text{EN: "a second title `# {{title}}`: a lesson has one", FR: "un second titre `# {{title}}` : une leçon en a un"}
	textAfterOutro  = say.Text{EN: "section {{title}} comes after the outro: steps come first, and one section without a backquoted step name comes last",
		FR: "la section {{title}} vient après la conclusion : d'abord les étapes, et en dernier une seule section sans nom d'étape entre accents graves"}
	textNoHeading   = say.Text{EN: "a heading without words", FR: "un titre sans mots"}
	textNoBackquote = say.Text{EN: "heading {{title}}: the step's name lacks its closing backquote", FR: "titre {{title}} : il manque au nom de l'étape l'accent grave fermant"}
	textStepName    = say.Text{EN: "step name {{name}}: a name is small letters and digits, joined by single hyphens", FR: "nom d'étape {{name}} : un nom est fait de minuscules et de chiffres, joints par des traits d'union"}
	textStepTitle   = say.Text{EN: "step `{{name}}` has no title: write ## `{{name}}` — Title", FR: "l'étape `{{name}}` n'a pas de titre : écrivez ## `{{name}}` — Titre"}
	textStepTwice   = say.Text{EN: "a second step `{{name}}`: step names are unique", FR: "une seconde étape `{{name}}` : un nom d'étape est unique"}
	textHintOutside = say.Text{EN: "a hint outside a step", FR: "un indice hors d'une étape"}
	textThirdLevel  = say.Text{EN: "heading {{title}} in step `{{name}}`: the third level is for hints, `### Hint`; a heading within the text takes the fourth",
		FR: "titre {{title}} dans l'étape `{{name}}` : le troisième niveau est pour les indices, `### Indice` ; un titre dans le texte prend le quatrième"}
	textNoEnd     = say.Text{EN: "the code block that begins here has no end", FR: "le bloc de code qui commence ici n'a pas de fin"}
	textEmptyFile = say.Text{EN: "the file is empty: its first line must be the lesson's title, `# Title`", FR: "le fichier est vide : sa première ligne doit être le titre de la leçon, `# Titre`"}
	textNoStep    = say.Text{EN: "the lesson has no step: a step begins with ## `name` — Title", FR: "la leçon n'a pas d'étape : une étape commence par ## `nom` — Titre"}
	textNoText    = say.Text{EN: "step `{{name}}` has no text", FR: "l'étape `{{name}}` n'a pas de texte"}
	textEmptyHint = say.Text{EN: "hint {{n}} of step `{{name}}` is empty", FR: "l'indice {{n}} de l'étape `{{name}}` est vide"}
)

// Block is a fenced code block of a Markdown text.
type Block struct {
	// Step is the name of the step in whose section it stands; empty for none.
	Step string
	// Line is where its first line of code stands in the text, from 1.
	Line  int
	Lines []string
}

// CutBlocks takes the fenced code blocks with that info string out of a Markdown text. Where they stood the text has blank
// lines, so that every other line keeps its number. A block that has no end is left for [Parse] to refuse.
func CutBlocks(markdown, info string) (rest string, blocks []Block) {
	lines := splitLines(markdown)
	var f fence
	var open *Block
	step := ""
	for i, line := range lines {
		kind := f.line(line, i+1)
		switch {
		case kind == prose:
			if name, ok := section(line); ok {
				step = name
			}
		case kind == fenceMark && f.open() && f.info == info:
			open = &Block{Step: step, Line: i + 2}
		case open != nil && kind == fenceMark:
			for j := open.Line - 2; j <= i; j++ {
				lines[j] = ""
			}
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.Lines = append(open.Lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n", blocks
}

// section reads a heading of the second level: the step's name, or empty for a section that is none.
func section(line string) (step string, ok bool) {
	level, title := heading(line)
	if level != 2 {
		return "", false
	}
	if strings.HasPrefix(title, "`") {
		if name, _, whole := stepHeading(title); whole {
			return name, true
		}
	}
	return "", true
}

// StepLines says at which line of a Markdown text each step has its heading.
func StepLines(markdown string) map[string]int {
	at := map[string]int{}
	var f fence
	for i, line := range splitLines(markdown) {
		if f.line(line, i+1) != prose {
			continue
		}
		if name, ok := section(line); ok && name != "" && at[name] == 0 {
			at[name] = i + 1
		}
	}
	return at
}

// Commands lists the commands that a text shows: the lines of its fenced code blocks without their comments, but for blocks
// with the info string "text".
func Commands(markdown string) []string { return commands(markdown) }
