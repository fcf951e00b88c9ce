package report

import (
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/grade"
)

// The words of reports.
var (
	verdictWords = map[grade.Verdict]say.Text{
		grade.Passed:  {EN: "passed", FR: "réussi"},
		grade.Failed:  {EN: "failed", FR: "échoué"},
		grade.Untried: {EN: "not tried", FR: "pas essayé"},
		grade.Differs: {EN: "differs from what the file claims", FR: "diffère de ce que dit le fichier"},
		grade.LeftOut: {EN: "left out", FR: "laissé de côté"},
		"":            {EN: "not graded", FR: "pas noté"},
	}
	statusWords = map[grade.Status]say.Text{
		grade.Graded:     {EN: "graded", FR: "noté"},
		grade.Stopped:    {EN: "stopped in the middle", FR: "arrêté au milieu"},
		grade.Unreadable: {EN: "not readable", FR: "illisible"},
		grade.Superseded: {EN: "superseded", FR: "remplacé"},
		grade.Missing:    {EN: "not handed in", FR: "pas rendu"},
	}

	textStudent   = say.Text{EN: "student", FR: "étudiant"}
	textPoints    = say.Text{EN: "points", FR: "points"}
	textLegend    = say.Text{EN: "Each sign is a step: + passed, x failed, . not tried, # differs from the claim, o left out here.", FR: "Chaque signe est une étape : + réussie, x échouée, . pas essayée, # diffère de ce qui est dit, o laissée de côté ici."}
	textRemarks   = say.Text{EN: "To look at:", FR: "À regarder :"}
	textAllPassed = say.Text{EN: "Every step is passed.", FR: "Toutes les étapes sont réussies."}
	textScore     = say.Text{EN: "{{student}}: {{points}} of {{max}} points.", FR: "{{student}} : {{points}} points sur {{max}}."}
	textLate      = say.Text{EN: "It came late: {{percent}} % of the points count.", FR: "Le rendu est en retard : {{percent}} % des points comptent."}
	textExpected  = say.Text{EN: "Expected:", FR: "Attendu :"}
	textFound     = say.Text{EN: "Found:", FR: "Constaté :"}
	textTry       = say.Text{EN: "Try:", FR: "À essayer :"}
	textLacks     = say.Text{EN: "The machine that graded lacks something for it: {{what}}", FR: "La machine qui a noté n'a pas ce qu'il faut : {{what}}"}

	textNothingFound   = say.Text{EN: "nothing of it", FR: "rien de cela"}
	textDiffers        = say.Text{EN: "{{lesson}} {{step}}: the file claims it done (last finding: {{claim}}); done again, it was not: {{found}}", FR: "{{lesson}} {{step}} : le fichier la dit faite (dernier constat : {{claim}}) ; refaite, elle ne l'était pas : {{found}}"}
	textCalls          = say.Text{EN: "{{lesson}} {{step}}: the system calls differ. In the file alone: {{claimed}}. In the replay alone: {{replayed}}.", FR: "{{lesson}} {{step}} : les appels système diffèrent. Dans le fichier seul : {{claimed}}. Au rejeu seul : {{replayed}}."}
	textNoCalls        = say.Text{EN: "none", FR: "aucun"}
	textDiffersStudent = say.Text{EN: "Your file says that this was done; typed again in a fresh lab, it was not. Talk to your instructor if you cannot tell why.", FR: "Votre fichier dit que c'était fait ; retapé dans un labo neuf, ce ne l'était pas. Parlez-en à votre enseignant si vous ne voyez pas pourquoi."}
	textForeign        = say.Text{EN: "{{value}} is the {{param}} that {{of}} has in lesson {{lesson}}; it stands in: {{line}}", FR: "{{value}} est le {{param}} de {{of}} dans la leçon {{lesson}} ; il figure dans : {{line}}"}
	textPairs          = say.Text{EN: "Pairs whose lines are alike, beyond what the lesson's text shows. It says nothing of why: they may have worked side by side.", FR: "Paires dont les lignes se ressemblent, au-delà de ce que montre le texte de la leçon. Cela ne dit rien du pourquoi : ils ont pu travailler côte à côte."}
	textPair           = say.Text{EN: "{{a}} and {{b}}: {{likeness}} %; lines that few others have: {{n}}", FR: "{{a}} et {{b}} : {{likeness}} % ; lignes que peu d'autres ont : {{n}}"}
)
