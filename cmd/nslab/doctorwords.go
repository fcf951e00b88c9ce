package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/doctor"
)

// requirementTitle names each requirement.
var requirementTitle = map[doctor.ID]say.Text{
	doctor.Kernel:         {EN: "Linux kernel", FR: "Noyau Linux"},
	doctor.UserNamespaces: {EN: "User namespaces", FR: "Espaces de noms d'utilisateurs"},
	doctor.Limits:         {EN: "Limits on namespaces", FR: "Limites sur les espaces de noms"},
	doctor.Namespaces:     {EN: "The other namespaces", FR: "Les autres espaces de noms"},
	doctor.TimeNamespaces: {EN: "Time namespaces", FR: "Espaces de noms de temps"},
	doctor.Mount:          {EN: "Mounting", FR: "Montages"},
	doctor.Proc:           {EN: "A fresh /proc", FR: "Un /proc neuf"},
	doctor.Sys:            {EN: "A fresh /sys", FR: "Un /sys neuf"},
	doctor.Devices:        {EN: "Devices", FR: "Périphériques"},
	doctor.Terminals:      {EN: "Terminals", FR: "Terminaux"},
	doctor.Cgroups:        {EN: "Cgroups", FR: "Cgroups"},
	doctor.Unshare:        {EN: "unshare unconfined", FR: "unshare sans restriction"},
	doctor.Tools:          {EN: "Commands of the course", FR: "Commandes du cours"},
	doctor.SystemCalls:    {EN: "Seeing system calls", FR: "Voir les appels système"},
	doctor.State:          {EN: "Folder for your progress", FR: "Dossier de votre progression"},
	doctor.Lab:            {EN: "A real lab", FR: "Un vrai labo"},
}

// requirementWhy says what nslab needs each requirement for.
var requirementWhy = map[doctor.ID]say.Text{
	doctor.Kernel: {
		EN: "Labs use mount_setattr(2), which came with Linux 5.12.",
		FR: "Les labos emploient mount_setattr(2), apparu avec Linux 5.12."},
	doctor.UserNamespaces: {
		EN: "In a user namespace of your own you are root without being root on the machine: that is what makes a lab harmless.",
		FR: "Dans un espace de noms d'utilisateurs à vous, vous êtes root sans l'être sur la machine : c'est ce qui rend un labo inoffensif."},
	doctor.Limits: {
		EN: "Every lab, and every exercise in it, makes namespaces of each kind.",
		FR: "Chaque labo, et chaque exercice dedans, crée des espaces de noms de chaque sorte."},
	doctor.Namespaces: {
		EN: "A lab is made of them: mounts, hostname, IPC, network, PIDs and cgroups of its own.",
		FR: "Un labo en est fait : ses propres montages, nom d'hôte, IPC, réseau, PID et cgroups."},
	doctor.TimeNamespaces: {
		EN: "Only what the course says of time namespaces needs them.",
		FR: "Seul ce que le cours dit des espaces de noms de temps en a besoin."},
	doctor.Mount: {
		EN: "A lab builds a root of its own: a tmpfs, with the machine's programs bound read-only.",
		FR: "Un labo se construit sa propre racine : un tmpfs, avec les programmes de la machine montés en lecture seule."},
	doctor.Proc: {
		EN: "In a lab, ps and the like must show the lab's processes and no others.",
		FR: "Dans un labo, ps et les autres doivent montrer les processus du labo et nuls autres."},
	doctor.Sys: {
		EN: "Labs start without; commands that look into /sys, as ip netns does, fail in them.",
		FR: "Les labos démarrent sans ; les commandes qui regardent dans /sys, comme ip netns, y échouent."},
	doctor.Devices: {
		EN: "A lab's /dev holds these devices of the machine and no others.",
		FR: "Le /dev d'un labo contient ces périphériques de la machine et aucun autre."},
	doctor.Terminals: {
		EN: "Every shell of a lab has a pseudo-terminal of the lab's own.",
		FR: "Chaque shell d'un labo a un pseudo-terminal propre au labo."},
	doctor.Cgroups: {
		EN: "Only the exercises that limit memory and processes need cgroups of version 2 that are yours to fill.",
		FR: "Seuls les exercices qui limitent la mémoire et les processus ont besoin de cgroups version 2 que vous puissiez remplir."},
	doctor.Unshare: {
		EN: "You will type unshare in a lab, and must be root in what it starts.",
		FR: "Vous taperez unshare dans un labo, et devez être root dans ce qu'il lance."},
	doctor.Tools: {
		EN: "These are the commands that you will type.",
		FR: "Ce sont les commandes que vous taperez."},
	doctor.SystemCalls: {
		EN: "nslab trace shows how commands ask the kernel for namespaces. Lessons work without; a step that asks about it is left out.",
		FR: "nslab trace montre comment les commandes demandent des espaces de noms au noyau. Les leçons marchent sans ; une étape qui en parle est laissée de côté."},
	doctor.State: {
		EN: "Without it nslab forgets which steps you have done.",
		FR: "Sans lui, nslab oublie quelles étapes vous avez faites."},
	doctor.Lab: {
		EN: "The proof: a lab was started and ended.",
		FR: "La preuve : un labo a été lancé puis arrêté."},
}

