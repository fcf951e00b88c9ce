package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nslab/nslab/checks/say"
)

// nslab man writes the man pages, made of the same declarations and texts as nslab help: nslab.1, a page for each
// command, and in section 7 one for each topic, in every language. Packages are made with it; it is not shown to
// learners. The macros are those of groff_man(7) and man(7). Cobra's own generator is not used: it would bring a
// Markdown and a YAML library into every start of nslab, for pages in English alone.

var (
	textManShort    = say.Text{EN: "write the man pages into a folder", FR: "écrire les pages de manuel dans un dossier"}
	textManLong     = say.Text{EN: "Writes man1 and man7 into the folder, and fr/man1 and fr/man7: a folder as\nMANPATH names one. The date of the pages is SOURCE_DATE_EPOCH where that is set.", FR: "Écrit man1 et man7 dans le dossier, et fr/man1 et fr/man7 : un dossier tel que\nMANPATH en nomme. La date des pages est SOURCE_DATE_EPOCH si elle est définie."}
	textManManual   = say.Text{EN: "nslab manual", FR: "Manuel de nslab"}
	textManName     = say.Text{EN: "NAME", FR: "NOM"}
	textManSynopsis = say.Text{EN: "SYNOPSIS", FR: "SYNOPSIS"}
	textManDesc     = say.Text{EN: "DESCRIPTION", FR: "DESCRIPTION"}
	textManCommands = say.Text{EN: "COMMANDS", FR: "COMMANDES"}
	textManTopics   = say.Text{EN: "TOPICS", FR: "SUJETS"}
	textManOptions  = say.Text{EN: "OPTIONS", FR: "OPTIONS"}
	textManExit     = say.Text{EN: "EXIT STATUS", FR: "CODE DE RETOUR"}
	textManFiles    = say.Text{EN: "FILES", FR: "FICHIERS"}
	textManEnv      = say.Text{EN: "ENVIRONMENT", FR: "ENVIRONNEMENT"}
	textManSee      = say.Text{EN: "SEE ALSO", FR: "VOIR AUSSI"}
)

// manCommand declares nslab man.
func (a *app) manCommand() *cobra.Command {
	c := a.command("man FOLDER", textManShort, cobra.ExactArgs(1), nil)
	c.Long = textManLong.In(a.lang, nil)
	c.Hidden = true
	c.RunE = func(_ *cobra.Command, args []string) error {
		date := time.Now()
		if n, err := strconv.ParseInt(a.getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
			date = time.Unix(n, 0)
		}
		for _, lang := range say.Langs() {
			dir := args[0]
			if lang != say.EN {
				dir = filepath.Join(dir, string(lang))
			}
			for name, text := range manPages(lang, date.UTC().Format(time.DateOnly)) {
				file := filepath.Join(dir, "man"+name[len(name)-1:], name)
				if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
					return err
				}
				if err := writeWhole(file, []byte(text)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return c
}

// manPages makes every page in one language, by the name of its file.
func manPages(lang say.Lang, date string) map[string]string {
	// The words are as somebody of that language sees them, wherever the pages are made.
	a := newApp([]string{"--lang", string(lang)}, nil, nil, nil, func(string) string { return "" })
	pages := map[string]string{}
	add := func(name, section, short string, body func(p *manPage)) {
		p := &manPage{lang: lang}
		fmt.Fprintf(p, "'\\\" -*- coding: UTF-8 -*-\n.TH %s %s %s %s %s\n", quoted(strings.ToUpper(name)), section,
			quoted(date), quoted("nslab "+version), quoted(textManManual.In(lang, nil)))
		p.section(textManName)
		p.WriteString(roff(name) + " \\- " + roff(short) + "\n")
		body(p)
		pages[name+"."+section] = p.String()
	}
	var commands []*cobra.Command
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, c := range c.Commands() {
			if c.IsAvailableCommand() {
				commands = append(commands, c)
				walk(c)
			}
		}
	}
	walk(a.root)
	see := func(p *manPage, of string) {
		p.section(textManSee)
		var names []string
		for _, c := range append([]*cobra.Command{a.root}, commands...) {
			if name := manName(c); name != of {
				names = append(names, ".BR "+roff(name)+" (1)")
			}
		}
		for _, name := range topicNames {
			if "nslab-"+name != of {
				names = append(names, ".BR nslab\\-"+roff(name)+" (7)")
			}
		}
		p.WriteString(strings.Join(names, " ,\n") + "\n")
	}
	topicPart := func(p *manPage, head say.Text, name string) {
		if t, ok := readTopic(name, lang); ok {
			p.section(head)
			p.markdown(t.Text)
		}
	}
	add("nslab", "1", a.root.Short, func(p *manPage) {
		p.section(textManSynopsis)
		p.usage("nslab " + textHelpCommand.In(lang, nil))
		p.section(textManDesc)
		p.prose(a.root.Long)
		p.section(textManCommands)
		for _, c := range commands {
			p.item("\\fB"+roff(c.UseLine())+"\\fR", roff(c.Short))
		}
		p.section(textManTopics)
		for _, name := range topicNames {
			if t, ok := readTopic(name, lang); ok {
				p.item("\\fB"+roff("nslab-"+name)+"\\fR(7)", roff(t.Title))
			}
		}
		p.options(a.root.LocalFlags())
		topicPart(p, textManExit, "exit-status")
		topicPart(p, textManFiles, "files")
		topicPart(p, textManEnv, "environment")
		see(p, "nslab")
	})
	for _, c := range commands {
		add(manName(c), "1", c.Short, func(p *manPage) {
			p.section(textManSynopsis)
			p.usage(c.UseLine())
			p.section(textManDesc)
			long := c.Long
			if long == "" {
				long = upperFirst(c.Short) + "."
			}
			p.prose(long)
			p.options(c.LocalFlags())
			see(p, manName(c))
		})
	}
	for _, name := range topicNames {
		if t, ok := readTopic(name, lang); ok {
			add("nslab-"+name, "7", t.Title, func(p *manPage) {
				p.section(textManDesc)
				p.markdown(t.Text)
				see(p, "nslab-"+name)
			})
		}
	}
	return pages
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is a page under way.
type manPage struct {
	strings.Builder
	lang say.Lang
}

func (p *manPage) section(head say.Text) { p.WriteString(".SH " + roff(head.In(p.lang, nil)) + "\n") }

// usage is a command line as it is typed.
func (p *manPage) usage(line string) {
	command, rest, _ := strings.Cut(line, " ")
	name, args, _ := strings.Cut(rest, " ")
	if name != "" && !strings.HasPrefix(name, "[") {
		command, rest = command+" "+name, args
	}
	p.WriteString("\\fB" + roff(command) + "\\fR " + roff(rest) + "\n")
}

// item is a term and what it is.
func (p *manPage) item(term, text string) { p.WriteString(".TP\n" + term + "\n" + text + "\n") }

func (p *manPage) options(f *pflag.FlagSet) {
	if !f.HasAvailableFlags() {
		return
	}
	p.section(textManOptions)
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		term := "\\fB" + roff("--"+f.Name) + "\\fR"
		if f.Shorthand != "" {
			term = "\\fB" + roff("-"+f.Shorthand) + "\\fR, " + term
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			term += " \\fI" + roff(value) + "\\fR"
		}
		p.item(term, roff(usage))
	})
}

// prose writes plain text: paragraphs, and as they stand the lines that are indented.
func (p *manPage) prose(text string) {
	for i, par := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			p.WriteString(".PP\n")
		}
		as := false // in lines that stand as they are
		for line := range strings.Lines(par) {
			line = strings.TrimRight(line, "\n")
			if indented := strings.HasPrefix(line, " "); indented != as {
				as = indented
				p.WriteString(map[bool]string{true: ".RS\n.nf\n", false: ".fi\n.RE\n"}[as])
			}
			p.WriteString(roff(strings.TrimPrefix(line, "  ")) + "\n")
		}
		if as {
			p.WriteString(".fi\n.RE\n")
		}
	}
}

