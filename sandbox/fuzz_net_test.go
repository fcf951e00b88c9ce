package sandbox

import (
	"strings"
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// seedNetlink adds the answers that this machine's network namespace gives.
func seedNetlink(f *testing.F, protocol int, which byte, kind int, header nl.NetlinkRequestData) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return
	}
	defer closeAll(fd)
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2})
	n := 0
	_ = new(effort).dump(fd, kind, header, func(m []byte) error {
		if n++; n <= 8 {
			f.Add(which, append([]byte(nil), m...))
		}
		return nil
	})
}

// What the kernel answers over netlink holds names, addresses and rules of the learner's.
func FuzzNetlink(f *testing.F) {
	seedNetlink(f, unix.NETLINK_ROUTE, 0, unix.RTM_GETLINK, nl.NewIfInfomsg(unix.AF_UNSPEC))
	seedNetlink(f, unix.NETLINK_ROUTE, 1, unix.RTM_GETADDR, nl.NewIfInfomsg(unix.AF_UNSPEC))
	seedNetlink(f, unix.NETLINK_ROUTE, 2, unix.RTM_GETROUTE, nl.NewRtMsg())
	seedNetlink(f, unix.NETLINK_ROUTE, 3, unix.RTM_GETNEIGH, nl.NewIfInfomsg(unix.AF_UNSPEC))
	const subsystem = unix.NFNL_SUBSYS_NFTABLES << 8
	seedNetlink(f, unix.NETLINK_NETFILTER, 4, subsystem|unix.NFT_MSG_GETCHAIN, nfgenmsg{})
	seedNetlink(f, unix.NETLINK_NETFILTER, 5, subsystem|unix.NFT_MSG_GETRULE, nfgenmsg{})
	// A veth pair's end as a kernel sent it: its peer is in another namespace.
	f.Add(byte(0), []byte("\x00\x00\x01\x00\x02\x00\x00\x00\x42\x10\x01\x00\x00\x00\x00\x00"+
		"\x09\x00\x03\x00eth7\x00\x00\x00\x00\x08\x00\x05\x00\x03\x00\x00\x00\x08\x00\x25\x00\x00\x00\x00\x00\x10\x00\x12\x00\x08\x00\x01\x00veth"))
	f.Add(byte(4), []byte("\x01\x00\x00\x00\x06\x00\x01\x00t\x00\x00\x00\x06\x00\x03\x00c\x00\x00\x00"+
		"\x0c\x00\x04\x80\x08\x00\x01\x00\x00\x00\x00\x01\x08\x00\x05\x00\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, which byte, m []byte) {
		n := &snapshot.NetNS{}
		switch which % 6 {
		case 0:
			_ = addLink(n, m)
		case 1:
			_ = addAddr(n, m)
		case 2:
			_ = addRoute(n, m)
		case 3:
			_ = addNeighbour(n, m)
		case 4:
			n.Chains = addChain(nil, m)
		case 5:
			n.Chains = []snapshot.Chain{{Family: "ip"}}
			addRule(n.Chains, m)
		}
		if len(n.Links)+len(n.Addrs)+len(n.Routes)+len(n.Neighbours)+len(n.Chains) > 1 {
			t.Errorf("one message became more: %+v", n)
		}
	})
}

// The tables of iptables-legacy, as getsockopt(2) hands them out.
func FuzzLegacyTables(f *testing.F) {
	entry := make([]byte, 152) // an empty chain: one entry with the standard target, accept
	nl.NativeEndian().PutUint16(entry[88:], 112)
	nl.NativeEndian().PutUint16(entry[90:], 152)
	nl.NativeEndian().PutUint16(entry[112:], 40)
	nl.NativeEndian().PutUint32(entry[144:], ^uint32(1))
	info := make([]byte, 52)
	info[0] = 1 << 1
	f.Add(entry, info)
	f.Fuzz(func(t *testing.T, entries, info []byte) {
		for _, c := range parseLegacy(entries, "filter", append(info, make([]byte, 52)...)) {
			if len(c.Rules) > len(entries)/112+1 {
				t.Errorf("%d rules of %d bytes", len(c.Rules), len(entries))
			}
		}
	})
}

// What a process of the lab reads in its own /proc, and the keeper with it.
func FuzzNetFiles(f *testing.F) {
	for _, name := range []string{"tcp", "tcp6", "snmp", "sockstat", "sockstat6"} {
		seedFile(f, "/proc/self/net/"+name)
	}
	f.Add("Tcp: RtoAlgorithm ActiveOpens PassiveOpens\nTcp: 1 7 9\nIcmp: InEchos InEchoReps\nIcmp: 3 4\n")
	f.Add("TCP: inuse 7 orphan 0 tw 3 alloc 8 mem 1\nTCP6: inuse 2\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range parseConns(s) {
			if c.State == "" || c.LocalIP == "" || c.RemoteIP == "" || c.LocalPort < 0 || c.LocalPort > 65535 || c.RemotePort < 0 || c.RemotePort > 65535 {
				t.Errorf("%+v of %q", c, s)
			}
		}
		parseOpens(s)
		parseEchoes(s)
		parseSockstat(s, "TCP")
		parseSockstat(s, "TCP6")
	})
}

func FuzzGroupFiles(f *testing.F) {
	seedFile(f, "/proc/self/cgroup")
	seedFile(f, "/proc/self/timens_offsets")
	f.Add("0::/user.slice\n")
	f.Add("monotonic 86400 0\nboottime -7 500\n")
	f.Add("low 0\nmax 17\noom_kill 1\n")
	f.Add("12 34 56")
	f.Fuzz(func(t *testing.T, s string) {
		if group := parseCgroup(s); strings.Contains(group, "\n") {
			t.Errorf("%q is a group of %q", group, s)
		}
		parseTimeOffsets(s)
		eventCount(s, "max")
		if list, err := parseInts(s); err == nil && len(list) > len(s) {
			t.Errorf("%d numbers of %q", len(list), s)
		}
	})
}
