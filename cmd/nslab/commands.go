package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
)

// commands declares the commands with their words in the learner's language.
func (a *app) commands() *cobra.Command {
	root := a.command("nslab", textRootShort, cobra.NoArgs, func([]string) error { return a.where() })
	root.Long = textRootLong.In(a.lang, nil)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	lang := root.PersistentFlags().String("lang", string(a.lang), textFlagLang.In(a.lang, nil))
	root.PersistentFlags().BoolVar(&a.json, "json", false, textFlagJSON.In(a.lang, nil))
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if _, err := say.Parse(*lang); err != nil {
			return a.fail(textUnknownLang, "lang", *lang)
		}
		return nil
	}
	root.PersistentFlags().Lookup("lang").DefValue = "" // the text says it better
	completeValue(root, "lang", "en", "fr")

	a.declare(root)
	root.SetUsageFunc(func(c *cobra.Command) error { _, err := io.WriteString(c.OutOrStderr(), a.usage(c)); return err })
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { a.commandHelp(c) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return a.flagError(c, err) })
	root.SetHelpCommand(a.helpCommand())
	root.InitDefaultHelpFlag()
	root.InitDefaultHelpCmd()
	a.translate(root)
	return root
}

// declare adds the commands to root: the one that the arguments ask for, where they begin with its name, and all
// otherwise. To declare all takes as long as all the rest of a short command.
func (a *app) declare(root *cobra.Command) {
	commands := []struct {
		name    string
		declare func() *cobra.Command
	}{
		{"list", func() *cobra.Command {
			return a.command("list", textListShort, cobra.NoArgs, func([]string) error { return a.list() })
		}},
		{"run", a.runCommand},
		{"shell", a.shellCommand},
		{"check", a.checkCommand},
		{"hint", func() *cobra.Command { return a.pagedCommand("hint", textHintShort, cobra.NoArgs) }},
		{"step", func() *cobra.Command {
			c := a.pagedCommand("step [STEP]", textStepShort, cobra.MaximumNArgs(1))
			c.ValidArgsFunction = completeSteps
			return c
		}},
		{"answer", func() *cobra.Command {
			return a.command("answer TEXT ...", textAnswerShort, cobra.MinimumNArgs(1), a.remote("answer"))
		}},
		{"reset", a.resetCommand},
		{"map", func() *cobra.Command { return a.withPager(a.mapCommand()) }},
		{"solution", func() *cobra.Command { return a.withPager(a.solutionCommand()) }},
		{"explain", func() *cobra.Command { return a.withPager(a.explainCommand()) }},
		{"doctor", func() *cobra.Command {
			return a.command("doctor", textDoctorShort, cobra.NoArgs, func([]string) error { return a.doctor() })
		}},
		{"test", a.testCommand},
		{"exec", a.execCommand},
		{"version", func() *cobra.Command {
			return a.command("version", textVersionShort, cobra.NoArgs, func([]string) error { return a.version() })
		}},
		{"completion", a.completionCommand},
		{"man", a.manCommand},
		{"join", a.joinCommand},
		{"submit", a.submitCommand},
		{"course", a.courseCommand},
		{"grade", a.gradeCommand},
		{"grade-worker", a.workerCommand},
		{"report", a.reportCommand},
		{"lesson", a.lessonCommand},
		{"trace", a.traceCommand},
	}
	name := firstWord(a.args)
	for _, c := range commands {
		// completion and man tell of all.
		if c.name == name && name != "completion" && name != "man" {
			root.AddCommand(c.declare())
			return
		}
	}
	for _, c := range commands {
		root.AddCommand(c.declare())
	}
}

// firstWord returns the first argument that is neither an option of all commands nor the value of one; empty where
// there is none, or another option comes first.
func firstWord(args []string) string {
	for len(args) > 0 {
		switch arg := args[0]; {
		case arg == "--lang" && len(args) > 1:
			args = args[2:]
		case arg == "--json", strings.HasPrefix(arg, "--lang="):
			args = args[1:]
		case strings.HasPrefix(arg, "-"):
			return ""
		default:
			return arg
		}
	}
	return ""
}

