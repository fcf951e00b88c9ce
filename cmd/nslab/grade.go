package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/grade"
	"github.com/nslab/nslab/lessons/report"
	"github.com/nslab/nslab/lessons/submission"
)

var (
	textGradeShort       = say.Text{EN: "for instructors: do submissions again in fresh labs, and judge them", FR: "pour les enseignants : refaire les rendus dans des labos neufs, et les juger"}
	textWorkerShort      = say.Text{EN: "does the work of nslab grade", FR: "fait le travail de nslab grade"}
	textFlagCourse       = say.Text{EN: "the course file; its secret is beside it", FR: "le fichier du cours ; son secret est à côté"}
	textFlagWorkerCourse = say.Text{EN: "the course file, where it has packs", FR: "le fichier du cours, s'il a des paquets"}
	textFlagGradeCode    = say.Text{EN: "a student's code, in the secret's place: grades this student's submissions, prints what the student should know", FR: "le code d'un étudiant, à la place du secret : note ses rendus, affiche ce qu'il doit savoir"}
	textFlagRoster       = say.Text{EN: "the roster: who should have handed in", FR: "la liste : qui aurait dû rendre"}
	textFlagReceived     = say.Text{EN: "CSV of student (or file) and time: when each submission came", FR: "CSV d'étudiant (ou fichier) et d'heure : quand chaque rendu est arrivé"}
	textFlagJobs         = say.Text{EN: "how many at once; one for each core where missing", FR: "combien à la fois ; un par cœur si absent"}
	textFlagLimit        = say.Text{EN: "how long one submission may take", FR: "combien de temps un rendu peut prendre"}
	textFlagMemory       = say.Text{EN: "how many MB of memory one submission may use", FR: "combien de Mo de mémoire un rendu peut utiliser"}
	textFlagShard        = say.Text{EN: "grade the i-th of n parts: i/n", FR: "noter la i-ème de n parties : i/n"}
	textFlagReport       = say.Text{EN: "write FORMAT=FILE; may be repeated: {{formats}}", FR: "écrire FORMAT=FICHIER ; répétable : {{formats}}"}
	textFlagFeedback     = say.Text{EN: "write what each student should know into a folder, in the student's language", FR: "écrire dans un dossier ce que chaque étudiant doit savoir, dans sa langue"}
	textFlagLive         = say.Text{EN: "go on: grade what comes into the folder, until Ctrl-C", FR: "continuer : noter ce qui arrive dans le dossier, jusqu'à Ctrl-C"}

	textGradeCourse   = say.Text{EN: "say which course: nslab grade --course FILE.course ...", FR: "dites quel cours : nslab grade --course FICHIER.course ..."}
	textGradeNone     = say.Text{EN: "there is no submission (*{{suffix}}) in {{dir}}", FR: "il n'y a aucun rendu (*{{suffix}}) dans {{dir}}"}
	textGradeNoFile   = say.Text{EN: "{{file}} cannot be read: {{error}}", FR: "{{file}} ne peut être lu : {{error}}"}
	textGradeShard    = say.Text{EN: "--shard {{shard}}: write it as 2/5, the second of five parts.", FR: "--shard {{shard}} : écrivez 2/5, la deuxième de cinq parties."}
	textGradeReceived = say.Text{EN: "the times in {{file}} cannot be used: {{error}}", FR: "les heures de {{file}} sont inutilisables : {{error}}"}
	textGradeFormat   = say.Text{EN: "{{what}}: write it as FORMAT=FILE; the formats are {{formats}}", FR: "{{what}} : écrivez FORMAT=FICHIER ; les formats sont {{formats}}"}
	textGradeBroken   = say.Text{EN: "grading was given up: {{error}}. Type nslab doctor: it finds out whether labs can be made here.", FR: "la notation a été abandonnée : {{error}}. Tapez nslab doctor : il trouve si des labos peuvent être créés ici."}
	textGradeLiveDir  = say.Text{EN: "--live follows one folder: name it", FR: "--live suit un dossier : nommez-le"}
	textGrading       = say.Text{EN: "graded {{done}} of {{of}}", FR: "notés : {{done}} sur {{of}}"}
	textLiveHead      = say.Text{EN: "{{time}}, submissions so far: {{n}}. Ctrl-C ends.", FR: "{{time}}, rendus jusqu'ici : {{n}}. Ctrl-C termine."}
)

