package checks

import (
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var utsMessages = Messages{
	"hostname.is": {
		Found: say.Text{
			EN: "In the UTS namespace {{ns}} the host name is {{is}}; in the host's, {{host-ns}}, it is {{host-is}}.",
			FR: "Dans l'espace de noms UTS {{ns}}, le nom d'hôte est {{is}} ; dans celui de l'hôte, {{host-ns}}, c'est {{host-is}}."},
	},
	"hostname.is-not": {
		Expected: say.Text{
			EN: "The host name is {{want}} in a UTS namespace other than the host's.",
			FR: "Le nom d'hôte est {{want}} dans un espace de noms UTS autre que celui de l'hôte."},
		Found: say.Text{
			EN: "No such UTS namespace has that host name; in the host's, {{host-ns}}, it is {{host-is}}.",
			FR: "Aucun espace de noms UTS de ce genre n'a ce nom d'hôte ; dans celui de l'hôte, {{host-ns}}, c'est {{host-is}}."},
		Try: say.Text{
			EN: "`hostname {{want}}`, in a shell whose UTS namespace is not the host's.",
			FR: "`hostname {{want}}`, dans un shell dont l'espace de noms UTS n'est pas celui de l'hôte."},
	},
	"domainname.is": {
		Found: say.Text{
			EN: "In the UTS namespace {{ns}} the domain name is {{is}}; in the host's, {{host-ns}}, it is {{host-is}}.",
			FR: "Dans l'espace de noms UTS {{ns}}, le nom de domaine est {{is}} ; dans celui de l'hôte, {{host-ns}}, c'est {{host-is}}."},
	},
	"domainname.is-not": {
		Expected: say.Text{
			EN: "The domain name is {{want}} in a UTS namespace other than the host's.",
			FR: "Le nom de domaine est {{want}} dans un espace de noms UTS autre que celui de l'hôte."},
		Found: say.Text{
			EN: "No such UTS namespace has that domain name; in the host's, {{host-ns}}, it is {{host-is}}.",
			FR: "Aucun espace de noms UTS de ce genre n'a ce nom de domaine ; dans celui de l'hôte, {{host-ns}}, c'est {{host-is}}."},
		Try: say.Text{
			EN: "`domainname {{want}}`, in a shell whose UTS namespace is not the host's.",
			FR: "`domainname {{want}}`, dans un shell dont l'espace de noms UTS n'est pas celui de l'hôte."},
	},
	"host.hostname-kept": {
		Found: say.Text{
			EN: "The host is called {{is}}, as at the start.",
			FR: "L'hôte s'appelle {{is}}, comme au départ."},
	},
	"host.hostname-changed": {
		Expected: say.Text{
			EN: "The host keeps its name, {{was}}.",
			FR: "L'hôte garde son nom, {{was}}."},
		Found: say.Text{
			EN: "In the host's UTS namespace, {{host-ns}}, the host name is now {{is}}.",
			FR: "Dans l'espace de noms UTS de l'hôte, {{host-ns}}, le nom d'hôte est maintenant {{is}}."},
		Try: say.Text{
			EN: "`hostname {{was}}` in shell host puts it back.",
			FR: "`hostname {{was}}` dans le shell host le rétablit."},
	},
	"host.domainname-kept": {
		Found: say.Text{
			EN: "The host's domain name is {{is}}, as at the start.",
			FR: "Le nom de domaine de l'hôte est {{is}}, comme au départ."},
	},
	"host.domainname-changed": {
		Expected: say.Text{
			EN: "The host keeps its domain name, {{was}}.",
			FR: "L'hôte garde son nom de domaine, {{was}}."},
		Found: say.Text{
			EN: "In the host's UTS namespace, {{host-ns}}, the domain name is now {{is}}.",
			FR: "Dans l'espace de noms UTS de l'hôte, {{host-ns}}, le nom de domaine est maintenant {{is}}."},
		Try: say.Text{
			EN: "`domainname '{{was}}'` in shell host puts it back.",
			FR: "`domainname '{{was}}'` dans le shell host le rétablit."},
	},
	"machine.hostname-kept": {
		Found: say.Text{
			EN: "The real machine is called {{is}}, as at the start.",
			FR: "La vraie machine s'appelle {{is}}, comme au départ."},
	},
	"machine.hostname-changed": {
		Expected: say.Text{
			EN: "The real machine keeps its name, {{was}}.",
			FR: "La vraie machine garde son nom, {{was}}."},
		Found: say.Text{
			EN: "The real machine, outside the lab, is now called {{is}}. Nothing in a lab can do that: the command was typed in a terminal outside, or somebody else did it.",
			FR: "La vraie machine, hors du labo, s'appelle maintenant {{is}}. Rien dans un labo n'en est capable : la commande a été tapée dans un terminal du dehors, ou quelqu'un d'autre l'a fait."},
		Try: say.Text{
			EN: "If it was you, put it back there with `sudo hostname {{was}}`; if the change is right, open the lesson anew.",
			FR: "Si c'est vous, rétablissez-le là-bas par `sudo hostname {{was}}` ; si le changement est voulu, rouvrez la leçon."},
	},
}

// utsField is one of the two names that a UTS namespace holds.
type utsField struct {
	key, what string
	of        func(snapshot.UTSNS) string
}

var (
	hostName   = utsField{"hostname", "host name", func(u snapshot.UTSNS) string { return u.HostName }}
	domainName = utsField{"domainname", "domain name", func(u snapshot.UTSNS) string { return u.DomainName }}
)

// HostNameIs holds when one of the UTS namespaces has the host name that the learner's parameter asks for.
func HostNameIs(where Where, param string) Check { return utsNameIs(hostName, where, param) }

// DomainNameIs is the same for the domain name.
func DomainNameIs(where Where, param string) Check { return utsNameIs(domainName, where, param) }

func utsNameIs(field utsField, where Where, param string) Check {
	return func(v *View) Finding {
		want := v.Params[param]
		host := v.Now.Host.UTS
		hostIs := Plain(field.of(v.Now.UTS[host]))
		args := v.Args("want", want, "host-ns", NSName(snapshot.UTS, host), "host-is", hostIs)
		evidence := UTSEvidence(v.Now, host)
		for _, inode := range where(v, snapshot.UTS) {
			names, ok := v.Now.UTS[inode]
			if !ok {
				continue
			}
			if is := field.of(names); is == want && want != "" {
				args["ns"], args["is"] = NSName(snapshot.UTS, inode), is
				return utsMessages.Pass(field.key+".is", args, append(UTSEvidence(v.Now, inode), evidence...)...)
			}
			evidence = append(evidence, UTSEvidence(v.Now, inode)...)
		}
		return utsMessages.Miss(field.key+".is-not", args, evidence...)
	}
}

// UTSEvidence is the evidence of a UTS namespace and the two names in it.
func UTSEvidence(s *snapshot.Snapshot, inode uint64) []Evidence {
	name := NSName(snapshot.UTS, inode)
	evidence := []Evidence{NSEvidence(snapshot.UTS, Whose(s, snapshot.UTS, inode), inode)}
	if names, ok := s.UTS[inode]; ok {
		evidence = append(evidence,
			Evidence{What: hostName.what + " in " + name, Value: Plain(names.HostName)},
			Evidence{What: domainName.what + " in " + name, Value: Plain(names.DomainName)})
	}
	return evidence
}

// HostKeepsHostName holds when the lab's host is called what it was called at the start.
func HostKeepsHostName(v *View) Finding { return hostKeeps(v, hostName) }

// HostKeepsDomainName is the same for the domain name.
func HostKeepsDomainName(v *View) Finding { return hostKeeps(v, domainName) }

func hostKeeps(v *View, field utsField) Finding {
	host := v.Now.Host.UTS
	return kept(v, "host."+field.key, field.of(v.Start.UTS[v.Start.Host.UTS]), field.of(v.Now.UTS[host]),
		NSName(snapshot.UTS, host), UTSEvidence(v.Now, host))
}

// MachineKeepsHostName holds when the real machine is called what it was called at the start.
func MachineKeepsHostName(v *View) Finding {
	m := v.Now.Machine
	return kept(v, "machine.hostname", v.Start.Machine.UTS.HostName, m.UTS.HostName, NSName(snapshot.UTS, m.NS.UTS),
		[]Evidence{NSEvidence(snapshot.UTS, "the real machine", m.NS.UTS), {What: "host name of the real machine", Value: Plain(m.UTS.HostName)}})
}

func kept(v *View, key, was, is, ns string, evidence []Evidence) Finding {
	args := v.Args("was", Plain(was), "is", Plain(is), "host-ns", ns)
	if was != is {
		return utsMessages.Miss(key+"-changed", args, evidence...)
	}
	return utsMessages.Pass(key+"-kept", args, evidence...)
}