// causeText says what each cause means.
var causeText = map[doctor.Cause]say.Text{
	doctor.Waiting: {
		EN: "Cannot be tried before this is mended: {{after}}.",
		FR: "Ne peut être essayé avant que ceci soit réparé : {{after}}."},
	doctor.Refused: {
		EN: "The kernel refused, and no setting that nslab knows explains it.",
		FR: "Le noyau a refusé, et aucun réglage que nslab connaît ne l'explique."},
	doctor.KernelOld: {
		EN: "This kernel is too old: Linux 5.12 or later is needed.",
		FR: "Ce noyau est trop ancien : il faut Linux 5.12 ou plus récent."},
	doctor.NoProc: {
		EN: "Nothing is mounted on /proc.",
		FR: "Rien n'est monté sur /proc."},
	doctor.OtherProc: {
		EN: "What is mounted on /proc shows the processes of another PID namespace than yours, as after unshare --pid without --mount-proc.",
		FR: "Ce qui est monté sur /proc montre les processus d'un autre espace de noms PID que le vôtre, comme après unshare --pid sans --mount-proc."},
	doctor.NotBuilt: {
		EN: "This kernel was built without them: another kernel is needed.",
		FR: "Ce noyau a été compilé sans eux : il faut un autre noyau."},
	doctor.UsernsSysctl: {
		EN: "This setting of Debian's kernels forbids them to ordinary users.",
		FR: "Ce réglage des noyaux de Debian les interdit aux utilisateurs ordinaires."},
	doctor.UsernsZero: {
		EN: "This setting allows none at all.",
		FR: "Ce réglage n'en permet aucun."},
	doctor.UsernsUsedUp: {
		EN: "As many as this setting allows are in use; lsns -t user lists yours.",
		FR: "Il y en a autant en service que ce réglage en permet ; lsns -t user montre les vôtres."},
	doctor.UsernsNested: {
		EN: "You are in a user namespace already: one around you allows no further, or they are nested too deep (32).",
		FR: "Vous êtes déjà dans un espace de noms d'utilisateurs : un de ceux qui vous entourent n'en permet pas d'autre, ou l'imbrication est trop profonde (32)."},
	doctor.UsernsUnmapped: {
		EN: "You are in a user namespace whose uid_map or gid_map lacks your own ID; from there no further can be made.",
		FR: "Vous êtes dans un espace de noms d'utilisateurs dont uid_map ou gid_map ne contient pas votre identifiant ; de là, on ne peut en créer d'autre."},
	doctor.UsernsChroot: {
		EN: "You are in a chroot, where the kernel forbids them: they would be a way out.",
		FR: "Vous êtes dans un chroot, où le noyau les interdit : on pourrait s'en échapper par là."},
	doctor.AppArmorRestrict: {
		EN: "AppArmor lets only programs with a profile of their own be root in a user namespace (Ubuntu since 23.10), and nslab has none yet.",
		FR: "AppArmor ne laisse être root dans un espace de noms d'utilisateurs que les programmes qui ont leur profil (Ubuntu depuis 23.10), et nslab n'en a pas encore."},
	doctor.AppArmorProfile: {
		EN: "An AppArmor profile confines this program and forbids it.",
		FR: "Un profil AppArmor confine ce programme et l'interdit."},
	doctor.AppArmorUnshare: {
		EN: "An AppArmor profile takes root's rights from whatever unshare starts (Ubuntu since 25.04). The lesson steps that mount after unshare fail.",
		FR: "Un profil AppArmor retire les droits de root à ce que lance unshare (Ubuntu depuis 25.04). Les étapes qui montent après unshare échouent."},
	doctor.SELinux: {
		EN: "SELinux enforces a policy that forbids it.",
		FR: "SELinux applique une politique qui l'interdit."},
	doctor.Seccomp: {
		EN: "A seccomp filter forbids it, as containers set one. No command inside can lift it. If this is no container, start nslab from a plain terminal.",
		FR: "Un filtre seccomp l'interdit, comme les conteneurs en posent. Aucune commande à l'intérieur ne peut le lever. Si ce n'est pas un conteneur, lancez nslab d'un terminal ordinaire."},
	doctor.ProcessLimit: {
		EN: "You run as many processes as you may.",
		FR: "Vous avez déjà autant de processus que permis."},
	doctor.LimitZero: {
		EN: "This setting allows none at all.",
		FR: "Ce réglage n'en permet aucun."},
	doctor.LimitLow: {
		EN: "This setting leaves little room: a few shells use it up.",
		FR: "Ce réglage laisse peu de place : quelques shells l'épuisent."},
	doctor.LimitUsedUp: {
		EN: "As many as the setting allows are in use; lsns lists yours.",
		FR: "Il y en a autant en service que le réglage en permet ; lsns montre les vôtres."},
	doctor.ProcMasked: {
		EN: "Parts of /proc are hidden here, as containers do, and while they are the kernel lets nobody mount a /proc that shows them.",
		FR: "Des parties de /proc sont cachées ici, comme le font les conteneurs ; tant qu'elles le sont, le noyau ne laisse personne monter un /proc qui les montre."},
	doctor.ProcOvermounted: {
		EN: "Something is mounted below /proc and hides a part of it; while it is there, the kernel lets no ordinary user mount a /proc that shows that part.",
		FR: "Quelque chose est monté sous /proc et en cache une partie ; tant que c'est là, le noyau ne laisse aucun utilisateur ordinaire monter un /proc qui la montre."},
	doctor.SysHidden: {
		EN: "No whole /sys is to be seen here, as in some containers and sandboxes, and then the kernel lets nobody mount one.",
		FR: "Aucun /sys entier n'est visible ici, comme dans certains conteneurs et bacs à sable, et le noyau n'en laisse alors monter à personne."},
	doctor.DeviceMissing: {
		EN: "Not there, or not a device.",
		FR: "Absent, ou pas un périphérique."},
	doctor.NoDevpts: {
		EN: "This kernel has no devpts file system (CONFIG_UNIX98_PTYS): another kernel is needed.",
		FR: "Ce noyau n'a pas le système de fichiers devpts (CONFIG_UNIX98_PTYS) : il faut un autre noyau."},
	doctor.CgroupV1: {
		EN: "This machine's controllers are in version 1, which cannot be handed to an ordinary user.",
		FR: "Les contrôleurs de cette machine sont en version 1, qui ne peut être confiée à un utilisateur ordinaire."},
	doctor.CgroupNone: {
		EN: "No cgroups are mounted.",
		FR: "Aucun cgroup n'est monté."},
	doctor.CgroupReadOnly: {
		EN: "They are mounted read-only, as in a container.",
		FR: "Ils sont montés en lecture seule, comme dans un conteneur."},
	doctor.CgroupNotYours: {
		EN: "The cgroup of this terminal is not yours to write.",
		FR: "Vous ne pouvez pas écrire dans le cgroup de ce terminal."},
	doctor.CgroupNoControl: {
		EN: "The cgroup is yours, but without the memory or the pids controller. After this, log in anew.",
		FR: "Le cgroup est à vous, mais sans le contrôleur memory ou pids. Reconnectez-vous ensuite."},
	doctor.ToolsMissing: {
		EN: "Some are missing: the steps that use them cannot be done as written.",
		FR: "Il en manque : les étapes qui les emploient ne peuvent se faire telles qu'écrites."},
	doctor.ToolsLess: {
		EN: "BusyBox stands in for some, and does less than the course asks.",
		FR: "BusyBox en remplace, et fait moins que ce que demande le cours."},
	doctor.ListenerTaken: {
		EN: "Something around this program listens to its system calls already, and the kernel allows one listener only: a container manager or a sandbox.",
		FR: "Quelque chose autour de ce programme écoute déjà ses appels système, et le noyau ne permet qu'un écouteur : un gestionnaire de conteneurs ou un bac à sable."},
	doctor.StateUnwritable: {
		EN: "nslab may not write there.",
		FR: "nslab n'a pas le droit d'y écrire."},
	doctor.LabFailed: {
		EN: "All that nslab knows to look at is well, and yet a lab does not start. Please report the line above, with the output of nslab doctor --json.",
		FR: "Tout ce que nslab sait examiner va bien, et pourtant un labo ne démarre pas. Merci de signaler la ligne ci-dessus, avec la sortie de nslab doctor --json."},
}