// gradeFlags are what nslab grade is told.
type gradeFlags struct {
	course, code, roster, received, shard, feedback, tools string
	jobs, memory                                           int
	limit                                                  time.Duration
	reports                                                []string
	live                                                   bool
}

func (a *app) gradeCommand() *cobra.Command {
	var f gradeFlags
	c := a.command("grade --course COURSE FOLDER|FILE ...", textGradeShort, cobra.MinimumNArgs(1), nil)
	c.Flags().StringVar(&f.course, "course", "", textFlagCourse.In(a.lang, nil))
	c.Flags().StringVar(&f.code, "code", "", textFlagGradeCode.In(a.lang, nil))
	c.Flags().StringVar(&f.roster, "roster", "", textFlagRoster.In(a.lang, nil))
	c.Flags().StringVar(&f.received, "received", "", textFlagReceived.In(a.lang, nil))
	c.Flags().IntVar(&f.jobs, "jobs", 0, textFlagJobs.In(a.lang, nil))
	c.Flags().DurationVar(&f.limit, "limit", 2*time.Minute, textFlagLimit.In(a.lang, nil))
	c.Flags().IntVar(&f.memory, "memory", 512, textFlagMemory.In(a.lang, nil))
	c.Flags().StringVar(&f.shard, "shard", "", textFlagShard.In(a.lang, nil))
	c.Flags().StringArrayVarP(&f.reports, "output", "o", nil, textFlagReport.In(a.lang, pairs([]string{"formats", formatList()})))
	c.Flags().StringVar(&f.feedback, "feedback", "", textFlagFeedback.In(a.lang, nil))
	c.Flags().StringVar(&f.tools, "tools", "machine", textFlagTools.In(a.lang, nil))
	c.Flags().BoolVar(&f.live, "live", false, textFlagLive.In(a.lang, nil))
	c.RunE = func(_ *cobra.Command, args []string) error { return a.grade(args, f) }
	return c
}

// workerCommand is what nslab grade starts for each of its workers.
func (a *app) workerCommand() *cobra.Command {
	c := a.command("grade-worker", textWorkerShort, cobra.NoArgs, nil)
	c.Hidden = true
	tools := c.Flags().String("tools", "machine", textFlagTools.In(a.lang, nil))
	file := c.Flags().String("course", "", textFlagWorkerCourse.In(a.lang, nil))
	c.RunE = func(*cobra.Command, []string) error {
		t, err := a.parseTools(*tools)
		if err != nil {
			return err
		}
		find := finder(catalogue.Find)
		if *file != "" {
			if _, find, err = a.readCourse(*file); err != nil {
				return err
			}
		}
		return grade.Serve(a.in, a.out, a.keeperOptions(), t, find)
	}
	return c
}

func (a *app) grade(args []string, f gradeFlags) error {
	o, err := a.gradeOptions(f)
	if err != nil {
		return err
	}
	outputs, err := a.outputs(f.reports)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	if f.live {
		if fi, err := os.Stat(args[0]); len(args) != 1 || err != nil || !fi.IsDir() {
			return a.fail(textGradeLiveDir)
		}
		return a.live(ctx, args[0], o, outputs, f.feedback)
	}
	files, err := a.submissions(args)
	if err != nil {
		return err
	}
	bar := a.bar()
	o.Progress = bar.show
	r, err := grade.Grade(ctx, files, o)
	bar.end()
	if err != nil {
		return a.fail(textGradeBroken, "error", err.Error())
	}
	if err := a.writeReports(r, outputs, f.feedback); err != nil {
		return err
	}
	if f.code != "" {
		return a.ownFeedback(r)
	}
	if a.json {
		err = report.Write(a.out, "json", r, a.lang)
	} else if !slices.ContainsFunc(outputs, func(o output) bool { return o.file == "-" }) {
		err = report.Write(a.out, "table", r, a.lang)
	}
	for _, s := range r.Submissions {
		if s.Status == grade.Unreadable || s.Status == grade.Stopped {
			a.status = 1
		}
	}
	return err
}

