// Command nslab teaches how containers work: a learner types real commands in
// a real shell, inside namespaces that nslab made with clone flags, and nslab
// looks at the kernel to say whether it worked.
//
// The files: main.go and app.go start it, one file a command follows; server.go
// answers the commands that are typed while a lesson is open, from inside the
// lab (check, hint ...) and from other terminals; terminal.go ties a person's
// terminal to a shell of the lab; texts.go has the words of the program itself.
package main

import (
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	_ "github.com/nslab/nslab/cmd/nslab/prefault" // see there
)

// version is set by the Makefile.
var version = "unknown"

func main() { os.Exit(Main()) }

// Main runs the program with the process's arguments and streams, and returns its exit
// status: 0 done, 1 not done, 2 wrong use or environment. Tests call it too.
func Main() int {
	if name := filepath.Base(os.Args[0]); name == domainname {
		return domainnameCommand(os.Args[1:], os.Stdout, os.Stderr)
	}
	return newApp(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv).run()
}

// domainname is the name under which nslab stands in for a command that BusyBox does not have and
// some machines lack.
const domainname = "domainname"

// domainnameCommand shows or sets the NIS domain name (domainname(1)).
func domainnameCommand(args []string, out, errOut io.Writer) int {
	switch len(args) {
	case 0:
		var u unix.Utsname
		if err := unix.Uname(&u); err != nil {
			_, _ = io.WriteString(errOut, "domainname: "+err.Error()+"\n")
			return 1
		}
		_, _ = io.WriteString(out, unix.ByteSliceToString(u.Domainname[:])+"\n")
		return 0
	case 1:
		if err := unix.Setdomainname([]byte(args[0])); err != nil {
			_, _ = io.WriteString(errOut, "domainname: set the domain name to "+args[0]+": "+err.Error()+"\n")
			return 1
		}
		return 0
	}
	_, _ = io.WriteString(errOut, "usage: domainname [NAME]\n")
	return 2
}
