package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/pack"
)

// Lesson packs in a course. The course file says where a pack lies beside it, and its digest. Whoever joins keeps a
// copy in the state folder, so that neither a moved course file nor a mended pack changes what was begun; whoever grades
// opens the pack that lies beside the grader's own course file, never anything of a submission's.

var (
	textFlagPack = say.Text{EN: "a lesson pack that counts too, beside the course file or below; may be repeated", FR: "un paquet de leçon qui compte aussi, à côté du fichier de cours ou au-dessous ; répétable"}

	textPackHandOut   = say.Text{EN: "Hand out {{path}} together with {{file}}: it lies in the same place beside it for everybody.", FR: "Distribuez {{path}} avec {{file}} : il se trouve à la même place à côté de lui pour tous."}
	textPackElsewhere = say.Text{EN: "the pack {{path}} does not lie beside the course file {{file}}, nor below: put it there, so that both are handed out together.",
		FR: "le paquet {{path}} n'est ni à côté du fichier de cours {{file}} ni au-dessous : mettez-le là, pour que les deux soient distribués ensemble."}
	textPackOther = say.Text{EN: "the pack {{path}} of lesson {{lesson}} is not the one that the course names: its digest is {{found}}, the course says {{wanted}}. Put the right one there; or, where the pack was changed on purpose, write its digest into the course file and hand both out again.",
		FR: "le paquet {{path}} de la leçon {{lesson}} n'est pas celui que nomme le cours : son empreinte est {{found}}, le cours dit {{wanted}}. Mettez-y le bon ; ou, si le paquet a été changé exprès, écrivez son empreinte dans le fichier de cours et redistribuez les deux."}
	textPackOtherName = say.Text{EN: "the pack {{path}} is lesson {{found}}, the course calls it {{lesson}}", FR: "le paquet {{path}} est la leçon {{found}}, le cours l'appelle {{lesson}}"}
	textPackKept      = say.Text{EN: "the copy of the pack {{lesson}} that your course keeps cannot be used. Join the course again with: nslab join COURSE --as {{student}}", FR: "la copie du paquet {{lesson}} que garde votre cours est inutilisable. Rejoignez le cours avec : nslab join COURS --as {{student}}"}
	textCoursePack    = say.Text{EN: "{{path}} is not the pack {{lesson}} that your course {{course}} uses: the course's own is opened", FR: "{{path}} n'est pas le paquet {{lesson}} de votre cours {{course}} : celui du cours est ouvert"}
)

// finder finds the lessons of a course by name.
type finder func(name string) (*lessons.Lesson, error)

// courseFinder returns the finder of a course, whose packs open opens; each is read once.
func courseFinder(c *course.Course, open func(*course.Lesson) (*pack.Pack, error)) finder {
	read := map[string]*lessons.Lesson{}
	return func(name string) (*lessons.Lesson, error) {
		cl := c.Lesson(name)
		if cl == nil || cl.Pack == "" {
			return catalogue.Find(name)
		}
		if l := read[name]; l != nil {
			return l, nil
		}
		p, err := open(cl)
		if err != nil {
			return nil, err
		}
		read[name] = p.Lesson
		return p.Lesson, nil
	}
}

// coursePack opens the pack of a course that lies at a path. One that the course does not name is refused.
func (a *app) coursePack(cl *course.Lesson, path string) (*pack.Pack, error) {
	p, err := a.goodPack(path)
	switch {
	case err != nil:
		return nil, err
	case p.Lesson.Name != cl.Name:
		return nil, a.fail(textPackOtherName, "path", path, "found", p.Lesson.Name, "lesson", cl.Name)
	case p.Digest != cl.Digest:
		return nil, a.fail(textPackOther, "path", path, "lesson", cl.Name, "found", p.Digest, "wanted", cl.Digest)
	}
	return p, nil
}

// beside is where the packs of a course file lie.
func beside(courseFile string) func(*course.Lesson) string {
	return func(cl *course.Lesson) string {
		return filepath.Join(filepath.Dir(courseFile), filepath.FromSlash(cl.Pack))
	}
}

