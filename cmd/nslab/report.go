package main

import (
	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/report"
)

var (
	textReportShort = say.Text{EN: "for instructors: write reports of results, and put shards together", FR: "pour les enseignants : écrire des rapports de résultats, et réunir des parties"}
	textReportMerge = say.Text{EN: "put the results of shards together", FR: "réunir les résultats des parties"}
	textReportOne   = say.Text{EN: "reports of results that nslab grade --json wrote", FR: "rapports des résultats qu'a écrits nslab grade --json"}
	textReportBad   = say.Text{EN: "{{file}} has no results that can be used: {{error}}. nslab grade -o json={{file}} writes them.", FR: "{{file}} n'a pas de résultats utilisables : {{error}}. nslab grade -o json={{file}} en écrit."}
	textReportMixed = say.Text{EN: "these results cannot be put together: {{error}}", FR: "ces résultats ne peuvent être réunis : {{error}}"}
)

func (a *app) reportCommand() *cobra.Command {
	c := a.command("report", textReportShort, cobra.NoArgs, nil)
	var outputs []string
	var feedback string
	one := a.command("write RESULTS.json", textReportOne, cobra.ExactArgs(1), nil)
	merge := a.command("merge RESULTS.json ...", textReportMerge, cobra.MinimumNArgs(1), nil)
	for _, sub := range []*cobra.Command{one, merge} {
		sub.Flags().StringArrayVarP(&outputs, "output", "o", nil, textFlagReport.In(a.lang, pairs([]string{"formats", formatList()})))
		sub.Flags().StringVar(&feedback, "feedback", "", textFlagFeedback.In(a.lang, nil))
		sub.RunE = func(_ *cobra.Command, args []string) error { return a.report(args, outputs, feedback) }
	}
	c.AddCommand(one, merge)
	a.helpFlags(c)
	return c
}

func (a *app) report(args, list []string, feedback string) error {
	outputs, err := a.outputs(list)
	if err != nil {
		return err
	}
	var parts []*grade.Results
	for _, file := range args {
		b, err := readFile(file, 1<<30)
		var r *grade.Results
		if err == nil {
			r, err = report.Read(b)
		}
		if err != nil {
			return a.fail(textReportBad, "file", file, "error", err.Error())
		}
		parts = append(parts, r)
	}
	r, err := grade.Merge(parts)
	if err != nil {
		return a.fail(textReportMixed, "error", err.Error())
	}
	if err := a.writeReports(r, outputs, feedback); err != nil {
		return err
	}
	if len(outputs) == 0 || a.json {
		format := "table"
		if a.json {
			format = "json"
		}
		return report.Write(a.out, format, r, a.lang)
	}
	return nil
}
