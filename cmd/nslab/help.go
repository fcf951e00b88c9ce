package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nslab/nslab/checks/say"
)

// nslab help: of a command, made of its declaration, and of a topic, a text of topics/. A new topic is two files
// there and a line here. Cobra's own template is not used: it costs a start of its own, and knows no topics.

//go:embed topics/*.md
var topicFiles embed.FS

// topicNames lists the topics, in the order in which they are shown.
var topicNames = []string{"labs", "keys", "files", "environment", "exit-status", "json", "scripts", "packs", "instructors", "grading", "security"}

var (
	textHelpUsage     = say.Text{EN: "Usage:", FR: "Usage :"}
	textHelpCommand   = say.Text{EN: "[command]", FR: "[commande]"}
	textHelpCommands  = say.Text{EN: "Commands:", FR: "Commandes :"}
	textHelpTopics    = say.Text{EN: "Topics:", FR: "Sujets :"}
	textHelpOptions   = say.Text{EN: "Options:", FR: "Options :"}
	textHelpGlobal    = say.Text{EN: "Options everywhere:", FR: "Options partout :"}
	textHelpMore      = say.Text{EN: "More on a command or a topic: nslab help NAME", FR: "Plus sur une commande ou un sujet : nslab help NOM"}
	textHelpMoreOfOne = say.Text{EN: "See also: nslab help", FR: "Voir aussi : nslab help"}
	textUnknownTopic  = say.Text{EN: "there is no command and no topic {{name}}; nslab help lists both", FR: "il n'y a ni commande ni sujet {{name}} ; nslab help donne la liste des deux"}
	textUnknownFlag   = say.Text{EN: "there is no option {{flag}}; see: {{see}}", FR: "il n'y a pas d'option {{flag}} ; voir : {{see}}"}
	textFlagLacks     = say.Text{EN: "the option {{flag}} needs a value; see: {{see}}", FR: "il faut une valeur à l'option {{flag}} ; voir : {{see}}"}
	textFlagInvalid   = say.Text{EN: "the option {{flag}}: {{value}} is no value for it; see: {{see}}", FR: "l'option {{flag}} : {{value}} n'est pas une valeur pour elle ; voir : {{see}}"}
	textHelpLong      = say.Text{
		EN: "Shows what a command does and takes, or the text of a topic. Without a name it\nlists both.",
		FR: "Montre ce que fait une commande et ce qu'elle accepte, ou le texte d'un sujet.\nSans nom, donne la liste des deux."}
)

// topic is a text of nslab help.
type topic struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// readTopic returns a topic in the learner's language. The first line of its file is the title.
func readTopic(name string, lang say.Lang) (topic, bool) {
	b, err := topicFiles.ReadFile("topics/" + name + "." + string(lang) + ".md")
	if err != nil || !slices.Contains(topicNames, name) {
		return topic{}, false
	}
	title, text, _ := strings.Cut(string(b), "\n")
	return topic{name, strings.TrimPrefix(title, "# "), strings.TrimSpace(text) + "\n"}, true
}

// helpCommand declares nslab help.
func (a *app) helpCommand() *cobra.Command {
	c := a.command("help [NAME]", textHelpShort, cobra.ArbitraryArgs, nil)
	c.Long = textHelpLong.In(a.lang, nil)
	c.RunE = func(c *cobra.Command, args []string) error { return a.help(c.Root(), args) }
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, sub := range c.Root().Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name()+"\t"+sub.Short)
			}
		}
		for _, name := range topicNames {
			if t, ok := readTopic(name, a.lang); ok {
				names = append(names, t.Name+"\t"+t.Title)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

// help shows the help of a command, of a topic, or the list of both.
func (a *app) help(root *cobra.Command, args []string) error {
	if c, rest, err := root.Find(args); err == nil && len(rest) == 0 && (c != root || len(args) == 0) {
		if a.json && c == root {
			return a.writeJSON(a.helpForm(root))
		}
		a.commandHelp(c)
		return nil
	}
	if len(args) == 1 {
		if t, ok := readTopic(args[0], a.lang); ok {
			if a.json {
				return a.writeJSON(t)
			}
			return a.printPaged(reply{Text: a.view().markdown("# " + t.Name + " — " + t.Title + "\n\n" + t.Text)})
		}
	}
	return a.fail(textUnknownTopic, "name", clean(strings.Join(args, " ")))
}

// helpForm is the list of commands and topics for programs.
type helpForm struct {
	Commands []helpItem `json:"commands"`
	Topics   []helpItem `json:"topics"`
}

type helpItem struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Usage string `json:"usage,omitempty"`
}

func (a *app) helpForm(root *cobra.Command) helpForm {
	var form helpForm
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			form.Commands = append(form.Commands, helpItem{c.Name(), c.Short, c.UseLine()})
		}
	}
	for _, name := range topicNames {
		if t, ok := readTopic(name, a.lang); ok {
			form.Topics = append(form.Topics, helpItem{Name: name, Title: t.Title})
		}
	}
	return form
}