// remedyText introduces the commands of each way to mend.
var remedyText = map[doctor.RemedyID]say.Text{
	doctor.UntilBoot:     {EN: "Until the next boot:", FR: "Jusqu'au prochain démarrage :"},
	doctor.ForGood:       {EN: "For good:", FR: "Pour de bon :"},
	doctor.Profile:       {EN: "For nslab alone, for good:", FR: "Pour nslab seul, pour de bon :"},
	doctor.DropProfile:   {EN: "Take the profile away:", FR: "Retirez le profil :"},
	doctor.Container:     {EN: "Start nslab this way:", FR: "Lancez nslab ainsi :"},
	doctor.Privileged:    {EN: "Or with every right, on a machine where nothing is at risk:", FR: "Ou avec tous les droits, sur une machine où rien ne risque :"},
	doctor.Pod:           {EN: "In the pod's manifest:", FR: "Dans le manifeste du pod :"},
	doctor.Leave:         {EN: "Leave this shell, and start nslab from the one before it:", FR: "Quittez ce shell, et lancez nslab du précédent :"},
	doctor.ThisShell:     {EN: "For this shell and what it starts:", FR: "Pour ce shell et ce qu'il lance :"},
	doctor.Policy:        {EN: "Allow what was refused, for good:", FR: "Autorisez ce qui a été refusé, pour de bon :"},
	doctor.MountIt:       {EN: "Mount it:", FR: "Montez-le :"},
	doctor.Unmount:       {EN: "Unmount it:", FR: "Démontez-le :"},
	doctor.NewKernel:     {EN: "Install another kernel and boot it:", FR: "Installez un autre noyau et démarrez-le :"},
	doctor.Node:          {EN: "Make it:", FR: "Créez-le :"},
	doctor.Delegate:      {EN: "Have systemd delegate it to you:", FR: "Faites-vous le déléguer par systemd :"},
	doctor.BootParameter: {EN: "Boot with this kernel parameter:", FR: "Démarrez avec ce paramètre du noyau :"},
	doctor.WSLConfig:     {EN: "In Windows, in %UserProfile%\\.wslconfig, and then wsl --shutdown:", FR: "Sous Windows, dans %UserProfile%\\.wslconfig, puis wsl --shutdown :"},
	doctor.Install:       {EN: "Install them:", FR: "Installez-les :"},
	doctor.Own:           {EN: "Make it yours:", FR: "Rendez-le vôtre :"},
	doctor.OtherFolder:   {EN: "Or keep your progress elsewhere:", FR: "Ou gardez votre progression ailleurs :"},
}

