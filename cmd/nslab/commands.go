package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/catalogue"
)

// commands declares every command with its words in the learner's language.
func (a *app) commands() *cobra.Command {
	root := a.command("nslab", textRootShort, cobra.NoArgs, func([]string) error { return a.where() })
	root.Long = textRootLong.In(a.lang, nil)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = false
	lang := root.PersistentFlags().String("lang", string(a.lang), textFlagLang.In(a.lang, nil))
	root.PersistentFlags().BoolVar(&a.json, "json", false, textFlagJSON.In(a.lang, nil))
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if _, err := say.Parse(*lang); err != nil {
			return a.fail(textUnknownLang, "lang", *lang)
		}
		return nil
	}
	_ = root.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"en", "fr"}, cobra.ShellCompDirectiveNoFileComp))

	list := a.command("list", textListShort, cobra.NoArgs, func([]string) error { return a.list() })
	run := a.command("run [LESSON]", textRunShort, cobra.MaximumNArgs(1), a.runLesson)
	run.ValidArgsFunction = completeLessons
	shell := a.command("shell NAME", textShellShort, cobra.ExactArgs(1), a.shell)
	shell.ValidArgsFunction = completeShells
	check := a.command("check [STEP]", textCheckShort, cobra.MaximumNArgs(1), a.remote("check"))
	check.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagEvidence.In(a.lang, nil))
	check.ValidArgsFunction = completeSteps
	hint := a.command("hint", textHintShort, cobra.NoArgs, a.remote("hint"))
	step := a.command("step [STEP]", textStepShort, cobra.MaximumNArgs(1), a.remote("step"))
	step.ValidArgsFunction = completeSteps
	answer := a.command("answer TEXT ...", textAnswerShort, cobra.MinimumNArgs(1), a.remote("answer"))
	reset := a.command("reset [LESSON|STEP]", textResetShort, cobra.MaximumNArgs(1), nil)
	all := reset.Flags().Bool("all", false, textFlagAll.In(a.lang, nil))
	reset.RunE = func(_ *cobra.Command, args []string) error { return a.reset(args, *all) }
	reset.ValidArgsFunction = completeLessons
	draw := a.mapCommand()
	doctor := a.command("doctor", textDoctorShort, cobra.NoArgs, func([]string) error { return a.doctor() })
	test := a.command("test FILE.txtar|FOLDER ...", textTestShort, cobra.MinimumNArgs(1), nil)
	test.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagVerbose.In(a.lang, nil))
	tools := test.Flags().String("tools", "machine", textFlagTools.In(a.lang, nil))
	test.RunE = func(_ *cobra.Command, args []string) error { return a.test(args, *tools) }
	exec := a.command("exec [--] COMMAND [ARG ...]", textExecShort, cobra.MinimumNArgs(1), nil)
	exec.Flags().SetInterspersed(false)
	execTools := exec.Flags().String("tools", "machine", textFlagTools.In(a.lang, nil))
	exec.RunE = func(_ *cobra.Command, args []string) error { return a.exec(args, *execTools) }
	version := a.command("version", textVersionShort, cobra.NoArgs, func([]string) error { return a.version() })

	root.AddCommand(list, run, shell, check, hint, step, answer, reset, draw, doctor, test, exec, version)
	root.SetUsageTemplate(usageTemplate.In(a.lang, nil))
	root.InitDefaultHelpFlag()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	a.translate(root)
	return root
}

// command makes one command; run may be nil where RunE is set later.
func (a *app) command(use string, short say.Text, args cobra.PositionalArgs, run func(args []string) error) *cobra.Command {
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
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Short = textHelpShort.In(a.lang, nil)
		case "completion":
			c.Short = textCompletionShort.In(a.lang, nil)
		}
	}
	for _, c := range append(root.Commands(), root) {
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = textFlagHelp.In(a.lang, nil)
		}
	}
}

func completeLessons(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, l := range catalogue.Lessons() {
		names = append(names, l.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completeSteps(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, l := range catalogue.Lessons() {
		for _, s := range l.Steps {
			names = append(names, fmt.Sprintf("%s\t%s", s.Name, l.Name))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completeShells(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"host", "isolated"}, cobra.ShellCompDirectiveNoFileComp
}
