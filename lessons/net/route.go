package netns

import (
	"regexp"
	"strings"
	"sync"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// route asks which route appeared by itself, and why. The answer names the network of the addresses, and as the
// reason the kernel, which makes it, or what makes the kernel do so: the address and its mask on an
// interface that is up. Words around that do not matter; "10.1.1.0/24 dev veth0 proto kernel scope
// link", copied from ip route, says both.
func route(v *checks.View) checks.Finding {
	return checks.Expect(
		say.Text{
			EN: "An answer that names the route which nobody typed, and why it is there.",
			FR: "Une réponse qui nomme la route que personne n'a tapée, et dit pourquoi elle est là."},
		checks.Diagnose(answered, unanswered, routeGone, routeDefault, routeIsAddress, routeOther, routeWrongWhy, routeWhy))(v)
}

func network(v *checks.View) string { return checks.Network(v.Params["host-ip"], bits) }

// connected returns the route that the kernel makes for the network of an interface's address.
func connected(s *snapshot.Snapshot, end checks.VethEnd, params map[string]string) (snapshot.Route, bool) {
	for _, r := range s.Net[end.NS].Routes {
		if r.LinkIndex == end.Link.Index && r.Dst == checks.Network(params["host-ip"], bits) && r.Gateway == "" {
			return r, true
		}
	}
	return snapshot.Route{}, false
}

func answered(v *checks.View) checks.Finding {
	if r, ok := routeThere(v); ok && namesNetwork(v) && rightReason(v.Answer) {
		return words.Pass("net.route", v.Args("dst", r.Dst, "protocol", checks.Plain(r.Protocol)), routeEvidence(v.Now)...)
	}
	f, _ := unanswered(v)
	return f
}

func routeThere(v *checks.View) (snapshot.Route, bool) {
	for _, w := range checks.Wires(v.Now) {
		if r, ok := connected(v.Now, w.A, v.Params); ok && r.Protocol == "kernel" {
			return r, true
		}
	}
	return snapshot.Route{}, false
}

// namesNetwork says that the answer names the network: with its prefix or with its mask, or as the course does, without.
func namesNetwork(v *checks.View) bool {
	dst, prefix, _ := strings.Cut(network(v), "/")
	if m := otherMask().FindString(v.Answer); m != "" && m != "255.255.255.0" {
		return false
	}
	for _, m := range destinations(v.Answer) {
		if m.ip == dst && (m.bits == "" || m.bits == prefix) {
			return true
		}
	}
	return false
}

type destination struct{ ip, bits string }

// destinations lists the addresses in an answer, in their order, with what stands behind a slash.
func destinations(answer string) []destination {
	var all []destination
	for _, m := range address4().FindAllStringSubmatch(answer, -1) {
		if m[1] != "255.255.255.0" && m[1] != "0.0.0.0" {
			all = append(all, destination{m[1], m[2]})
		}
	}
	return all
}

var (
	otherMask = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b255(?:\.\d{1,3}){3}`) })
	address4  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d{1,3}(?:\.\d{1,3}){3})(?:\s*/\s*(\d{1,2})\b)?`) })
	// strong are the words of a right reason, weak those that are one unless others speak against it. Letters are small
	// and without accents.
	strong = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(kernel|kernels|noyau|connected|connectee?|automatic|automatically|automatique|automatiquement|` +
			`masks?|netmask|masque|prefix|prefixe|ifconfig)\b`)
	})
	weak = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(addr|address|addresses|adresse|adresses|ip \d+|directly|directement)\b`)
	})
	// wrong are other makers of routes, doubtful what comes in only beside a strong reason.
	wrong = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(dhcp|static|statique|statiquement|ospf|bgp|rip|docker|nslab|route add)\b`)
	})
	doubtful = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(curl|https?|web|server|serveur|ping|python3?|unshare|dns|router|routeur|gateway|passerelle|firewall|pare-feu)\b`)
	})
	// denied is a reason that is named to be refused: "not the kernel", "pas le noyau".
	denied = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\b(?:not|never|pas|jamais)|n't) (?:(?:by|from|because of|due to|the|an?|its|made|added|par|a cause de|le|la|l'|un|une|du|son|ajoutee|creee) ?)*` +
			`(?:kernel|noyau|address|adresse|automatic|automatically|automatique|automatiquement|connected|connectee?)\b`)
	})
)

func rightReason(answer string) bool {
	a := plain(answer)
	switch {
	case wrong().MatchString(a), denied().MatchString(a):
		return false
	case strong().MatchString(a):
		return true
	}
	return weak().MatchString(a) && !doubtful().MatchString(a)
}

// plain takes accents, capitals and typographer's apostrophes off.
func plain(s string) string {
	s = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "à", "a", "â", "a", "î", "i", "ô", "o", "û", "u", "ç", "c", "’", "'").
		Replace(strings.ToLower(s))
	s = strings.NewReplacer("l'", "l' ", "d'", "d' ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func routeEvidence(s *snapshot.Snapshot) []checks.Evidence {
	host := s.Host.Net
	evidence := []checks.Evidence{checks.NSEvidence(snapshot.Net, "host", host)}
	for _, r := range s.Net[host].Routes {
		if strings.Contains(r.Dst, ":") || strings.Contains(r.Gateway, ":") {
			continue // IPv6 has its own table
		}
		evidence = append(evidence, checks.Evidence{What: "route in " + checks.NSName(snapshot.Net, host), Value: routeText(s, r)})
	}
	return evidence
}

func routeText(s *snapshot.Snapshot, r snapshot.Route) string {
	t := r.Dst
	if r.Gateway != "" {
		t += " via " + r.Gateway
	}
	for _, l := range s.Net[s.Host.Net].Links {
		if l.Index == r.LinkIndex {
			t += " dev " + checks.Plain(l.Name)
		}
	}
	return t + " proto " + checks.Plain(r.Protocol)
}

// The wrong answers.

func missRoute(v *checks.View, key string, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, v.Args(append([]string{"answer", checks.Plain(v.Answer), "network", network(v)}, pairs...)...), routeEvidence(v.Now)...), true
}

func unanswered(v *checks.View) (checks.Finding, bool) {
	f, _ := missRoute(v, "net.route-unanswered")
	return f, strings.TrimSpace(v.Answer) == ""
}

// routeGone: the table has no such route now, so no answer can be told right.
func routeGone(v *checks.View) (checks.Finding, bool) {
	if _, ok := routeThere(v); ok {
		return none, false
	}
	return missRoute(v, "net.route-gone")
}

func routeDefault(v *checks.View) (checks.Finding, bool) {
	a := plain(v.Answer)
	if len(destinations(v.Answer)) > 0 || !strings.Contains(a, "default") && !strings.Contains(a, "defaut") && !strings.Contains(a, "0.0.0.0") {
		return none, false
	}
	return missRoute(v, "net.route-default")
}

// routeIsAddress: the address of one of the ends was answered in the place of their network.
func routeIsAddress(v *checks.View) (checks.Finding, bool) {
	if namesNetwork(v) {
		return none, false
	}
	for _, d := range destinations(v.Answer) {
		if d.ip == v.Params["host-ip"] || d.ip == v.Params["isolated-ip"] {
			return missRoute(v, "net.route-is-address", "ip", d.ip)
		}
	}
	return none, false
}

func routeOther(v *checks.View) (checks.Finding, bool) {
	if namesNetwork(v) {
		return none, false
	}
	return missRoute(v, "net.route-other")
}

func routeWrongWhy(v *checks.View) (checks.Finding, bool) {
	a := plain(v.Answer)
	for _, form := range []*regexp.Regexp{denied(), wrong(), doubtful()} {
		if word := form.FindString(a); word != "" {
			return missRoute(v, "net.route-wrong-why", "word", checks.Plain(word))
		}
	}
	return none, false
}

func routeWhy(v *checks.View) (checks.Finding, bool) { return missRoute(v, "net.route-why") }
