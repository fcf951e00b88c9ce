package screen

import (
	"reflect"
	"testing"
)

func TestRunsSayHowEachCharacterLooks(t *testing.T) {
	s := New(2, 20)
	s.Feed(nil, []byte("ab\x1b[1;31mcd\x1b[0;7;44m日\x1b[0m \x1b[38;2;1;2;3;4mx"))
	want := []Run{
		{Col: 0, Width: 2, Text: "ab", Fg: DefaultFg, Bg: DefaultBg},
		{Col: 2, Width: 2, Text: "cd", Fg: 1, Bg: DefaultBg, Bold: true},
		{Col: 4, Width: 2, Text: "日", Fg: 4, Bg: DefaultFg},
		{Col: 6, Width: 1, Text: " ", Fg: DefaultFg, Bg: DefaultBg},
		{Col: 7, Width: 1, Text: "x", Fg: rgb | 0x010203, Bg: DefaultBg, Underline: true},
	}
	if got := s.Runs(0); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, not %+v", got, want)
	}
	if r, g, b, ok := want[4].Fg.RGB(); !ok || r != 1 || g != 2 || b != 3 {
		t.Errorf("%d %d %d %v", r, g, b, ok)
	}
	if _, _, _, ok := Color(4).RGB(); ok {
		t.Error("a colour of the palette is none by its parts")
	}
	if got := s.Runs(1); len(got) != 0 {
		t.Errorf("an empty row: %+v", got)
	}
}
