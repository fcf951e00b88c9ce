package main

import "strconv"

// capabilityNames are the names of capabilities(7) by their numbers, without the cap_ before them
// (linux/capability.h).
var capabilityNames = [...]string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
	"linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
	"sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
	"checkpoint_restore",
}

// capabilities names those of a set, in the order of their numbers.
func capabilities(set uint64) []string {
	names := []string{}
	for n := range 64 {
		if set&(1<<n) == 0 {
			continue
		}
		if n < len(capabilityNames) {
			names = append(names, "cap_"+capabilityNames[n])
		} else {
			names = append(names, "cap_"+strconv.Itoa(n))
		}
	}
	return names
}