// The verdict on a requirement, in a word; no colour is needed to tell.
var (
	verdictOK      = say.Text{EN: "ok", FR: "ok"}
	verdictMissing = say.Text{EN: "missing", FR: "manque"}
	verdictLess    = say.Text{EN: "less", FR: "réduit"}
	verdictWaiting = say.Text{EN: "later", FR: "ensuite"}
)

// Sentences around the list.
var (
	doctorOutside = say.Text{
		EN: "Type this on the machine outside, not in here:",
		FR: "À taper sur la machine au-dehors, pas ici :"}
	doctorNoRemedy = say.Text{
		EN: "No command mends this from here: use another machine, or a virtual one.",
		FR: "Aucune commande ne répare cela d'ici : prenez une autre machine, ou une machine virtuelle."}
	doctorLine = say.Text{
		EN: "{{title}}: {{found}}",
		FR: "{{title}} : {{found}}"}
	doctorTool = say.Text{
		EN: "{{name}}: missing",
		FR: "{{name}} : manque"}
	doctorToolLess = say.Text{
		EN: "{{name}}: only BusyBox's, which does less",
		FR: "{{name}} : seulement celui de BusyBox, qui fait moins"}
	doctorToolPackage = say.Text{
		EN: " (package {{package}})",
		FR: " (paquet {{package}})"}
	doctorGood = say.Text{
		EN: "Labs can run here.",
		FR: "Les labos peuvent tourner ici."}
	doctorGoodLess = say.Text{
		EN: "Labs can run here; what is marked \"less\" limits some steps only.",
		FR: "Les labos peuvent tourner ici ; ce qui est marqué « réduit » ne limite que certaines étapes."}
	doctorBad = say.Text{
		EN: "Labs cannot run here yet. Mend what is marked \"missing\" ({{count}}), then: nslab doctor",
		FR: "Les labos ne peuvent pas encore tourner ici. Réparez ce qui est marqué « manque » ({{count}}), puis : nslab doctor"}
)