// markdown writes what topics use of Markdown: headings, paragraphs, lists, code and tables; a table
// becomes a list of its first column's terms.
func (p *manPage) markdown(text string) {
	code, rows := false, 0
	before := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			p.WriteString(map[bool]string{true: ".PP\n.RS\n.nf\n", false: ".fi\n.RE\n"}[code])
		case code:
			p.WriteString(roff(line) + "\n")
		case line == "":
			rows = 0
		case strings.HasPrefix(line, "#"):
			p.WriteString(".SS " + inline(strings.TrimLeft(line, "# ")) + "\n")
		case strings.HasPrefix(line, "- "):
			p.WriteString(".IP \\(bu 2\n" + inline(line[2:]) + "\n")
		case strings.HasPrefix(line, "| "):
			if rows++; rows > 2 { // the first two are the head
				cells := strings.Split(strings.Trim(line, "| "), " | ")
				p.item(inline(cells[0]), inline(strings.Join(cells[1:], " ")))
			}
		case before == "":
			p.WriteString(".PP\n" + inline(line) + "\n")
		default:
			p.WriteString(inline(strings.TrimLeft(line, " ")) + "\n")
		}
		before = line
	}
}

// inline writes a line with `code` and **emphasis** in bold.
func inline(line string) string {
	var b strings.Builder
	for i, part := range strings.Split(line, "`") {
		if i%2 == 1 {
			b.WriteString("\\fB" + roff(part) + "\\fR")
			continue
		}
		for j, s := range strings.Split(part, "**") {
			if j%2 == 1 {
				s = "\\fB" + roff(s) + "\\fR"
			} else {
				s = roff(s)
			}
			b.WriteString(s)
		}
	}
	// What begins with a mark of roff's is text all the same.
	return guarded(b.String())
}

func guarded(s string) string {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return "\\&" + s
	}
	return s
}

// roff is text as roff(7) takes it: each sign stands for itself, also where it is copied out of the page.
func roff(s string) string {
	return guarded(strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\"", `\(dq`).Replace(s))
}

func quoted(s string) string { return `"` + roff(s) + `"` }