func (a *app) runCommand() *cobra.Command {
	c := a.command("run [LESSON|PACK]", textRunShort, cobra.MaximumNArgs(1), a.runLesson)
	c.ValidArgsFunction = completeLessonsAndPacks
	c.Flags().BoolVar(&a.term.split, "split", false, textFlagSplit.In(a.lang, nil))
	c.Flags().StringVar(&a.term.record, "record", "", textFlagCast.In(a.lang, nil))
	c.Flags().BoolVar(&a.term.typed, "record-keys", false, textFlagTyped.In(a.lang, nil))
	return a.withTerminal(c)
}

func (a *app) shellCommand() *cobra.Command {
	c := a.command("shell NAME", textShellShort, cobra.ExactArgs(1), a.shell)
	c.ValidArgsFunction = completeShells
	return a.withTerminal(c)
}

// withTerminal adds the options of a person's terminal.
func (a *app) withTerminal(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&a.term.key, "key", "", textFlagKey.In(a.lang, nil))
	c.Flags().StringVar(&a.term.traceKey, "trace-key", "", textFlagTraceKey.In(a.lang, nil))
	c.Flags().BoolVar(&a.term.noStatus, "no-status", false, textFlagBar.In(a.lang, nil))
	completeValue(c, "key", keyWords()...)
	completeValue(c, "trace-key", keyWords()...)
	return c
}

func (a *app) checkCommand() *cobra.Command {
	c := a.command("check [STEP]", textCheckShort, cobra.MaximumNArgs(1), a.remote("check"))
	c.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagEvidence.In(a.lang, nil))
	c.ValidArgsFunction = completeSteps
	return c
}

// pagedCommand is a command of a lesson whose text may be long.
func (a *app) pagedCommand(use string, short say.Text, args cobra.PositionalArgs) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	return a.withPager(a.command(use, short, args, a.paged(name)))
}

// withPager adds the option that does without a pager.
func (a *app) withPager(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&a.noPager, "no-pager", false, textFlagNoPager.In(a.lang, nil))
	return c
}

func (a *app) resetCommand() *cobra.Command {
	c := a.command("reset [LESSON|STEP]", textResetShort, cobra.MaximumNArgs(1), nil)
	all := c.Flags().Bool("all", false, textFlagAll.In(a.lang, nil))
	c.RunE = func(_ *cobra.Command, args []string) error { return a.reset(args, *all) }
	c.ValidArgsFunction = completeLessonsAndSteps
	return c
}

func (a *app) testCommand() *cobra.Command {
	c := a.command("test FILE.txtar|FOLDER ...", textTestShort, cobra.MinimumNArgs(1), nil)
	c.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagVerbose.In(a.lang, nil))
	tools := c.Flags().String("tools", "", textFlagTools.In(a.lang, nil))
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"txtar"}, cobra.ShellCompDirectiveFilterFileExt
	}
	completeValue(c, "tools", "machine", "busybox")
	c.RunE = func(_ *cobra.Command, args []string) error { return a.test(args, *tools) }
	return c
}

func (a *app) execCommand() *cobra.Command {
	c := a.command("exec [--] COMMAND [ARG ...]", textExecShort, cobra.MinimumNArgs(1), nil)
	c.Flags().SetInterspersed(false)
	tools := c.Flags().String("tools", "", textFlagTools.In(a.lang, nil))
	completeValue(c, "tools", "machine", "busybox")
	c.RunE = func(_ *cobra.Command, args []string) error { return a.exec(args, *tools) }
	return c
}

// command makes one command; run may be nil where RunE is set later.
func (a *app) command(use string, short say.Text, args cobra.PositionalArgs, run func(args []string) error) *cobra.Command {
	if a.lang == say.FR {
		use = placeholders().Replace(use)
	}
	c := &cobra.Command{Use: use, Short: short.In(a.lang, nil), DisableFlagsInUseLine: true}
	c.Args = func(cmd *cobra.Command, got []string) error {
		if err := args(cmd, got); err != nil {
			if cmd == cmd.Root() {
				return a.fail(textUnknownCommand, "name", got[0])
			}
			return a.fail(textUsage, "usage", cmd.UseLine())
		}
		return nil
	}
	if run != nil {
		c.RunE = func(_ *cobra.Command, args []string) error { return run(args) }
	}
	return c
}

// translate puts cobra's own words into the learner's language.
func (a *app) translate(root *cobra.Command) {
	for _, c := range append(root.Commands(), root) {
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = textFlagHelp.In(a.lang, nil)
		}
	}
}
