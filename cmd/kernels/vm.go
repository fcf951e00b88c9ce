package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine is a virtual machine.
type machine struct {
	qemu, arch string
	kernel     string
	initrd     string
	log        string
	patience   time.Duration
}

func findQemu(arch string) (string, error) {
	known := map[string]struct{ command, pkg string }{
		"amd64": {"qemu-system-x86_64", "qemu-system-x86"},
		"arm64": {"qemu-system-aarch64", "qemu-system-arm"},
	}
	q, ok := known[arch]
	if !ok {
		return "", missing("there is no virtual machine for %s here: amd64 or arm64", arch)
	}
	path, err := exec.LookPath(q.command)
	if err != nil {
		return "", missing("there is no %s here: apt install --no-install-recommends %s", q.command, q.pkg)
	}
	return path, nil
}

// args are qemu(1)'s. Where the machine has /dev/kvm, the processor itself runs the kernel; elsewhere it is emulated.
func (m *machine) args() []string {
	args := []string{"-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-net", "none", "-serial", "stdio",
		"-m", "4096", "-smp", strconv.Itoa(min(runtime.NumCPU(), 4)), "-kernel", m.kernel, "-initrd", m.initrd}
	accel, cpu := "tcg", "max"
	if f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0); err == nil && m.arch == runtime.GOARCH {
		f.Close()
		accel, cpu = "kvm", "host"
	}
	args = append(args, "-accel", accel, "-cpu", cpu)
	console := "ttyS0"
	if m.arch == "arm64" {
		args = append(args, "-machine", "virt")
		console = "ttyAMA0"
	}
	// A crash of the kernel ends the machine: a panic boots anew, and -no-reboot ends that.
	return append(args, "-append", "console="+console+" quiet loglevel=3 panic=-1")
}

// run starts the machine, shows its results as they come, and returns how many did not hold.
func (m *machine) run(ctx context.Context, out io.Writer) (failed int, err error) {
	log, err := os.Create(m.log)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	ctx, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.qemu, m.args()...)
	cmd.Stderr = log
	// A machine must not outlive this program. The signal comes with the end of the thread (PR_SET_PDEATHSIG(2const)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	console, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := false
	lines := bufio.NewScanner(io.TeeReader(console, log))
	lines.Buffer(nil, 1<<20)
	release := strings.TrimSuffix(filepath.Base(m.log), ".log")
	for lines.Scan() {
		_, text, ok := strings.Cut(lines.Text(), resultMark)
		if !ok {
			continue
		}
		var r result
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			failed++
			fmt.Fprintf(out, "a result cannot be read: %v: %s\n", err, text)
			continue
		}
		switch {
		case r.Kernel != "":
			release = r.Kernel
		case r.End:
			ended = true
		default:
			if !r.Held {
				failed++
			}
			fmt.Fprintln(out, r.line(release))
		}
	}
	err = errors.Join(lines.Err(), cmd.Wait())
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		err = ctx.Err()
	case ctx.Err() != nil:
		err = fmt.Errorf("the virtual machine took longer than %v; its console is in %s", m.patience, m.log)
	case err == nil && !ended:
		err = fmt.Errorf("the virtual machine ended before its plan did; its console is in %s", m.log)
	}
	return failed, err
}

// result is one line that the virtual machine tells.
type result struct {
	Kernel  string  `json:"kernel,omitempty"` // the first: uname -r
	End     bool    `json:"end,omitempty"`    // the last
	Setting string  `json:"setting,omitempty"`
	Who     string  `json:"who,omitempty"`
	What    string  `json:"what,omitempty"`
	Held    bool    `json:"held"`
	Outcome string  `json:"outcome,omitempty"`
	Seconds float64 `json:"seconds"`
}

// line is a result as a line of the table.
func (r result) line(kernel string) string {
	verdict := "ok"
	if !r.Held {
		verdict = "FAILED"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s: %s | %.0f s |", kernel, r.Setting, r.Who, r.What, verdict, r.Outcome, r.Seconds)
}
