package checks

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Place says of which namespaces of a lab something is asked. With a [Condition] it makes a check: [In].
type Place struct {
	// Name is how a check line writes it: "elsewhere".
	Name string
	// of and none are words for people, about a kind: the namespaces, and that there are none.
	of, none func(kind string) say.Text
	where    Where
}

// Places lists the places that are not the name of a shell.
func Places() []Place { return []Place{PlaceHost, PlaceElsewhere, PlaceMade} }

// The places of every lab.
var (
	PlaceHost = Place{Name: "host",
		of: func(kind string) say.Text {
			return say.Text{EN: "the host's " + kind + " namespace", FR: "l'espace de noms " + kind + " de l'hôte"}
		},
		none: func(kind string) say.Text {
			return say.Text{EN: "The kernel shows no " + kind + " namespace of the host.", FR: "Le noyau ne montre pas d'espace de noms " + kind + " de l'hôte."}
		},
		where: func(v *View, kind snapshot.Kind) []uint64 {
			return slices.DeleteFunc([]uint64{v.Now.Host.Of(kind)}, func(inode uint64) bool { return inode == 0 })
		},
	}
	PlaceElsewhere = Place{Name: "elsewhere",
		of: func(kind string) say.Text {
			return say.Text{EN: "a " + kind + " namespace other than the host's", FR: "un espace de noms " + kind + " autre que celui de l'hôte"}
		},
		none: func(kind string) say.Text {
			return say.Text{EN: "The lab has no " + kind + " namespace but the host's.", FR: "Le labo n'a pas d'autre espace de noms " + kind + " que celui de l'hôte."}
		},
		where: func(v *View, kind snapshot.Kind) []uint64 {
			return slices.DeleteFunc(known(v.Now, kind), func(inode uint64) bool { return inode == v.Now.Host.Of(kind) })
		},
	}
	PlaceMade = Place{Name: "made",
		of: func(kind string) say.Text {
			return say.Text{EN: "a " + kind + " namespace that you made", FR: "un espace de noms " + kind + " que vous avez créé"}
		},
		none: func(kind string) say.Text {
			return say.Text{EN: "There is no " + kind + " namespace of your making: none was made, or it has ended.",
				FR: "Il n'y a pas d'espace de noms " + kind + " que vous ayez créé : aucun n'a été fait, ou il a disparu."}
		},
		where: func(v *View, kind snapshot.Kind) []uint64 {
			given := givenOf(v, kind, known)
			return slices.DeleteFunc(known(v.Now, kind), func(inode uint64) bool { return slices.Contains(given, inode) })
		},
	}
)

// PlaceShell is the place of the process that nslab started for a shell.
func PlaceShell(shell string) Place {
	return Place{Name: shell,
		of: func(kind string) say.Text {
			return say.Text{EN: "the " + kind + " namespace of shell `" + shell + "`", FR: "l'espace de noms " + kind + " du shell `" + shell + "`"}
		},
		none: func(string) say.Text {
			return say.Text{EN: "Shell `" + shell + "` is not open; `nslab shell " + shell + "` opens it again.",
				FR: "Le shell `" + shell + "` n'est pas ouvert ; `nslab shell " + shell + "` l'ouvre à nouveau."}
		},
		where: func(v *View, kind snapshot.Kind) []uint64 {
			p, ok := v.Now.Shell(shell)
			if !ok || p.NS.Of(kind) == 0 {
				return nil
			}
			return []uint64{p.NS.Of(kind)}
		},
	}
}

// Of lists the namespaces of a kind that the place has in a view, by ascending inode number.
func (p Place) Of(v *View, kind snapshot.Kind) []uint64 { return p.where(v, kind) }

