// Package catalogue lists the lessons, in the order of the course. A new
// lesson is a folder and a line here.
package catalogue

import (
	"fmt"
	"strings"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/cgroup"
	"github.com/nslab/nslab/lessons/container"
	"github.com/nslab/nslab/lessons/intro"
	"github.com/nslab/nslab/lessons/ipc"
	"github.com/nslab/nslab/lessons/mount"
	netns "github.com/nslab/nslab/lessons/net"
	"github.com/nslab/nslab/lessons/pid"
	timens "github.com/nslab/nslab/lessons/time"
	"github.com/nslab/nslab/lessons/user"
	"github.com/nslab/nslab/lessons/uts"
)

// Lessons returns every lesson, in the order of the course.
func Lessons() []*lessons.Lesson {
	return []*lessons.Lesson{
		intro.Lesson,
		uts.Lesson,
		pid.Lesson,
		mount.Lesson,
		netns.Lesson,
		ipc.Lesson,
		user.Lesson,
		cgroup.Lesson,
		timens.Lesson,
		container.Lesson,
	}
}

// Find returns the lesson of that name.
func Find(name string) (*lessons.Lesson, error) {
	var names []string
	for _, l := range Lessons() {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	return nil, fmt.Errorf("no lesson %q: the lessons are %s", name, strings.Join(names, ", "))
}
