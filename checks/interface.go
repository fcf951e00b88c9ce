package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file has conditions on what a network namespace holds (network_namespaces(7)).

// links lists the interfaces of a namespace, the first few.
func links(s *snapshot.Snapshot, inode uint64) string {
	var all []string
	for _, l := range s.Net[inode].Links {
		all = append(all, LinkText(s, VethEnd{inode, l}))
	}
	return strings.Join(all[:min(len(all), maxNamed)], "; ")
}

// AnyName stands for an interface of any name.
const AnyName = "any"

func linkSight(v *View, inode uint64, holds func(snapshot.Link) bool) Sight {
	for _, l := range v.Now.Net[inode].Links {
		if holds(l) {
			text := LinkText(v.Now, VethEnd{inode, l})
			return Sight{Holds: true, Is: text, Evidence: []Evidence{{What: "interface in " + NSName(snapshot.Net, inode), Value: text}}}
		}
	}
	return Sight{Is: links(v.Now, inode), Evidence: NetEvidence(v.Now, inode)[1:]}
}

func interfaceText(name string) say.Text {
	if name == AnyName {
		return say.Text{EN: "an interface", FR: "une interface"}
	}
	return say.Text{EN: "the interface `" + name + "`", FR: "l'interface `" + name + "`"}
}

var tryIPLink = say.Text{EN: "`ip link` lists the interfaces, `ip link add` makes one, `ip link set NAME up` switches it on.",
	FR: "`ip link` donne la liste des interfaces, `ip link add` en crée une, `ip link set NOM up` l'active."}

// Interface holds for a network namespace with an interface of that name, or any, and of that type; an empty type is any (ip-link(8)).
func Interface(name, linkType string) Condition {
	what := interfaceText(name)
	clause := say.Text{EN: what.EN + " is there", FR: what.FR + " est là"}
	if linkType != "" {
		clause = say.Text{EN: what.EN + " of type " + linkType + " is there", FR: what.FR + " de type " + linkType + " est là"}
	}
	return Condition{Key: "interface", Kind: snapshot.Net, Clause: clause, Try: tryIPLink,
		Look: func(v *View, inode uint64) Sight {
			return linkSight(v, inode, func(l snapshot.Link) bool {
				return (name == AnyName || l.Name == v.fill(name)) && (linkType == "" || l.Type == linkType)
			})
		}}
}

// InterfaceUp holds for a network namespace in which that interface, or any but the loopback one, is up.
func InterfaceUp(name string) Condition {
	what := interfaceText(name)
	return Condition{Key: "interface-up", Kind: snapshot.Net, Clause: say.Text{EN: what.EN + " is up", FR: what.FR + " est active"}, Try: tryIPLink,
		Look: func(v *View, inode uint64) Sight {
			return linkSight(v, inode, func(l snapshot.Link) bool {
				return l.Up && (l.Name == v.fill(name) || name == AnyName && l.Type != "loopback")
			})
		}}
}

// Address holds for a network namespace in which an interface is up and has the address, written with the length of its prefix:
// "10.1.1.2/24" (ip-address(8)).
func Address(prefix string) Condition {
	return Condition{Key: "address", Kind: snapshot.Net,
		Clause: say.Text{EN: "an interface that is up has the address `" + prefix + "`", FR: "une interface active a l'adresse `" + prefix + "`"},
		Try: say.Text{EN: "`ip addr add " + prefix + " dev NAME`, and `ip link set NAME up`.",
			FR: "`ip addr add " + prefix + " dev NOM`, puis `ip link set NOM up`."},
		Look: func(v *View, inode uint64) Sight {
			want := v.fill(prefix)
			return linkSight(v, inode, func(l snapshot.Link) bool {
				return l.Up && slices.ContainsFunc(v.Now.Net[inode].Addrs, func(a snapshot.Addr) bool {
					return a.LinkIndex == l.Index && fmt.Sprintf("%s/%d", a.IP, a.Bits) == want
				})
			})
		}}
}