// commandHelp prints what a command does, and its usage.
func (a *app) commandHelp(c *cobra.Command) {
	text := c.Long
	if text == "" {
		text = upperFirst(c.Short) + "."
	}
	_, _ = io.WriteString(a.out, strings.TrimSpace(text)+"\n\n"+a.usage(c))
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// usage is how a command is called, and what is below it.
func (a *app) usage(c *cobra.Command) string {
	var b strings.Builder
	head := func(t say.Text) { b.WriteString("\n" + t.In(a.lang, nil) + "\n") }
	b.WriteString(textHelpUsage.In(a.lang, nil) + "\n")
	if c.Runnable() {
		b.WriteString("  " + c.UseLine() + "\n")
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("  " + c.CommandPath() + " " + textHelpCommand.In(a.lang, nil) + "\n")
		var items []helpItem
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				items = append(items, helpItem{Name: sub.Name(), Title: sub.Short})
			}
		}
		head(textHelpCommands)
		a.items(&b, items)
	}
	if c == c.Root() {
		head(textHelpTopics)
		a.items(&b, a.helpForm(c).Topics)
	}
	if f := c.LocalFlags(); f.HasAvailableFlags() {
		head(textHelpOptions)
		b.WriteString(a.flags(f))
	}
	if f := c.InheritedFlags(); f.HasAvailableFlags() {
		head(textHelpGlobal)
		b.WriteString(a.flags(f))
	}
	if c.HasAvailableSubCommands() {
		head(textHelpMore)
	} else {
		head(textHelpMoreOfOne)
	}
	return b.String()
}

// flagError is what pflag found wrong with the options, in the learner's words.
func (a *app) flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var lacks *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	dashed := func(name string) string {
		if len([]rune(name)) == 1 {
			return "-" + clean(name)
		}
		return "--" + clean(name)
	}
	see := "nslab help"
	if c != c.Root() {
		see += " " + c.Name()
	}
	switch {
	case errors.As(err, &unknown):
		return a.fail(textUnknownFlag, "flag", dashed(unknown.GetSpecifiedName()), "see", see)
	case errors.As(err, &lacks):
		return a.fail(textFlagLacks, "flag", dashed(lacks.GetSpecifiedName()), "see", see)
	case errors.As(err, &invalid):
		return a.fail(textFlagInvalid, "flag", dashed(invalid.GetFlag().Name), "value", clean(invalid.GetValue()), "see", see)
	}
	return err
}

// items lists names with what they are, as a table.
func (a *app) items(b *strings.Builder, items []helpItem) {
	wide := 0
	for _, i := range items {
		wide = max(wide, len(i.Name))
	}
	for _, i := range items {
		for n, l := range fold(i.Title, max(a.width()-wide-3, 20)) {
			name := i.Name
			if n > 0 {
				name = ""
			}
			fmt.Fprintf(b, "  %-*s %s\n", wide, name, l)
		}
	}
}

// flags lists options as pflag does, but folded by what a terminal shows: pflag counts bytes.
func (a *app) flags(f *pflag.FlagSet) string {
	var b strings.Builder
	for l := range strings.Lines(f.FlagUsages()) {
		l = strings.TrimRight(l, " \n")
		// The words of an option begin behind its name and two or more spaces.
		name := len(l) - len(strings.TrimLeft(l, " "))
		at := strings.Index(l[name:], "  ")
		if cells.StringWidth(l) <= a.width() || at < 0 {
			b.WriteString(l + "\n")
			continue
		}
		words := strings.TrimLeft(l[name+at:], " ")
		indent := len(l) - len(words)
		for i, part := range fold(words, max(a.width()-indent, 20)) {
			before := l[:indent]
			if i > 0 {
				before = strings.Repeat(" ", indent)
			}
			b.WriteString(before + part + "\n")
		}
	}
	return b.String()
}