// doctorTexts lists every text above that belongs to no ID, for the test that
// each is there in every language.
func doctorTexts() []say.Text {
	return []say.Text{verdictOK, verdictMissing, verdictLess, verdictWaiting, doctorOutside, doctorNoRemedy,
		doctorLine, doctorTool, doctorToolLess, doctorToolPackage, doctorGood, doctorGoodLess, doctorBad}
}

// doctorVerdict is the word for a requirement and the colour that goes with
// it.
func doctorVerdict(r doctor.Requirement) (say.Text, *color.Color) {
	switch {
	case r.OK:
		return verdictOK, color.New(color.FgGreen)
	case r.Cause == doctor.Waiting:
		return verdictWaiting, color.New(color.FgHiBlack)
	case r.Needed:
		return verdictMissing, color.New(color.FgRed, color.Bold)
	default:
		return verdictLess, color.New(color.FgYellow)
	}
}

const (
	doctorWidth  = 80
	doctorIndent = 9 // the column after the verdict
)

// printDoctor writes a report for a person: a line for what is well, and for
// the rest what was found, why it matters and what to type. Commands stand on
// lines of their own and are never wrapped, to be copied as they are.
func printDoctor(w io.Writer, l say.Lang, report doctor.Report) {
	missing, less := 0, 0
	for _, r := range report.Requirements {
		verdict, paint := doctorVerdict(r)
		word := verdict.In(l, nil)
		title := requirementTitle[r.ID].In(l, nil)
		fmt.Fprint(w, paint.Sprint(word), strings.Repeat(" ", max(1, doctorIndent-utf8.RuneCountInString(word))))
		if r.OK {
			line := title
			if r.Found != "" {
				line = doctorLine.In(l, map[string]string{"title": title, "found": r.Found})
			}
			lines := wrapText(line, doctorWidth-doctorIndent)
			fmt.Fprintln(w, lines[0])
			for _, rest := range lines[1:] {
				fmt.Fprintln(w, strings.Repeat(" ", doctorIndent)+rest)
			}
			continue
		}
		fmt.Fprintln(w, color.New(color.Bold).Sprint(title))
		if r.Cause == doctor.Waiting {
			printIndented(w, causeText[r.Cause].In(l, map[string]string{"after": requirementTitle[r.After].In(l, nil)}))
			continue
		}
		if r.Needed {
			missing++
		} else {
			less++
		}
		printUnmet(w, l, r)
	}
	fmt.Fprintln(w)
	closing := doctorGood
	switch {
	case !report.OK():
		closing = doctorBad
	case less > 0:
		closing = doctorGoodLess
	}
	for _, line := range wrapText(closing.In(l, map[string]string{"count": strconv.Itoa(missing)}), doctorWidth) {
		fmt.Fprintln(w, line)
	}
}

