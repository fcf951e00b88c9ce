// Command kernels runs nslab and its tests under other kernels than the
// machine's: `make test-kernels`. Each is a kernel that Debian ships, in a
// virtual machine of its own.
//
// On the machine (apt.go, root.go, vm.go): apt(8) fetches the kernels and a
// small Debian into a cache folder, from the sources that the machine itself has,
// and compares the checksums; the go command builds nslab, the test programs
// and this program for the virtual machine; all of it goes into one initramfs, and
// qemu boots the kernel with it. Nothing of this needs root, and no package is
// installed on the machine.
//
// In the virtual machine (guest.go, plan.go) this same program is init. It mounts what a machine has,
// and goes through the plan: settings of the kernel, and for each what nslab
// doctor must say, whether a lab starts, and which tests must hold. It tells the results on the console, one a line.
//
// The result is a table: kernel, setting, who, what ran, how it ended. Exit status 0 when
// all held, 1 when something did not, 2 when something is missing that this needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// errMissing is the error of a machine that lacks what this program needs; its text says how to get it.
var errMissing = errors.New("")

func missing(format string, args ...any) error {
	return fmt.Errorf(format+"%w", append(args, errMissing)...)
}

func main() {
	if os.Getpid() == 1 {
		initMain()
	}
	if len(os.Args) > 1 && os.Args[1] == guestArg {
		guestMain()
	}
	o := options{}
	series := flag.String("series", "6.1,6.12", "the kernels, by the beginning of their version")
	flag.StringVar(&o.arch, "arch", runtime.GOARCH, "the processor: amd64 or arm64; another than this machine's is emulated")
	flag.StringVar(&o.Only, "only", "", "run only what a regular expression matches in the table's line: setting, who, what")
	flag.StringVar(&o.Type, "type", "", "instead of all that, type these lines of shell as the ordinary user, and as root")
	flag.StringVar(&o.cache, "cache", "", "where to keep what apt fetches (default nslab-kernels in the user's cache folder)")
	flag.StringVar(&o.logs, "logs", "bin/kernels", "where to write what each virtual machine's console said")
	flag.DurationVar(&o.patience, "patience", 2*time.Hour, "end a virtual machine that takes longer")
	flag.Parse()
	o.series = strings.Split(*series, ",")
	// So that nothing is left, neither the virtual machine nor what it was made of.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	failed, err := run(ctx, o)
	switch {
	case errors.Is(err, errMissing):
		fmt.Fprintln(os.Stderr, "kernels: "+err.Error())
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "kernels: "+err.Error())
		os.Exit(1)
	case failed > 0:
		fmt.Fprintf(os.Stderr, "kernels: %d did not hold; what the consoles said is in %s\n", failed, o.logs)
		os.Exit(1)
	}
}

type options struct {
	wanted
	series   []string
	arch     string
	cache    string
	logs     string
	patience time.Duration
}

// wanted is what the virtual machine is told to do.
type wanted struct {
	Only string // a regular expression, of the plan
	Type string // instead of the plan
}

func run(ctx context.Context, o options) (failed int, err error) {
	if _, err := regexp.Compile(o.Only); err != nil {
		return 0, missing("-only: %v", err)
	}
	if o.cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return 0, err
		}
		o.cache = filepath.Join(dir, "nslab-kernels")
	}
	qemu, err := findQemu(o.arch)
	if err != nil {
		return 0, err
	}
	a, err := newApt(filepath.Join(o.cache, o.arch), o.arch)
	if err != nil {
		return 0, err
	}
	fmt.Printf("apt looks for kernels and a small Debian for %s (kept in %s)\n", o.arch, a.dir)
	if err := a.update(); err != nil {
		return 0, err
	}
	kernels := make([]string, len(o.series))
	for i, s := range o.series {
		if kernels[i], err = a.kernel(s); err != nil {
			return 0, err
		}
	}
	userland, err := a.closure(packages)
	if err != nil {
		return 0, err
	}
	work, err := os.MkdirTemp("", "nslab-kernels-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(work)
	fmt.Println("go builds nslab and its tests")
	if err := build(work, o.arch); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(o.logs, 0o755); err != nil {
		return 0, err
	}
	for i, kernel := range kernels {
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		image := filepath.Join(work, "vmlinuz")
		initrd := filepath.Join(work, "initrd")
		if err := writeInitrd(initrd, image, kernel, userland, work, o.wanted); err != nil {
			return failed, err
		}
		vm := machine{qemu: qemu, arch: o.arch, kernel: image, initrd: initrd, patience: o.patience,
			log: filepath.Join(o.logs, o.series[i]+"-"+o.arch+".log")}
		n, err := vm.run(ctx, os.Stdout)
		failed += n
		if err != nil {
			return failed, fmt.Errorf("%s: %w", filepath.Base(kernel), err)
		}
	}
	return failed, nil
}