// known lists every namespace of a kind that a snapshot shows: those of processes, and those that only a bind mount keeps.
func known(s *snapshot.Snapshot, kind snapshot.Kind) []uint64 {
	all := inodes(s, kind)
	switch kind {
	case snapshot.Net:
		all = append(all, slices.Collect(maps.Keys(s.Net))...)
	case snapshot.IPC:
		all = append(all, slices.Collect(maps.Keys(s.IPC))...)
	case snapshot.Mnt:
		all = append(all, slices.Collect(maps.Keys(s.Mounts))...)
	case snapshot.User:
		all = append(all, slices.Collect(maps.Keys(s.Users))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Condition is one thing that a namespace of a kind may hold.
type Condition struct {
	// Key names it, for programs: "hostname".
	Key  string
	Kind snapshot.Kind
	// Clause says it within a sentence, "the host name is `nautilus`", and Try how it comes about. Their slots are
	// the learner's parameters.
	Clause, Try say.Text
	// Look looks at one namespace.
	Look func(v *View, inode uint64) Sight
}

// Sight is what a look showed.
type Sight struct {
	Holds bool
	// Is says in the kernel's words what is there; empty for nothing.
	Is       string
	Evidence []Evidence
}

// At most so many namespaces are named in a sentence, and so many shown as evidence.
const (
	maxNamed    = 4
	maxEvidence = 8
)

// In holds when one of the place's namespaces is as the condition says. The finding's arguments are "ns", the
// namespace, where it holds; "is", what is there; and "host-ns".
func In(p Place, c Condition) Check {
	of := p.of(string(c.Kind))
	expected := say.Text{EN: "In " + of.EN + ", " + c.Clause.EN + ".", FR: "Dans " + of.FR + ", " + c.Clause.FR + "."}
	passed := say.Text{EN: "In {{ns}}, " + c.Clause.EN + ".", FR: "Dans {{ns}}, " + c.Clause.FR + "."}
	return func(v *View) Finding {
		host := v.Now.Host.Of(c.Kind)
		args := v.Args("host-ns", NSName(c.Kind, host), "is", "")
		var evidence []Evidence
		var is []string
		all := p.where(v, c.Kind)
		for i, inode := range all {
			sight := c.Look(v, inode)
			seen := append([]Evidence{NSEvidence(c.Kind, Whose(v.Now, c.Kind, inode), inode)}, sight.Evidence...)
			if sight.Holds {
				args["ns"], args["is"] = NSName(c.Kind, inode), sight.Is
				if inode != host {
					seen = append(seen, NSEvidence(c.Kind, "host", host))
				}
				return Finding{Key: c.Key, Satisfied: true, Found: passed, Args: args, Evidence: seen}
			}
			if i < maxEvidence {
				evidence = append(evidence, seen...)
			}
			if sight.Is != "" && len(is) < maxNamed {
				is = append(is, NSName(c.Kind, inode)+": "+sight.Is)
			}
		}
		f := Finding{Key: c.Key + ".not", Expected: expected, Try: c.Try, Args: args, Evidence: merge(evidence, nil)}
		switch {
		case len(all) == 0:
			f.Key, f.Found = c.Key+".none", p.none(string(c.Kind))
			f.Evidence = []Evidence{NSEvidence(c.Kind, "host", host)}
		case len(is) == 0:
			f.Found = say.Text{EN: "There is nothing of the kind.", FR: "Il n'y a rien de tel."}
		default:
			args["is"] = strings.Join(is, "; ")
			f.Found = textThereIs
		}
		return f
	}
}

var textThereIs = say.Text{EN: "It is not so. There is: {{is}}.", FR: "Ce n'est pas le cas. Il y a : {{is}}."}

// Fact holds when a look at the whole lab shows what the sentence expected says.
func Fact(key string, expected, try say.Text, look func(*View) Sight) Check {
	return func(v *View) Finding {
		sight := look(v)
		f := Finding{Key: key, Satisfied: sight.Holds, Found: expected, Args: v.Args("is", sight.Is), Evidence: sight.Evidence}
		if sight.Holds {
			return f
		}
		f.Key, f.Expected, f.Found, f.Try = key+".not", expected, textThereIs, try
		if sight.Is == "" {
			f.Found = say.Text{EN: "There is nothing of the kind.", FR: "Il n'y a rien de tel."}
		}
		return f
	}
}

// Not holds when the check does not. What the check found is then what should not be.
func Not(c Check) Check {
	return func(v *View) Finding {
		f := c(v)
		g := Finding{Key: "not." + f.Key, Satisfied: !f.Satisfied, Args: f.Args, Evidence: f.Evidence}
		if g.Satisfied {
			g.Found = say.Text{EN: "This is not so, as it should be: " + f.Expected.EN, FR: "Ceci n'est pas le cas, comme il se doit : " + f.Expected.FR}
			return g
		}
		g.Found = f.Found
		g.Expected = say.Text{EN: "What is found here should not be so.", FR: "Ce qui est constaté ici ne devrait pas être."}
		g.Try = say.Text{EN: "Undo it; `nslab check -v` shows where it is.", FR: "Défaites-le ; `nslab check -v` montre où c'est."}
		return g
	}
}

// Seen holds when the check held at some moment since the lesson was opened, now included. Not every moment is known (View.Seen).
func Seen(c Check) Check {
	return func(v *View) Finding {
		f := c(v)
		if f.Satisfied {
			return f
		}
		for _, seen := range slices.Backward(v.Seen) {
			if g := c(v.At(seen)); g.Satisfied {
				g.Found = say.Text{EN: "Seen a while ago: " + g.Found.EN, FR: "Vu tout à l'heure : " + g.Found.FR}
				return g
			}
		}
		f.Expected = say.Text{EN: "At some moment of the lesson: " + f.Expected.EN, FR: "À un moment de la leçon : " + f.Expected.FR}
		return f
	}
}

// fill puts the learner's parameters into what a condition compares with.
func (v *View) fill(s string) string { return say.Fill(s, v.Params) }

// number reads a whole number, after filling it in.
func (v *View) number(s string) (int64, bool) {
	n, err := strconv.ParseInt(v.fill(s), 10, 64)
	return n, err == nil
}
