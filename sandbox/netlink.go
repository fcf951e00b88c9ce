package sandbox

import (
	"fmt"
	"net"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A network namespace is asked through a netlink socket that was made in it
// (netlink(7), rtnetlink(7)): the socket belongs to the namespace for good, whoever uses it.

// readNet asks a NETLINK_ROUTE socket for all that its network namespace holds.
func (o *observer) readNet(fd int, n *snapshot.NetNS) error {
	// Answers come at once; the limit is for a kernel that has lost one.
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2})
	for _, table := range []struct {
		name   string
		kind   int
		header nl.NetlinkRequestData
		add    func(*snapshot.NetNS, []byte) error
	}{
		{"links", unix.RTM_GETLINK, nl.NewIfInfomsg(unix.AF_UNSPEC), addLink},
		{"addresses", unix.RTM_GETADDR, nl.NewIfInfomsg(unix.AF_UNSPEC), addAddr},
		{"routes", unix.RTM_GETROUTE, nl.NewRtMsg(), addRoute},
		{"neighbours", unix.RTM_GETNEIGH, nl.NewIfInfomsg(unix.AF_UNSPEC), addNeighbour},
	} {
		if err := o.effort.dump(fd, table.kind, table.header, func(m []byte) error { return table.add(n, m) }); err != nil {
			return fmt.Errorf("list %s: %w", table.name, err)
		}
	}
	return nil
}

// unreadable makes an error of what package netlink does with an answer that is not whole: it trusts the kernel, and panics.
func unreadable(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("read a netlink message: %v", r)
	}
}

// addLink takes an answer to RTM_GETLINK into account.
func addLink(n *snapshot.NetNS, m []byte) (err error) {
	defer unreadable(&err)
	if len(m) < unix.SizeofIfInfomsg {
		return nil
	}
	link, err := netlink.LinkDeserialize(nil, m)
	if err != nil {
		return err
	}
	a := link.Attrs()
	l := snapshot.Link{Index: a.Index, Name: a.Name, Type: link.Type(), MAC: a.HardwareAddr.String(),
		Up: a.RawFlags&unix.IFF_UP != 0, Running: a.RawFlags&unix.IFF_RUNNING != 0, Master: a.MasterIndex}
	if a.RawFlags&unix.IFF_LOOPBACK != 0 {
		l.Type = "loopback"
	}
	if l.Type == "veth" {
		l.Peer = a.ParentIndex
		l.PeerNS = peerHere
		if a.NetNsID >= 0 && hasAttr(m, unix.SizeofIfInfomsg, unix.IFLA_LINK_NETNSID) {
			l.PeerNS = uint64(a.NetNsID) // for peers
		}
	}
	n.Links = append(n.Links, l)
	return nil
}

// addAddr takes one to RTM_GETADDR into account.
func addAddr(n *snapshot.NetNS, m []byte) (err error) {
	defer unreadable(&err)
	if len(m) < unix.SizeofIfAddrmsg {
		return nil
	}
	msg := nl.DeserializeIfAddrmsg(m)
	attrs, err := nl.ParseRouteAttr(m[msg.Len():])
	if err != nil {
		return err
	}
	a := snapshot.Addr{LinkIndex: int(msg.Index), Bits: int(msg.Prefixlen)}
	for _, attr := range attrs {
		switch attr.Attr.Type {
		case unix.IFA_ADDRESS:
			if a.IP == "" {
				a.IP = net.IP(attr.Value).String()
			}
		case unix.IFA_LOCAL:
			a.IP = net.IP(attr.Value).String()
		}
	}
	n.Addrs = append(n.Addrs, a)
	return nil
}

// addRoute takes one to RTM_GETROUTE into account.
func addRoute(n *snapshot.NetNS, m []byte) (err error) {
	defer unreadable(&err)
	if len(m) < unix.SizeofRtMsg {
		return nil
	}
	msg := nl.DeserializeRtMsg(m)
	if msg.Table != unix.RT_TABLE_MAIN || msg.Type != unix.RTN_UNICAST || msg.Flags&unix.RTM_F_CLONED != 0 {
		return nil
	}
	attrs, err := nl.ParseRouteAttr(m[msg.Len():])
	if err != nil {
		return err
	}
	r := snapshot.Route{Dst: "default", Protocol: netlink.RouteProtocol(msg.Protocol).String()}
	for _, attr := range attrs {
		switch attr.Attr.Type {
		case unix.RTA_DST:
			r.Dst = fmt.Sprintf("%s/%d", net.IP(attr.Value), msg.Dst_len)
		case unix.RTA_GATEWAY:
			r.Gateway = net.IP(attr.Value).String()
		case unix.RTA_PREFSRC:
			r.Source = net.IP(attr.Value).String()
		case unix.RTA_OIF:
			if len(attr.Value) >= 4 {
				r.LinkIndex = int(nl.NativeEndian().Uint32(attr.Value))
			}
		}
	}
	n.Routes = append(n.Routes, r)
	return nil
}

