package sandbox

import (
	"fmt"
	"os"
	"strconv"
)

// Resident returns how many bytes of memory the lab's processes have to themselves: resident, and not shared with a
// file or with each other (proc_pid_statm(5)). What its file systems hold is not counted: their size is limited.
func (l *Lab) Resident() (int64, error) {
	if !l.hold() {
		return 0, errLabEnded
	}
	defer l.alive.Done()
	dir := "/proc/self/fd/" + strconv.Itoa(l.procFD)
	names, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("list the lab's processes: %w", errnoOf(err))
	}
	total := int64(0)
	for _, n := range names {
		if _, err := strconv.Atoi(n.Name()); err != nil {
			continue
		}
		b, err := os.ReadFile(dir + "/" + n.Name() + "/statm")
		if err != nil {
			continue // it has ended
		}
		var size, rss, shared int64
		if _, err := fmt.Sscan(string(b), &size, &rss, &shared); err == nil {
			total += rss - shared
		}
	}
	return total * int64(os.Getpagesize()), nil
}