func (a *app) gradeOptions(f gradeFlags) (grade.Options, error) {
	o := grade.Options{Program: version, Limits: grade.Limits{Time: f.limit, Memory: int64(f.memory) << 20, Output: 64 << 20}, Workers: f.jobs, Shard: 1, Shards: 1}
	if f.course == "" {
		return o, a.fail(textGradeCourse)
	}
	var err error
	if o.Course, o.Find, o.Code, err = a.gradeCourse(f.course, f.code); err != nil {
		return o, err
	}
	if f.roster != "" {
		if o.Roster, err = a.readRoster(f.roster); err != nil {
			return o, err
		}
	}
	if f.received != "" {
		b, err := readFile(f.received, 16<<20)
		if err == nil {
			o.Received, err = course.ParseReceived(b)
		}
		if err != nil {
			return o, a.fail(textGradeReceived, "file", f.received, "error", err.Error())
		}
	}
	if f.shard != "" {
		i, n, _ := strings.Cut(f.shard, "/")
		var err1, err2 error
		o.Shard, err1 = strconv.Atoi(i)
		o.Shards, err2 = strconv.Atoi(n)
		if err1 != nil || err2 != nil || o.Shard < 1 || o.Shards < o.Shard || o.Shards > 100000 {
			return o, a.fail(textGradeShard, "shard", f.shard)
		}
	}
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	if _, err := a.parseTools(f.tools); err != nil {
		return o, err
	}
	exe, err := os.Executable()
	if err != nil {
		return o, err
	}
	args := []string{os.Args[0], "grade-worker", "--tools", f.tools}
	if slices.ContainsFunc(o.Course.Lessons, func(l course.Lesson) bool { return l.Pack != "" }) {
		file, _ := courseFiles(f.course)
		if file, err = filepath.Abs(file); err != nil {
			return o, err
		}
		args = append(args, "--course", file)
	}
	o.Worker = func() (grade.Worker, error) {
		return grade.StartProcess(exe, args)
	}
	return o, nil
}