// addNeighbour takes one to RTM_GETNEIGH into account.
func addNeighbour(n *snapshot.NetNS, m []byte) (err error) {
	defer unreadable(&err)
	if len(m) < unix.SizeofNdMsg {
		return nil
	}
	neigh, err := netlink.NeighDeserialize(m)
	if err != nil {
		return err
	}
	if neigh.State&unix.NUD_NOARP != 0 {
		return nil
	}
	n.Neighbours = append(n.Neighbours, snapshot.Neighbour{LinkIndex: neigh.LinkIndex, IP: neigh.IP.String(),
		MAC: neigh.HardwareAddr.String(), State: neighState(neigh.State)})
	return nil
}

// peerHere stands in Link.PeerNS, until peers has run, for a peer in the same namespace.
const peerHere = ^uint64(0)

// peers puts inode numbers in the place of the namespace IDs that the kernel uses between one network
// namespace and another (rtnetlink's RTM_GETNSID).
func (o *observer) peers(fd int, n *snapshot.NetNS, self uint64) error {
	var ids map[uint64]uint64
	for i := range n.Links {
		l := &n.Links[i]
		switch {
		case l.Type != "veth":
			continue
		case l.PeerNS == peerHere:
			l.PeerNS = self
			continue
		case ids == nil:
			ids = map[uint64]uint64{}
			for _, key := range o.order {
				if key.kind == snapshot.Net {
					if err := o.effort.hear(); err != nil {
						return err
					}
					if id, ok := nsID(fd, o.files[key]); ok {
						ids[id] = key.inode
					}
				}
			}
		}
		l.PeerNS = ids[l.PeerNS]
	}
	return nil
}

// nsID asks which ID the socket's namespace has for another.
func nsID(fd, ns int) (uint64, bool) {
	req := nl.NewNetlinkRequest(unix.RTM_GETNSID, 0)
	req.AddData(nl.NewRtGenMsg())
	req.AddData(nl.NewRtAttr(unix.NETNSA_FD, nl.Uint32Attr(uint32(ns))))
	var id int32 = -1
	err := talk(fd, req, func(m []byte) error {
		if len(m) < 4 {
			return nil
		}
		attrs, err := nl.ParseRouteAttr(m[4:]) // behind struct rtgenmsg, padded
		if err != nil {
			return err
		}
		for _, attr := range attrs {
			if attr.Attr.Type == unix.NETNSA_NSID && len(attr.Value) >= 4 {
				id = int32(nl.NativeEndian().Uint32(attr.Value))
			}
		}
		return nil
	})
	return uint64(id), err == nil && id >= 0
}

func hasAttr(m []byte, header int, kind uint16) bool {
	if len(m) < header {
		return false
	}
	attrs, err := nl.ParseRouteAttr(m[header:])
	if err != nil {
		return false
	}
	for _, a := range attrs {
		if a.Attr.Type == kind {
			return true
		}
	}
	return false
}

// dump asks for a whole table. After errEnough the rest of it is still to come on the socket, which is of no use any more.
func (e *effort) dump(fd int, kind int, header nl.NetlinkRequestData, each func(m []byte) error) error {
	req := nl.NewNetlinkRequest(kind, unix.NLM_F_DUMP)
	req.AddData(header)
	return talk(fd, req, func(m []byte) error {
		if err := e.hear(); err != nil {
			return err
		}
		return each(m)
	})
}

// talk sends a request and hands each message of the answer to each.
func talk(fd int, req *nl.NetlinkRequest, each func(m []byte) error) error {
	if err := unix.Sendto(fd, req.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("ask over netlink: %w", err)
	}
	buf := takeBuffer()
	defer giveBuffer(buf)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("hear from netlink: %w", err)
		}
		msgs, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			return fmt.Errorf("read a netlink message: %w", err)
		}
		for _, m := range msgs {
			if m.Header.Seq != req.Seq {
				continue
			}
			switch m.Header.Type {
			case unix.NLMSG_DONE:
				return nil
			case unix.NLMSG_ERROR:
				if len(m.Data) >= 4 {
					if e := int32(nl.NativeEndian().Uint32(m.Data)); e != 0 {
						return syscall.Errno(-e)
					}
				}
				return nil
			}
			if err := each(m.Data); err != nil {
				return err
			}
			if m.Header.Flags&unix.NLM_F_MULTI == 0 {
				return nil
			}
		}
	}
}

func neighState(state int) string {
	for _, s := range []struct {
		bit  int
		name string
	}{
		{unix.NUD_REACHABLE, "reachable"}, {unix.NUD_STALE, "stale"}, {unix.NUD_DELAY, "delay"}, {unix.NUD_PROBE, "probe"},
		{unix.NUD_FAILED, "failed"}, {unix.NUD_INCOMPLETE, "incomplete"}, {unix.NUD_PERMANENT, "permanent"},
	} {
		if state&s.bit != 0 {
			return s.name
		}
	}
	return "none"
}
