package course

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Student is a line of a roster.
type Student struct {
	// ID is what the student joins as; Name and Mail are for reports, and may be empty.
	ID, Name, Mail string
}

// maxRoster is more students than any course has.
const maxRoster = 100000

// ParseRoster reads a roster: comma-separated values (RFC 4180) with a line of titles, of which "student", "name"
// and "email" are used, whichever columns there are besides; or just a student a line.
func ParseRoster(b []byte) ([]Student, error) {
	rows, err := rows(b)
	if err != nil {
		return nil, err
	}
	column := map[string]int{"student": 0}
	first := 0
	if len(rows) > 0 {
		titles := map[string]int{}
		for i, t := range rows[0] {
			titles[strings.ToLower(strings.TrimSpace(t))] = i
		}
		if _, ok := titles["student"]; ok {
			column, first = titles, 1
		} else if len(rows[0]) > 1 {
			return nil, errors.New("line 1: of several columns one must be called student")
		}
	}
	var all []Student
	seen := map[string]int{}
	for i, row := range rows[first:] {
		get := func(name string) string {
			at, ok := column[name]
			if !ok || at >= len(row) {
				return ""
			}
			return strings.TrimSpace(row[at])
		}
		s := Student{ID: get("student"), Name: get("name"), Mail: get("email")}
		n := first + i + 1
		if err := ValidStudent(s.ID); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if !printable(s.Name) || !printable(s.Mail) || len(s.Name) > 200 || len(s.Mail) > 200 {
			return nil, fmt.Errorf("line %d: the name or the mail address is no line of text", n)
		}
		// Files are named after students, on file systems that do not tell capitals too.
		if before, ok := seen[strings.ToLower(s.ID)]; ok {
			return nil, fmt.Errorf("line %d: student %s is in line %d already", n, s.ID, before)
		}
		seen[strings.ToLower(s.ID)] = n
		all = append(all, s)
		if len(all) > maxRoster {
			return nil, fmt.Errorf("it has more than %d students", maxRoster)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it names no student")
	}
	slices.SortFunc(all, func(a, b Student) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

// ParseReceived reads when each submission was received: lines of a student, or a file's name, and a time (RFC
// 3339), with commas between them.
func ParseReceived(b []byte) (map[string]time.Time, error) {
	rows, err := rows(b)
	if err != nil {
		return nil, err
	}
	all := map[string]time.Time{}
	for i, row := range rows {
		if len(row) < 2 {
			return nil, fmt.Errorf("line %d: a student and a time, with a comma between them", i+1)
		}
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(row[1]))
		if err != nil {
			if i == 0 {
				continue // titles
			}
			return nil, fmt.Errorf("line %d: %q is no time: write it as 2026-11-24T18:00:00+01:00", i+1, clip(row[1]))
		}
		all[strings.TrimSpace(row[0])] = t
	}
	return all, nil
}

func rows(b []byte) ([][]string, error) {
	if len(b) > 16<<20 {
		return nil, fmt.Errorf("it has more than %d bytes", 16<<20)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // as spreadsheets write it
	if !utf8.Valid(b) {
		return nil, errors.New("it is not UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = -1, true, '#'
	var all [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
}
