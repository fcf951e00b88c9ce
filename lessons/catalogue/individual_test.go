package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/script"
)

func codeOf(t *testing.T, student string) course.Code {
	t.Helper()
	secret, err := course.ParseSecret([]byte(strings.Repeat("5c", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return secret.Code(&course.Course{ID: "0123456789ab"}, student)
}

// Scripts that give no parameters of their own must hold with any student's.
func TestScriptsHoldWithAStudentsOwnParameters(t *testing.T) {
	if testing.Short() {
		t.Skip("every script once more")
	}
	code := codeOf(t, "ana")
	all := slices.DeleteFunc(catalogue.Lessons(), func(l *lessons.Lesson) bool { return !individual(l) })
	runScripts(t, &script.Runner{Values: func(l *lessons.Lesson) map[string]string { return code.Params(l) }}, all)
}

// individual reports whether a lesson differs from student to student.
func individual(l *lessons.Lesson) bool {
	return slices.ContainsFunc(l.Params, func(p lessons.Param) bool { return p.Kind.Form != "" })
}

// What a lesson has to hold for any student: values that are valid by their kind, all different, and no two
// students' alike.
func TestEveryStudentHasValuesOfTheirOwn(t *testing.T) {
	for _, l := range catalogue.Lessons() {
		if !individual(l) {
			continue
		}
		all := map[string]string{}
		for i := range 1000 {
			student := fmt.Sprintf("student%d", i)
			params := codeOf(t, student).Params(l)
			seen := map[string]string{}
			list := ""
			for _, p := range l.Params {
				v := params[p.Name]
				if err := p.Kind.Valid(v); err != nil {
					t.Fatalf("%s: %s of %s: %v", l.Name, p.Name, student, err)
				}
				if other, ok := seen[v]; ok {
					t.Errorf("%s: %s and %s of %s are both %s", l.Name, other, p.Name, student, v)
				}
				if p.Kind.Form != "" && v == p.Default {
					t.Errorf("%s: %s of %s is the tutorial's", l.Name, p.Name, student)
				}
				seen[v] = p.Name
				list += v + " "
			}
			if other, ok := all[list]; ok {
				t.Errorf("%s: %s and %s have the same values: %s", l.Name, other, student, list)
			}
			all[list] = student
		}
	}
}
