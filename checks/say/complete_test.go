package say

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every text in the source says the same in each language, as far as a machine can tell: none is
// missing, and all ask for the same values.
func TestEveryTextInTheSourceIsCompleteInEachLanguage(t *testing.T) {
	root := filepath.Join("..", "..")
	texts := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || !isText(lit.Type) || len(lit.Elts) == 0 {
				return true
			}
			texts++
			slots := map[string][]string{}
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					t.Errorf("%s: a say.Text without the names of its languages", fset.Position(lit.Pos()))
					return true
				}
				key := kv.Key.(*ast.Ident).Name
				value, constant := text(kv.Value)
				if constant && strings.TrimSpace(value) == "" {
					t.Errorf("%s: the text in %s says nothing", fset.Position(kv.Pos()), key)
				}
				s := Slots(value)
				slices.Sort(s)
				if constant {
					slots[key] = s
				} else {
					slots[key] = nil // put together at run time, from texts that are tested themselves
				}
			}
			en, hasEN := slots["EN"]
			fr, hasFR := slots["FR"]
			if !hasEN || !hasFR {
				t.Errorf("%s: a text lacks a language", fset.Position(lit.Pos()))
			} else if en != nil && fr != nil && !slices.Equal(en, fr) {
				t.Errorf("%s: the languages ask for different values: %v and %v", fset.Position(lit.Pos()), en, fr)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if texts < 50 {
		t.Errorf("only %d texts were found: this test looks in the wrong place", texts)
	}
}

func isText(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "say" && sel.Sel.Name == "Text"
}

// text returns a string that stands in the source, also one in parts.
func text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok1 := text(e.X)
		b, ok2 := text(e.Y)
		return a + b, ok1 && ok2 && e.Op == token.ADD
	}
	return "", false
}