// printUnmet writes what there is to say of a requirement that is not met,
// below its title.
func printUnmet(w io.Writer, l say.Lang, r doctor.Requirement) {
	if r.Tools == nil && r.Found != "" {
		printIndented(w, r.Found)
	}
	for _, t := range r.Tools {
		text := doctorTool
		switch {
		case t.Path != "" || t.BusyBox && !t.Less:
			continue
		case t.Less:
			text = doctorToolLess
		}
		line := text.In(l, map[string]string{"name": t.Name})
		if t.Package != "" {
			line += doctorToolPackage.In(l, map[string]string{"package": t.Package})
		}
		printIndented(w, line)
	}
	printIndented(w, causeText[r.Cause].In(l, nil))
	printIndented(w, requirementWhy[r.ID].In(l, nil))
	if r.Remedy == nil && r.Cause != doctor.LabFailed && r.Tools == nil {
		printIndented(w, doctorNoRemedy.In(l, nil))
	}
	if r.Remedy != nil && r.Outside && r.Remedy[0].ID != doctor.Leave {
		printIndented(w, doctorOutside.In(l, nil))
	}
	for _, remedy := range r.Remedy {
		printIndented(w, remedyText[remedy.ID].In(l, nil))
		fmt.Fprintln(w)
		indent := strings.Repeat(" ", doctorIndent+4)
		if strings.Contains(remedy.Command, "<<") {
			// A here-document ends only with its word at the margin.
			indent = ""
		}
		for line := range strings.Lines(remedy.Command) {
			fmt.Fprintln(w, indent+strings.TrimSuffix(line, "\n"))
		}
		fmt.Fprintln(w)
	}
}

func printIndented(w io.Writer, text string) {
	for _, line := range wrapText(text, doctorWidth-doctorIndent) {
		fmt.Fprintln(w, strings.Repeat(" ", doctorIndent)+line)
	}
}

// wrapText breaks text between words into lines of at most width runes; a
// longer word has a line of its own. French sets a space before ":" and ";"
// that is no place to break.
func wrapText(text string, width int) []string {
	var lines []string
	line := ""
	words := strings.Fields(text)
	for i := 0; i < len(words); i++ {
		word := words[i]
		for i+1 < len(words) && (word == "«" || strings.ContainsAny(words[i+1][:1], ":;!?") && len(words[i+1]) == 1 ||
			strings.HasPrefix(words[i+1], "»")) {
			i++
			word += " " + words[i]
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
