package main

import "github.com/nslab/nslab/checks/say"

// The words of nslab list.
var (
	textListTotal    = say.Text{EN: "{{done}} of {{of}} steps done", FR: "{{done}} étapes faites sur {{of}}"}
	textListTotal1   = say.Text{EN: "{{done}} of {{of}} steps done", FR: "{{done}} étape faite sur {{of}}"}
	textListOpen     = say.Text{EN: "(open now)", FR: "(ouverte)"}
	textListDone     = say.Text{EN: "done", FR: "faite"}
	textListMissing  = say.Text{EN: "left out here: needs {{what}}", FR: "laissée de côté ici : il faut {{what}}"}
	textListHints    = say.Text{EN: "hints: {{n}}", FR: "indices : {{n}}"}
	textListAttempts = say.Text{EN: "checked in vain: {{n}}", FR: "vérifiée en vain : {{n}}"}
)
