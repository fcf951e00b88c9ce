package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nslab/nslab/lessons"
)

// Whoever comes back to a lesson finds a lab in which the steps they have done are done. The kernel keeps nothing of
// the old one, so the lesson's own solution is typed again in a fresh lab, up to where the open step begins, before
// anybody looks at its shells.
//
// Nothing tells the lab from one in which the learner has just typed all that: View.Start is the fresh lab, so that
// what was made on the way counts as made by the learner (checks.Made), who has made it once. Only View.Typed begins
// empty, for it is there to diagnose what leads away from the step that is open, and View.Seen begins
// with the lab as it was rebuilt.

// rebuildTime bounds a rebuilding.
const rebuildTime = 20 * time.Second

// rebuilding is what a session knows of its rebuilding.
type rebuilding struct {
	typing bool
	// begun are the commands that were typed and have not ended, as SHELL and what was typed: shells that others are
	// typed in.
	begun []string
	count int
	err   error
}

func (r *rebuilding) typed(shell, line string) { r.begun = append(r.begun, shell+" "+line) }

// ended reports whether a command that has just ended was typed by the rebuilding.
func (r *rebuilding) ended(shell, line string) bool {
	i := slices.Index(r.begun, shell+" "+line)
	if i >= 0 {
		r.begun = slices.Delete(r.begun, i, i+1)
	}
	return i >= 0 || r.typing
}

func (s *Session) isRebuilding() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rebuild.typing
}

// Rebuilt says how many commands were typed to rebuild the lab, or why it could not be rebuilt.
func (s *Session) Rebuilt() (commands int, err error) { return s.rebuild.count, s.rebuild.err }

// rebuildTo types the solution up to where a step begins.
func (s *Session) rebuildTo(step string) error {
	todo, err := s.before(step)
	if err != nil || len(todo) == 0 {
		return err
	}
	s.typing(true)
	defer s.typing(false)
	ctx, cancel := context.WithTimeout(context.Background(), rebuildTime)
	defer cancel()
	for i, d := range todo {
		if s.o.Rebuilding != nil {
			s.o.Rebuilding(i, len(todo))
		}
		if err := s.Do(ctx, d); err != nil {
			return fmt.Errorf("rebuild the lab to step %s: %w", step, err)
		}
	}
	if s.o.Rebuilding != nil {
		s.o.Rebuilding(len(todo), len(todo))
	}
	now, err := s.look(0)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.begun, s.last, s.rebuild.count = now, nil, len(todo)
	shells := make([]*Shell, 0, len(s.shells))
	for _, sh := range s.shells {
		shells = append(shells, sh)
	}
	s.mu.Unlock()
	for _, sh := range shells {
		sh.wipe()
	}
	return nil
}

func (s *Session) typing(on bool) {
	s.mu.Lock()
	s.rebuild.typing = on
	s.mu.Unlock()
}

// before lists what of the solution is to be typed before a step begins.
func (s *Session) before(step string) ([]lessons.Deed, error) {
	if _, err := s.Lesson.Step(step); err != nil {
		return nil, err
	}
	deeds, err := s.Lesson.Solution(s.params)
	if err != nil {
		return nil, err
	}
	var todo []lessons.Deed
	for _, st := range s.Lesson.Steps {
		if st.Name == step {
			break
		}
		for _, d := range deeds {
			if d.Step == st.Name && d.Asks == "" && !d.Looks && s.missing[st.Name] == "" && s.Applies(d) {
				todo = append(todo, d)
			}
		}
	}
	return todo, nil
}

// Applies reports whether the conditions of a line of the solution hold in this lab.
func (s *Session) Applies(d lessons.Deed) bool {
	return !slices.ContainsFunc(d.If, func(cond string) bool {
		need, not := strings.CutPrefix(cond, "!")
		return (Lacks(s.Lab, []string{need}) == "") == not
	})
}

// Do does one line of the solution. It fails where a command ends with another status than the line says, or a check
// or an answer says otherwise.
func (s *Session) Do(ctx context.Context, d lessons.Deed) error {
	if d.Asks != "" {
		f, err := s.Check(d.Asks, 0)
		if d.Kind == lessons.Answer {
			f, err = s.Answer(d.Asks, d.Text)
		}
		if err == nil && f.Satisfied == d.Fails {
			err = fmt.Errorf("line %d: step %s: %s", d.Line, d.Asks, f.Key)
		}
		return err
	}
	sh, err := s.Shell(d.Shell)
	if err != nil {
		return err
	}
	switch d.Kind {
	case lessons.Start:
		return sh.Start(ctx, d.Text)
	case lessons.Interrupt:
		_, err = sh.Interrupt(ctx)
		return err
	}
	r, err := sh.Run(ctx, d.Text)
	if err == nil && (r.Status != 0) != d.Fails {
		err = fmt.Errorf("line %d: in shell %s, %s: exit status %d", d.Line, d.Shell, d.Text, r.Status)
	}
	return err
}