// InBridge holds for a network namespace in which the interface belongs to the bridge.
func InBridge(name, bridge string) Condition {
	what := interfaceText(name)
	return Condition{Key: "in-bridge", Kind: snapshot.Net,
		Clause: say.Text{EN: what.EN + " belongs to the bridge `" + bridge + "`", FR: what.FR + " appartient au pont `" + bridge + "`"},
		Try:    say.Text{EN: "`ip link set NAME master " + bridge + "`.", FR: "`ip link set NOM master " + bridge + "`."},
		Look: func(v *View, inode uint64) Sight {
			return linkSight(v, inode, func(l snapshot.Link) bool {
				return (name == AnyName || l.Name == v.fill(name)) && slices.ContainsFunc(v.Now.Net[inode].Links, func(b snapshot.Link) bool {
					return b.Type == "bridge" && b.Index == l.Master && b.Name == v.fill(bridge)
				})
			})
		}}
}

// Veth holds for a network namespace from which a veth pair leads into one of the other place (veth(4)).
func Veth(to Place) Condition {
	there := to.of(string(snapshot.Net))
	return Condition{Key: "veth", Kind: snapshot.Net,
		Clause: say.Text{EN: "there is one end of a veth pair whose other end is in " + there.EN, FR: "il y a un bout d'une paire veth dont l'autre est dans " + there.FR},
		Try: say.Text{EN: "`ip link add NAME type veth peer name OTHER netns PID` makes a pair with one end in the namespace of the process PID.",
			FR: "`ip link add NOM type veth peer name AUTRE netns PID` crée une paire dont un bout est dans l'espace de noms du processus PID."},
		Look: func(v *View, inode uint64) Sight {
			ends := to.Of(v, snapshot.Net)
			return linkSight(v, inode, func(l snapshot.Link) bool {
				return l.Type == "veth" && l.PeerNS != inode && slices.Contains(ends, l.PeerNS)
			})
		}}
}

// RouteTo holds for a network namespace whose main routing table has a route to the destination, "10.1.1.0/24" or "default";
// by the gateway, where one is named (ip-route(8)).
func RouteTo(dst, gateway string) Condition {
	clause := say.Text{EN: "there is a route to `" + dst + "`", FR: "il y a une route vers `" + dst + "`"}
	command := "`ip route add " + dst + " dev NAME`"
	if gateway != "" {
		clause = say.Text{EN: clause.EN + " by `" + gateway + "`", FR: clause.FR + " par `" + gateway + "`"}
		command = "`ip route add " + dst + " via " + gateway + "`"
	}
	return Condition{Key: "route", Kind: snapshot.Net, Clause: clause,
		Try: say.Text{EN: "`ip route` lists the routes; " + command + " adds one.", FR: "`ip route` donne la liste des routes ; " + command + " en ajoute une."},
		Look: func(v *View, inode uint64) Sight {
			var sight Sight
			var all []string
			for _, r := range v.Now.Net[inode].Routes {
				text := Plain(r.Dst)
				if r.Gateway != "" {
					text += " via " + Plain(r.Gateway)
				}
				e := Evidence{What: "route in " + NSName(snapshot.Net, inode), Value: text}
				if r.Dst == v.fill(dst) && (gateway == "" || r.Gateway == v.fill(gateway)) {
					return Sight{Holds: true, Is: text, Evidence: []Evidence{e}}
				}
				all = append(all, text)
				sight.Evidence = append(sight.Evidence, e)
			}
			sight.Is = strings.Join(all[:min(len(all), maxNamed)], ", ")
			return sight
		}}
}

// Listens holds for a network namespace in which a TCP socket listens on the port.
func Listens(port string) Condition {
	return Condition{Key: "listens", Kind: snapshot.Net,
		Clause: say.Text{EN: "a TCP socket listens on port " + port, FR: "une socket TCP écoute sur le port " + port},
		Try: say.Text{EN: "`busybox httpd -p " + port + "` or `python3 -m http.server " + port + "`, started in that namespace; `ss -ltn` lists what listens.",
			FR: "`busybox httpd -p " + port + "` ou `python3 -m http.server " + port + "`, lancé dans cet espace ; `ss -ltn` montre ce qui écoute."},
		Look: func(v *View, inode uint64) Sight {
			want, ok := v.number(port)
			var sight Sight
			var all []string
			for _, l := range v.Now.Net[inode].Listening {
				text := l.IP + ":" + strconv.Itoa(l.Port)
				e := Evidence{What: "listening in " + NSName(snapshot.Net, inode), Value: text}
				if ok && int64(l.Port) == want {
					return Sight{Holds: true, Is: text, Evidence: []Evidence{e}}
				}
				all = append(all, text)
				sight.Evidence = append(sight.Evidence, e)
			}
			sight.Is = strings.Join(all[:min(len(all), maxNamed)], ", ")
			return sight
		}}
}

