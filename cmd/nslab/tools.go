package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/doctor"
)

// doctor says whether labs can run here, and if not, why and what to type.
func (a *app) doctor() error {
	m := doctor.Real()
	m.BusyBox = data.Applets()
	if dir, err := lessons.StateDir(a.getenv); err == nil {
		m.State = dir
	}
	m.Trace = func() error {
		k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
		if err != nil {
			return err
		}
		return errors.Join(k.CanTrace(), k.Close())
	}
	m.Try = func() error {
		k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
		if err != nil {
			return err
		}
		l, err := k.NewLab(sandbox.LabOptions{})
		if err == nil {
			err = l.Close()
		}
		if cerr := k.Close(); err == nil {
			err = cerr
		}
		return err
	}
	busy := a.working(textExamining.In(a.lang, nil))
	report := doctor.Examine(m)
	busy.done()
	if a.json {
		if err := a.writeJSON(report); err != nil {
			return err
		}
	} else {
		printDoctor(a.out, a.lang, report)
	}
	if !report.OK() {
		a.status = 2
	}
	return nil
}

// version says which nslab this is, and what BusyBox it carries.
func (a *app) version() error {
	busybox := "none"
	if b, err := data.Busybox(); err == nil {
		busybox = fmt.Sprintf("%d bytes, %d applets", len(b), len(data.Applets()))
	}
	if a.json {
		return a.writeJSON(map[string]string{"version": version, "go": runtime.Version(),
			"platform": runtime.GOOS + "/" + runtime.GOARCH, "busybox": busybox})
	}
	fmt.Fprintf(a.out, "nslab %s (%s, %s/%s)\nBusyBox: %s\n%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, busybox, data.Licence())
	return nil
}

// parseTools reads --tools.
func (a *app) parseTools(name string) (sandbox.Tools, error) {
	switch name {
	case "", "machine":
		return sandbox.MachineTools, nil
	case "busybox":
		return sandbox.BusyBoxTools, nil
	}
	return 0, a.fail(textUnknownTools, "name", name)
}

// exec runs one command in a fresh lab; its exit status becomes ours.
func (a *app) exec(args []string, toolsName string) error {
	tools, err := a.parseTools(toolsName)
	if err != nil {
		return err
	}
	busy := a.working(textMakingLab.In(a.lang, nil))
	defer busy.done()
	keeper, err := a.keeper()
	if err != nil {
		return err
	}
	// Nobody waits for the taking down of what was in the lab.
	defer keeper.Kill()
	lab, err := keeper.NewLab(sandbox.LabOptions{Tools: tools})
	if err != nil {
		return a.fail(textNoLab, "error", err.Error())
	}
	busy.done()
	var status int
	if term.IsTerminal(0) && term.IsTerminal(1) {
		status, err = a.execTerminal(lab, args)
	} else {
		status, err = a.execPlain(lab, args)
	}
	if err != nil {
		return a.fail(textNotStarted, "command", args[0], "error", err.Error())
	}
	if status != 0 {
		return statusError(status)
	}
	return nil
}

// execPlain gives the command our own streams, but no terminal of the
// machine: one of those is fed by copying.
func (a *app) execPlain(lab *sandbox.Lab, args []string) (int, error) {
	c := sandbox.Command{Args: args}
	var copying sync.WaitGroup
	var ours, theirs []*os.File
	for i, f := range []struct {
		own *os.File
		to  **os.File
	}{{os.Stdin, &c.Stdin}, {os.Stdout, &c.Stdout}, {os.Stderr, &c.Stderr}} {
		if !term.IsTerminal(int(f.own.Fd())) {
			*f.to = f.own
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return 0, err
		}
		if i == 0 {
			*f.to = r
			theirs, ours = append(theirs, r), append(ours, w)
			go func() { _, _ = io.Copy(w, f.own); _ = w.Close() }()
			continue
		}
		*f.to = w
		theirs, ours = append(theirs, w), append(ours, r)
		copying.Go(func() { _, _ = io.Copy(&cleanWriter{to: f.own}, r) })
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	defer signal.Stop(signals)
	p, err := lab.Start(c)
	for _, f := range theirs {
		_ = f.Close()
	}
	if err != nil {
		return 0, err
	}
	status := 0
	select {
	case <-p.Done():
		status, err = p.Wait()
	case sig := <-signals:
		status = 128 + int(sig.(unix.Signal))
	}
	if len(ours) > 0 {
		// What the command left running holds the pipes until the lab ends.
		if cerr := lab.Close(); err == nil {
			err = cerr
		}
		copying.Wait()
	}
	for _, f := range ours {
		_ = f.Close()
	}
	return status, err
}

// execTerminal gives the command a terminal of the lab, tied to ours.
func (a *app) execTerminal(lab *sandbox.Lab, args []string) (int, error) {
	cols, rows, err := term.GetSize(0)
	if err != nil {
		cols, rows = 80, 24
	}
	sh, err := lab.NewShell("exec", sandbox.ShellOptions{Args: args, Rows: uint16(rows), Cols: uint16(cols),
		Term: termName(a.getenv), Env: labEnv(a.getenv, a.lang)})
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT)
	defer signal.Stop(signals)
	tty, err := takeTerminal(os.Stdin, "", false)
	if err != nil {
		return 0, err
	}
	defer tty.restore()
	tty.pump(rows, cols, func(p []byte) {
		if p == nil {
			_ = sh.Close()
			return
		}
		_, _ = sh.Write(p)
	}, func(rows, cols uint16) { _ = sh.Resize(rows, cols) })
	printed := make(chan struct{})
	shown := &cleanWriter{to: os.Stdout}
	defer shown.giveBack()
	go func() {
		defer close(printed)
		var marks sandbox.Marks
		buf := make([]byte, 32<<10)
		for {
			n, err := sh.Read(buf)
			for _, piece := range marks.Split(buf[:n]) {
				_, _ = shown.Write(piece.Data)
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case <-sh.Done():
	case sig := <-signals:
		_ = lab.Close()
		return 128 + int(sig.(unix.Signal)), nil
	}
	status, err := sh.Wait()
	// The rest of the output ends with the last process on the terminal.
	if cerr := lab.Close(); err == nil {
		err = cerr
	}
	<-printed
	return status, err
}

// scriptName is how a script is called in reports: its path without the ending.
func scriptName(file string) string { return strings.TrimSuffix(filepath.ToSlash(file), ".txtar") }
