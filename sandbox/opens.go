package sandbox

import (
	"strconv"
	"strings"
)

// parseOpens reads ActiveOpens and PassiveOpens of /proc/PID/net/snmp (proc_pid_net(5), RFC 4022): a line
// of names and a line of numbers. Unlike a connection in TIME_WAIT they outlast a reset.
func parseOpens(s string) (active, passive int64) {
	var names []string
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "Tcp:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i := range min(len(names), len(f)) {
			switch names[i] {
			case "ActiveOpens":
				active, _ = strconv.ParseInt(f[i], 10, 64)
			case "PassiveOpens":
				passive, _ = strconv.ParseInt(f[i], 10, 64)
			}
		}
	}
	return active, passive
}