// ConnectedTo holds for a network namespace from which a TCP connection to the port came about. The kernel forgets a
// closed one after a minute: [Seen] remembers.
func ConnectedTo(port string) Condition {
	return Condition{Key: "connected", Kind: snapshot.Net,
		Clause: say.Text{EN: "a TCP connection to port " + port + " was made", FR: "une connexion TCP vers le port " + port + " a été établie"},
		Try:    say.Text{EN: "`curl http://ADDRESS:" + port + "` or `nc ADDRESS " + port + "`.", FR: "`curl http://ADRESSE:" + port + "` ou `nc ADRESSE " + port + "`."},
		Look: func(v *View, inode uint64) Sight {
			want, ok := v.number(port)
			for _, c := range v.Now.Net[inode].Conns {
				if ok && int64(c.RemotePort) == want && !slices.Contains([]string{"SYN_SENT", "SYN_RECV", "CLOSE"}, c.State) {
					text := c.RemoteIP + ":" + strconv.Itoa(c.RemotePort)
					return Sight{Holds: true, Is: text, Evidence: []Evidence{{What: "connection from " + NSName(snapshot.Net, inode), Value: text + " " + c.State}}}
				}
			}
			return Sight{}
		}}
}

// Pinged holds for a network namespace to which an ICMP echo reply has come: a ping from there was answered.
func Pinged() Condition {
	return Condition{Key: "pinged", Kind: snapshot.Net,
		Clause: say.Text{EN: "a ping was answered", FR: "un ping a reçu une réponse"},
		Try:    say.Text{EN: "`ping -c 1 ADDRESS`, typed in that namespace.", FR: "`ping -c 1 ADRESSE`, tapé dans cet espace."},
		Look: func(v *View, inode uint64) Sight {
			is := strconv.FormatInt(v.Now.Net[inode].EchoReplies, 10)
			return Sight{Holds: v.Now.Net[inode].EchoReplies > 0, Is: is, Evidence: []Evidence{{What: "echo replies that came to " + NSName(snapshot.Net, inode), Value: is}}}
		}}
}

// Filtered holds for a network namespace whose packet filter does anything ([Filters]).
func Filtered() Condition {
	return Condition{Key: "filtered", Kind: snapshot.Net,
		Clause: say.Text{EN: "the packet filter has a rule or drops what no rule lets in", FR: "le filtre de paquets a une règle ou rejette ce qu'aucune règle n'admet"},
		Try: say.Text{EN: "`nft list ruleset` or `iptables -L` shows the filter of the namespace it is typed in.",
			FR: "`nft list ruleset` ou `iptables -L` montre le filtre de l'espace où on le tape."},
		Look: func(v *View, inode uint64) Sight {
			sight := Sight{Evidence: FilterEvidence(v.Now, inode)}
			for _, c := range Filters(v.Now.Net[inode]) {
				sight.Holds, sight.Is = true, c.Family+" "+Plain(c.Table)+" "+Plain(c.Name)
			}
			return sight
		}}
}

// Connects holds when the probe of that name was accepted.
func Connects(addr string) Check {
	return Fact("connects",
		say.Text{EN: "From the host, " + addr + " accepts a TCP connection.", FR: "Depuis l'hôte, " + addr + " accepte une connexion TCP."},
		say.Text{EN: "Something must listen there, and the host needs a route to it; `curl http://" + addr + "` in shell host shows it.",
			FR: "Quelque chose doit y écouter, et l'hôte doit avoir une route jusque-là ; `curl http://" + addr + "` dans le shell host le montre."},
		func(v *View) Sight {
			is := "refused"
			if v.Now.Probes[addr] {
				is = "accepted"
			}
			return Sight{Holds: v.Now.Probes[addr], Is: is, Evidence: []Evidence{{What: "connection from the host to " + v.fill(addr), Value: is}}}
		})
}
