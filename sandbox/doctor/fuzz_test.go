package doctor

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever stands in the files that are read, there is a whole report.
func FuzzExamine(f *testing.F) {
	f.Add(plainMounts, "Name:\tnslab\nCapEff:\t0000000000000000\nSeccomp:\t0\n", "0 0 4294967295\n", "0::/user.slice\n", "ID=debian\n", "6.8.0-45-generic", 0)
	f.Add(dockerMounts, "CapEff:\t00000000a80425fb\nSeccomp:\t2\n", "0 1000 1\n", "0::/\n", "ID=ubuntu\nVERSION_ID=\"24.04\"\n", "5.10.0", int(unix.EPERM))
	f.Add("36 35 0:1 / /sys/fs/cgroup\\040x ro shared:1 - cgroup cgroup rw,name=systemd\n", "", "", "1:name=x:/\n0::/../..\n", "ID_LIKE=\"a arch\"\n", "x", int(unix.ENOSPC))
	f.Fuzz(func(t *testing.T, mountinfo, status, uidMap, group, osRelease, release string, errno int) {
		m := newFake()
		m.write("/proc/self/mountinfo", mountinfo)
		m.write("/proc/self/status", status)
		m.write("/proc/self/uid_map", uidMap)
		m.write("/proc/self/gid_map", uidMap)
		m.write("/proc/self/cgroup", group)
		m.write("/etc/os-release", osRelease)
		m.Release = release
		if errno != 0 {
			m.refuse = noUser(syscall.Errno(uint(errno) % 134))
		}
		report := Examine(m.machine())
		if len(report.Requirements) < len(IDs())-2 { // the fake tries no lab and no trace
			t.Errorf("%d requirements", len(report.Requirements))
		}
		for _, r := range report.Requirements {
			if r.OK != (r.Cause == "") {
				t.Errorf("%+v", r)
			}
		}
	})
}
