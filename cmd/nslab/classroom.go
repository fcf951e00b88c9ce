package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/report"
)

// Grading in the student's own repository: by the student's code alone, for the course's secret must not be there. What it
// prints is for the student. It proves nothing to the instructor, who grades again.

var (
	textWorkflowShort = say.Text{EN: "a GitHub Actions workflow for the students' repositories", FR: "un workflow GitHub Actions pour les dépôts des étudiants"}
	textNotGraded     = say.Text{EN: "{{file}} was not graded: {{reason}}", FR: "{{file}} n'a pas été noté : {{reason}}"}
)

// gradeCourse reads a course file, and what gives its students' codes: the secret beside it, or one student's code.
func (a *app) gradeCourse(file, text string) (*course.Course, finder, func(string) (course.Code, bool), error) {
	if text == "" {
		c, secret, find, err := a.readSecret(file)
		return c, find, func(student string) (course.Code, bool) { return secret.Code(c, student), true }, err
	}
	c, find, err := a.readCourse(file)
	return c, find, func(student string) (course.Code, bool) {
		code, err := course.ParseCode(text, c, student)
		return code, err == nil
	}, err
}

// ownFeedback prints what the student should know. The exit status is 0 where every step is done, but for those for which this machine
// lacks something; where a submission was not graded, or did not get to its end, it is 1.
func (a *app) ownFeedback(r *grade.Results) error {
	if a.json {
		if err := report.Write(a.out, "json", r, a.lang); err != nil {
			return err
		}
	}
	graded := false
	for i := range r.Submissions {
		s := &r.Submissions[i]
		switch s.Status {
		case grade.Superseded:
			continue
		case grade.Unreadable, grade.Missing:
			a.warn(textNotGraded, "file", cmp.Or(s.File, s.Student), "reason", s.Reason.In(a.lang))
			a.status = 1
			continue
		case grade.Stopped:
			a.status = 1
		}
		graded = true
		for _, st := range s.Steps {
			if st.Verdict != grade.Passed && st.Verdict != grade.LeftOut {
				a.status = 1
			}
		}
		if !a.json {
			fmt.Fprint(a.out, report.Feedback(r, s, cmp.Or(s.Lang, a.lang)))
		}
	}
	if !graded {
		a.status = 1
	}
	return nil
}

// workflow prints the workflow that nslab help grading shows.
func (a *app) workflow([]string) error {
	text, err := workflowText(a.lang)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, text)
	return nil
}

func workflowText(lang say.Lang) (string, error) {
	b, err := topicFiles.ReadFile("topics/grading." + string(lang) + ".md")
	if err != nil {
		return "", err
	}
	_, text, ok := strings.Cut(string(b), "```yaml\n")
	text, _, ended := strings.Cut(text, "```\n")
	if !ok || !ended {
		return "", errors.New("nslab help grading shows no workflow")
	}
	return text, nil
}
