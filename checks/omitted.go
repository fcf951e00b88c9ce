package checks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Judge applies a check to a view whose snapshot is whole. Of one that has only a part of the lab (snapshot.Snapshot.Omitted) it
// judges nothing, for what would decide may be in the other part, and says so.
func Judge(c Check, v *View) Finding {
	if v.Now != nil && len(v.Now.Omitted) > 0 {
		return tooMuch(v)
	}
	return c(v)
}

// tooMuchText is without its value, which is not the same in each language.
var tooMuchText = Message{
	Expected: say.Text{
		EN: "The lab has no more in it than nslab can look at.",
		FR: "Le labo ne contient pas plus que ce que nslab peut examiner."},
	Found: say.Text{
		EN: "nslab sees only a part of it, and judges nothing. Too many: {{what}}.",
		FR: "nslab n'en voit qu'une partie, et ne juge rien. En trop grand nombre : {{what}}."},
	Try: say.Text{
		EN: "End what the step does not need, and look again; `nslab reset` begins the lesson anew.",
		FR: "Terminez ce dont l'étape n'a pas besoin, puis regardez à nouveau ; `nslab reset` recommence la leçon."},
}

// omissions are the words for what a snapshot may have only a part of.
var omissions = map[string]say.Text{
	snapshot.OmittedProcesses:  {EN: "processes", FR: "processus"},
	snapshot.OmittedChanges:    {EN: "processes that come and go", FR: "processus qui naissent et finissent"},
	snapshot.OmittedCommands:   {EN: "processes at work", FR: "processus au travail"},
	snapshot.OmittedNamespaces: {EN: "namespaces", FR: "espaces de noms"},
	snapshot.OmittedMounts:     {EN: "mounts", FR: "montages"},
	snapshot.OmittedOverlays:   {EN: "overlay mounts", FR: "montages overlay"},
	snapshot.OmittedMaps:       {EN: "lines in ID maps", FR: "lignes dans les tables d'identifiants"},
	snapshot.OmittedNetwork:    {EN: "interfaces, addresses, routes or rules", FR: "interfaces, adresses, routes ou règles"},
	snapshot.OmittedSockets:    {EN: "sockets", FR: "sockets"},
	snapshot.OmittedIPC:        {EN: "IPC objects", FR: "objets IPC"},
	snapshot.OmittedCgroups:    {EN: "cgroups", FR: "cgroups"},
}

func tooMuch(v *View) Finding {
	var evidence []Evidence
	var en, fr []string
	for _, m := range v.Now.Omitted {
		text, ok := omissions[m.What]
		if !ok {
			text = say.Text{EN: m.What, FR: m.What}
		}
		seen := "a part"
		if m.Of > 0 {
			seen = fmt.Sprintf("%d of %d", m.Seen, m.Of)
		}
		evidence = append(evidence, Evidence{What: m.What + " that were seen", Value: seen})
		count := ""
		if m.Of > 0 {
			count = " (" + strconv.Itoa(m.Of) + ")"
		}
		en, fr = append(en, text.EN+count), append(fr, text.FR+count)
	}
	t := tooMuchText
	t.Found = say.Text{
		EN: say.Fill(t.Found.EN, map[string]string{"what": strings.Join(en, ", ")}),
		FR: say.Fill(t.Found.FR, map[string]string{"what": strings.Join(fr, ", ")}),
	}
	return Messages{"lab.too-much": t}.Miss("lab.too-much", v.Args(), evidence...)
}
