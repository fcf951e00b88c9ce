package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
)

// commands declares every command with its words in the learner's language.
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

	list := a.command("list", textListShort, cobra.NoArgs, func([]string) error { return a.list() })
	run := a.command("run [LESSON|PACK]", textRunShort, cobra.MaximumNArgs(1), a.runLesson)
	run.ValidArgsFunction = completeLessonsAndPacks
	run.Flags().BoolVar(&a.term.split, "split", false, textFlagSplit.In(a.lang, nil))
	run.Flags().StringVar(&a.term.record, "record", "", textFlagCast.In(a.lang, nil))
	run.Flags().BoolVar(&a.term.typed, "record-keys", false, textFlagTyped.In(a.lang, nil))
	shell := a.command("shell NAME", textShellShort, cobra.ExactArgs(1), a.shell)
	shell.ValidArgsFunction = completeShells
	for _, c := range []*cobra.Command{run, shell} {
		c.Flags().StringVar(&a.term.key, "key", "", textFlagKey.In(a.lang, nil))
		c.Flags().StringVar(&a.term.traceKey, "trace-key", "", textFlagTraceKey.In(a.lang, nil))
		c.Flags().BoolVar(&a.term.noStatus, "no-status", false, textFlagBar.In(a.lang, nil))
		completeValue(c, "key", keyWords()...)
		completeValue(c, "trace-key", keyWords()...)
	}
	check := a.command("check [STEP]", textCheckShort, cobra.MaximumNArgs(1), a.remote("check"))
	check.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagEvidence.In(a.lang, nil))
	check.ValidArgsFunction = completeSteps
	hint := a.command("hint", textHintShort, cobra.NoArgs, a.paged("hint"))
	step := a.command("step [STEP]", textStepShort, cobra.MaximumNArgs(1), a.paged("step"))
	step.ValidArgsFunction = completeSteps
	answer := a.command("answer TEXT ...", textAnswerShort, cobra.MinimumNArgs(1), a.remote("answer"))
	reset := a.command("reset [LESSON|STEP]", textResetShort, cobra.MaximumNArgs(1), nil)
	all := reset.Flags().Bool("all", false, textFlagAll.In(a.lang, nil))
	reset.RunE = func(_ *cobra.Command, args []string) error { return a.reset(args, *all) }
	reset.ValidArgsFunction = completeLessonsAndSteps
	draw := a.mapCommand()
	solution, explain := a.solutionCommand(), a.explainCommand()
	for _, c := range []*cobra.Command{step, hint, solution, explain, draw} {
		c.Flags().BoolVar(&a.noPager, "no-pager", false, textFlagNoPager.In(a.lang, nil))
	}
	doctor := a.command("doctor", textDoctorShort, cobra.NoArgs, func([]string) error { return a.doctor() })
	test := a.command("test FILE.txtar|FOLDER ...", textTestShort, cobra.MinimumNArgs(1), nil)
	test.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagVerbose.In(a.lang, nil))
	tools := test.Flags().String("tools", "", textFlagTools.In(a.lang, nil))
	test.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"txtar"}, cobra.ShellCompDirectiveFilterFileExt
	}
	completeValue(test, "tools", "machine", "busybox")
	test.RunE = func(_ *cobra.Command, args []string) error { return a.test(args, *tools) }
	exec := a.command("exec [--] COMMAND [ARG ...]", textExecShort, cobra.MinimumNArgs(1), nil)
	exec.Flags().SetInterspersed(false)
	execTools := exec.Flags().String("tools", "", textFlagTools.In(a.lang, nil))
	completeValue(exec, "tools", "machine", "busybox")
	exec.RunE = func(_ *cobra.Command, args []string) error { return a.exec(args, *execTools) }
	version := a.command("version", textVersionShort, cobra.NoArgs, func([]string) error { return a.version() })

	root.AddCommand(solution, explain)
	root.AddCommand(list, run, shell, check, hint, step, answer, reset, draw, doctor, test, exec, version, a.completionCommand(), a.manCommand())
	root.AddCommand(a.joinCommand(), a.submitCommand(), a.courseCommand(), a.gradeCommand(), a.workerCommand(), a.reportCommand(), a.lessonCommand())
	root.SetUsageFunc(func(c *cobra.Command) error { _, err := io.WriteString(c.OutOrStderr(), a.usage(c)); return err })
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { a.commandHelp(c) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return a.flagError(c, err) })
	root.SetHelpCommand(a.helpCommand())
	root.AddCommand(a.traceCommand())
	root.InitDefaultHelpFlag()
	root.InitDefaultHelpCmd()
	a.translate(root)
	return root
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