// submissions reads the files that are named, and those in the folders that are named. What cannot be read is graded as
// such.
func (a *app) submissions(args []string) ([]grade.File, error) {
	var files []grade.File
	add := func(name, path string) {
		b, err := readFile(path, submission.MaxFile)
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		files = append(files, grade.File{Name: name, Content: b, Err: err})
	}
	for _, arg := range args {
		fi, err := os.Stat(arg)
		if err != nil {
			return nil, a.fail(textGradeNoFile, "file", arg, "error", err.Error())
		}
		if !fi.IsDir() {
			add(filepath.Base(arg), arg)
			continue
		}
		found, err := find(arg)
		if err != nil {
			return nil, a.fail(textGradeNoFile, "file", arg, "error", err.Error())
		}
		if len(found) == 0 {
			return nil, a.fail(textGradeNone, "suffix", submissionSuffix, "dir", arg)
		}
		for _, name := range found {
			add(name, filepath.Join(arg, name))
		}
	}
	slices.SortStableFunc(files, func(a, b grade.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// find lists the submissions in a folder and the folders below it, as a learning platform packs them: one a student.
func find(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && strings.HasSuffix(path, submissionSuffix) && !strings.HasPrefix(d.Name(), ".") {
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			names = append(names, rel)
		}
		return nil
	})
	return names, err
}

func formatList() string { return strings.Join(report.Formats(), ", ") }

// output is a report to write.
type output struct{ format, file string }

func (a *app) outputs(list []string) ([]output, error) {
	var all []output
	for _, o := range list {
		format, file, ok := strings.Cut(o, "=")
		if !ok || file == "" || !slices.Contains(report.Formats(), format) {
			return nil, a.fail(textGradeFormat, "what", o, "formats", formatList())
		}
		all = append(all, output{format, file})
	}
	return all, nil
}

func (a *app) writeReports(r *grade.Results, outputs []output, feedback string) error {
	for _, o := range outputs {
		if o.file == "-" {
			if err := report.Write(a.out, o.format, r, a.lang); err != nil {
				return err
			}
			continue
		}
		var b strings.Builder
		err := report.Write(&b, o.format, r, a.lang)
		if errors.Is(err, report.ErrOne) {
			err = a.writeEach(r, o.file)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		if err := course.WriteFile(o.file, []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	if feedback == "" {
		return nil
	}
	if err := os.MkdirAll(feedback, 0o755); err != nil {
		return err
	}
	for i := range r.Submissions {
		s := &r.Submissions[i]
		if course.ValidStudent(s.Student) != nil || s.Status == grade.Superseded {
			continue
		}
		lang := s.Lang
		if lang == "" {
			lang = a.lang
		}
		if err := course.WriteFile(filepath.Join(feedback, s.Student+".md"), []byte(report.Feedback(r, s, lang)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeEach writes a folder with a file a student, in Gradescope's form.
func (a *app) writeEach(r *grade.Results, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range r.Submissions {
		s := &r.Submissions[i]
		if course.ValidStudent(s.Student) != nil || s.Status == grade.Superseded {
			continue
		}
		b, err := json.MarshalIndent(report.Gradescope(s, cmp.Or(s.Lang, a.lang)), "", "  ")
		if err != nil {
			return err
		}
		if err := course.WriteFile(filepath.Join(dir, s.Student+".json"), append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// gradeBar is the progress of a grading, on a terminal only.
type gradeBar struct {
	a  *app
	on bool
}

func (a *app) bar() *gradeBar {
	return &gradeBar{a: a, on: isTerminal(a.errOut) && a.getenv("TERM") != "dumb"}
}

func (b *gradeBar) show(done, of int) {
	if !b.on {
		return
	}
	const width = 30
	n := width * done / max(of, 1)
	fmt.Fprintf(b.a.errOut, "\r[%s%s] %s\x1b[K", strings.Repeat("#", n), strings.Repeat(".", width-n),
		textGrading.In(b.a.lang, pairs([]string{"done", strconv.Itoa(done), "of", strconv.Itoa(of)})))
}

func (b *gradeBar) end() {
	if b.on {
		fmt.Fprint(b.a.errOut, "\r\x1b[K")
	}
}

// live grades a folder again whenever a submission in it has changed, and shows who is where. What has not changed is
// not done again.
func (a *app) live(ctx context.Context, dir string, o grade.Options, outputs []output, feedback string) error {
	known := map[string]grade.File{}
	graded := map[string]grade.Result{}
	// A folder shared over a network tells nobody that it has changed (inotify(7)): it is looked at.
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for first := true; ; first = false {
		names, err := find(dir)
		if err != nil {
			return a.fail(textGradeNoFile, "file", dir, "error", err.Error())
		}
		var all, changed []grade.File
		gone := len(known)
		for _, name := range names {
			b, err := readFile(filepath.Join(dir, name), submission.MaxFile)
			f := grade.File{Name: name, Content: b, Err: err}
			all = append(all, f)
			if was, ok := known[name]; ok {
				gone--
				if string(was.Content) == string(b) {
					continue
				}
			}
			changed = append(changed, f)
		}
		if first || len(changed) > 0 || gone > 0 {
			known = map[string]grade.File{}
			for _, f := range all {
				known[f.Name] = f
			}
			o.Known = graded
			r, err := grade.Grade(ctx, all, o)
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return a.fail(textGradeBroken, "error", err.Error())
			}
			graded = map[string]grade.Result{}
			for _, s := range r.Submissions {
				if len(s.Steps) > 0 {
					graded[s.File+" "+s.Digest] = s
				}
			}
			if isTerminal(a.out) && a.getenv("TERM") != "dumb" {
				fmt.Fprint(a.out, "\x1b[H\x1b[2J")
			}
			a.say(textLiveHead, "time", time.Now().Format("15:04:05"), "n", strconv.Itoa(len(all)))
			if a.json {
				err = report.Write(a.out, "json", r, a.lang)
			} else {
				err = report.Write(a.out, "table", r, a.lang)
			}
			if err == nil {
				err = a.writeReports(r, outputs, feedback)
			}
			if err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