// kept is where the state folder has the packs of a course that was joined.
func kept(stateDir string) func(*course.Lesson) string {
	return func(cl *course.Lesson) string { return filepath.Join(stateDir, "packs", cl.Digest+pack.Extension) }
}

// packLesson makes an entry of a course file of a pack.
func (a *app) packLesson(path, courseFile string) (*course.Lesson, error) {
	p, err := a.goodPack(path)
	if err != nil {
		return nil, err
	}
	from, err := filepath.Abs(filepath.Dir(courseFile))
	if err != nil {
		return nil, err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || !filepath.IsLocal(rel) {
		return nil, a.fail(textPackElsewhere, "path", path, "file", courseFile)
	}
	return &course.Lesson{Name: p.Lesson.Name, Pack: filepath.ToSlash(rel), Digest: p.Digest}, nil
}

// keepPacks copies the packs of a course into the state folder of who joins it.
func (a *app) keepPacks(stateDir string, c *course.Course, courseFile string) error {
	from, to := beside(courseFile), kept(stateDir)
	for i := range c.Lessons {
		cl := &c.Lessons[i]
		if cl.Pack == "" {
			continue
		}
		p, err := a.coursePack(cl, from(cl))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := p.Archive(&b); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to(cl)), 0o700); err != nil {
			return err
		}
		if err := course.WriteFile(to(cl), b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// notePacks lets the progress know the packs of the course that was joined, so that they are listed.
func (a *app) notePacks(stateDir string, c *course.Course) {
	progress := a.progress()
	for i := range c.Lessons {
		if cl := &c.Lessons[i]; cl.Pack != "" {
			a.warnProgress(progress.SetPath(cl.Name, kept(stateDir)(cl)))
		}
	}
}

// joinedPack is the pack of that name in the course that was joined; nil where there is no such course or pack. Path is
// where whoever asks found a pack of that name, empty where by its name alone.
func (a *app) joinedPack(name, path string, progress *lessons.Progress) (*lessons.Lesson, error) {
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return nil, nil // the progress has said so
	}
	m, err := course.Open(dir)
	if err != nil {
		return nil, nil // individual says so before anything is opened
	}
	cl := m.Course.Lesson(name)
	if cl == nil || cl.Pack == "" {
		return nil, nil
	}
	p, err := a.keptPack(dir, m, cl)
	if err != nil {
		return nil, err
	}
	if path != "" {
		if other, err := pack.Open(path); err == nil && other.Digest != cl.Digest {
			a.warn(textCoursePack, "path", path, "lesson", strings.TrimPrefix(name, pack.Prefix), "course", m.Course.Name)
		}
	}
	a.warnProgress(progress.SetPath(name, p.Path))
	return p.Lesson, nil
}

// keptPack opens the state folder's copy of a pack of the course that was joined. One that is damaged is left as it is: to join
// again writes it anew.
func (a *app) keptPack(dir string, m *course.Membership, cl *course.Lesson) (*pack.Pack, error) {
	p, err := pack.Open(kept(dir)(cl))
	if err != nil || !p.OK() || p.Digest != cl.Digest || p.Lesson.Name != cl.Name {
		return nil, a.fail(textPackKept, "lesson", strings.TrimPrefix(cl.Name, pack.Prefix), "student", m.Student)
	}
	return p, nil
}

// paramsOf are those of the open lesson as they are in force, of another as it would be opened.
func (s *server) paramsOf(l *lessons.Lesson) map[string]string {
	if l.Name == s.lesson.Name {
		return s.session.Params()
	}
	return s.app.paramsOf(l)
}

// paramsOf are the parameters of a lesson as it would be opened now: the student's own in a course that was joined, else the
// tutorial's.
func (a *app) paramsOf(l *lessons.Lesson) map[string]string { return a.params()(l) }

// params is paramsOf for several lessons: it looks once whether a course was joined.
func (a *app) params() func(*lessons.Lesson) map[string]string {
	dir, err := lessons.StateDir(a.getenv)
	if err == nil {
		if m, err := course.Open(dir); err == nil {
			return func(l *lessons.Lesson) map[string]string {
				if m.Course.Has(l.Name) {
					return m.Key().Params(l)
				}
				return l.Defaults()
			}
		}
	}
	return (*lessons.Lesson).Defaults
}
