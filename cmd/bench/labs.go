package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/sandbox"
)

// many starts labs, and then programs with a lab each, until there are so many of them, and says what the last of
// them took and what all of them have. In each lab one command sleeps.
func (b *stage) many(most int) error {
	fmt.Printf("\nlabs in one keeper; a command sleeps in each\n\n")
	if err := b.labs(most); err != nil {
		return err
	}
	fmt.Printf("\nprograms, each nslab exec with a keeper and a lab of its own\n\n")
	return b.programs(most)
}

// counts are at how many of most to look.
func counts(most int) []int {
	all := []int{1, 10, 100, 500, 1000, most}
	all = slices.DeleteFunc(all, func(n int) bool { return n > most })
	slices.Sort(all)
	return slices.Compact(all)
}

const manyHead = "number  start ms each  kB PSS each  of it the program  kB of the machine each  end ms each"

func (b *stage) labs(most int) error {
	fmt.Println(manyHead)
	for _, n := range counts(most) {
		o := sandbox.KeeperOptions{}
		if busybox, err := data.Busybox(); err == nil {
			o.BusyBox, o.Applets = busybox, data.Applets()
		}
		before, own := available(), pss(os.Getpid())
		begin := time.Now()
		keeper, err := sandbox.NewKeeper(o)
		if err != nil {
			return err
		}
		var inLabs int64
		for range n {
			lab, err := keeper.NewLab(sandbox.LabOptions{})
			var p *sandbox.Process
			if err == nil {
				p, err = lab.Start(sandbox.Command{Args: []string{"sleep", "1000000"}})
			}
			if err != nil {
				return fmt.Errorf("%w, and %w", err, keeper.Close())
			}
			inLabs += pss(lab.InitPID()) + pss(p.PID)
		}
		started := time.Since(begin)
		program := pss(os.Getpid()) - own
		machine := before - available()
		begin = time.Now()
		if err := keeper.Close(); err != nil {
			return err
		}
		manyRow(n, started, inLabs+program, program, machine, time.Since(begin))
	}
	return nil
}

// manyRow prints a row below manyHead; memory is in kB, and of all.
func manyRow(n int, started time.Duration, all, program, machine int64, ended time.Duration) {
	each := func(kb int64) int64 { return kb / int64(n) }
	fmt.Printf("%6d  %13.1f  %11d  %17d  %22d  %11.1f\n", n, ms(started)/float64(n), each(all), each(program), each(machine), ms(ended)/float64(n))
}

func (b *stage) programs(most int) error {
	fmt.Println(manyHead)
	for _, n := range counts(most) {
		before := available()
		begin := time.Now()
		var running []*exec.Cmd
		end := func() time.Duration {
			begin := time.Now()
			for _, cmd := range running {
				_ = cmd.Process.Signal(syscall.SIGTERM)
			}
			var all sync.WaitGroup
			for _, cmd := range running {
				all.Go(func() { _ = cmd.Wait() })
			}
			all.Wait()
			return time.Since(begin)
		}
		for range n {
			cmd := b.command(b.path("nslab"), "exec", "--", "sh", "-c", "echo; exec sleep 1000000")
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err == nil {
				running = append(running, cmd)
				_, err = bufio.NewReader(out).ReadString('\n')
			}
			if err != nil {
				end()
				return fmt.Errorf("program %d: %w", len(running), err)
			}
		}
		started := time.Since(begin)
		var programs, all int64
		for _, cmd := range running {
			kb := pss(cmd.Process.Pid)
			programs += kb
			all += kb
			for _, pid := range below(cmd.Process.Pid) {
				all += pss(pid)
			}
		}
		machine := before - available()
		manyRow(n, started, all, programs, machine, end())
	}
	return nil
}

// children returns the children of a process (proc_pid_task(5)).
func children(pid int) []int {
	var all []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // it has ended
		}
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

// below returns the children of a process, and theirs.
func below(pid int) []int {
	var all []int
	for _, child := range children(pid) {
		all = append(append(all, child), below(child)...)
	}
	return all
}

// pss returns a process's proportional share of memory in kB (proc_pid_smaps(5)).
func pss(pid int) int64 {
	kb, err := field("/proc/"+strconv.Itoa(pid)+"/smaps_rollup", "Pss")
	if err != nil {
		return 0 // another user's, or it has ended
	}
	return kb
}

// available returns how much memory the machine has left, in kB (proc_meminfo(5)).
func available() int64 {
	kb, _ := field("/proc/meminfo", "MemAvailable")
	return kb
}
