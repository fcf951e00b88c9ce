package grade

import "github.com/nslab/nslab/checks/say"

// What is said of a submission as a whole.
var (
	textOtherCourse = say.Text{EN: "It belongs to another course: {{course}}.", FR: "Il appartient à un autre cours : {{course}}."}
	textOtherPack   = say.Text{EN: "In lesson {{lesson}} another pack was played ({{played}}…) than the course's {{pack}} ({{digest}}…), by which it was graded.", FR: "Dans la leçon {{lesson}}, un autre paquet a été joué ({{played}}…) que le {{pack}} du cours ({{digest}}…), d'après lequel la note est faite."}
	textNoCode      = say.Text{EN: "It names the student {{student}}, and the code is not this student's.", FR: "Il nomme l'étudiant {{student}}, et le code n'est pas le sien."}
	textNotInRoster = say.Text{EN: "{{student}} is not in the roster.", FR: "{{student}} n'est pas dans la liste."}
	textChanged     = say.Text{EN: "The file was changed after nslab wrote it, or damaged on its way.", FR: "Le fichier a été modifié après que nslab l'a écrit, ou abîmé en route."}
	textShort       = say.Text{EN: "The end of the file is missing.", FR: "La fin du fichier manque."}
	textUnsealed    = say.Text{EN: "The file was not written with {{student}}'s code: somebody else may have made it.", FR: "Le fichier n'a pas été écrit avec le code de {{student}} : quelqu'un d'autre a pu le faire."}
	textLate        = say.Text{EN: "It came late: {{percent}} % of the points count.", FR: "Il est arrivé en retard : {{percent}} % des points comptent."}
	textLateByClaim = say.Text{EN: "It is late by its own word: {{percent}} % of the points count. When it really came nslab cannot know; --received says so.", FR: "Il est en retard d'après lui-même : {{percent}} % des points comptent. Quand il est vraiment arrivé, nslab ne peut le savoir ; --received le dit."}
	textSuperseded  = say.Text{EN: "A later one of the same student counts: {{file}}.", FR: "Un rendu plus récent du même étudiant compte : {{file}}."}
	textMissing     = say.Text{EN: "Nothing was handed in.", FR: "Rien n'a été rendu."}
	textCrashed     = say.Text{EN: "The replay of this submission ended its grading process: look at the file.", FR: "Le rejeu de ce rendu a mis fin à son processus de notation : regardez le fichier."}
	textHung        = say.Text{EN: "The replay of this submission did not answer and was ended: look at the file.", FR: "Le rejeu de ce rendu ne répondait plus et a été arrêté : regardez le fichier."}
	textTooLong     = say.Text{EN: "It took longer than {{limit}}, and was stopped.", FR: "Il a pris plus de {{limit}}, et a été arrêté."}
	textTooMuch     = say.Text{EN: "It used more than {{limit}} MB of memory, and was stopped.", FR: "Il a utilisé plus de {{limit}} Mo de mémoire, et a été arrêté."}
	textTooLoud     = say.Text{EN: "It printed more than {{limit}} MB, and was stopped.", FR: "Il a affiché plus de {{limit}} Mo, et a été arrêté."}
	textTooMany     = say.Text{EN: "It has more than {{limit}} sittings; the rest was not replayed.", FR: "Il a plus de {{limit}} séances ; le reste n'a pas été rejoué."}
	textNoPrompt    = say.Text{EN: "In lesson {{lesson}}, shell {{shell}}, the replay waited in vain for the end of: {{line}}", FR: "Dans la leçon {{lesson}}, shell {{shell}}, le rejeu a attendu en vain la fin de : {{line}}"}
	textLost        = say.Text{EN: "In lesson {{lesson}} the replay went another way than what the file tells, and was given up in the middle of the sitting.", FR: "Dans la leçon {{lesson}}, le rejeu a pris un autre chemin que ce que raconte le fichier, et a été abandonné au milieu de la séance."}
	textNoRebuild   = say.Text{EN: "In lesson {{lesson}} the lab could not be rebuilt to step {{step}}: {{error}}", FR: "Dans la leçon {{lesson}}, le labo n'a pas pu être reconstruit jusqu'à l'étape {{step}} : {{error}}"}
	textLabEnded    = say.Text{EN: "In lesson {{lesson}} the lab ended in the middle of the sitting.", FR: "Dans la leçon {{lesson}}, le labo s'est terminé au milieu de la séance."}
	textLacked      = say.Text{EN: "The student's machine lacked something for {{lesson}} {{step}}, by its own word: {{what}}.", FR: "D'après elle-même, la machine de l'étudiant n'avait pas ce qu'il faut pour {{lesson}} {{step}} : {{what}}."}
)
