package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/pack"
)

// What GitHub reads of a workflow (docs.github.com, "Workflow syntax for GitHub Actions"), as far as ours goes.
type workflowForm struct {
	Name        string            `yaml:"name"`
	On          []string          `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		RunsOn  string `yaml:"runs-on"`
		Timeout int    `yaml:"timeout-minutes"`
		Steps   []struct {
			Name  string            `yaml:"name"`
			Uses  string            `yaml:"uses"`
			With  map[string]any    `yaml:"with"`
			Run   string            `yaml:"run"`
			Shell string            `yaml:"shell"`
			Env   map[string]string `yaml:"env"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

func TestTheWorkflowIsOneInEachLanguage(t *testing.T) {
	for _, lang := range say.Langs() {
		text, err := workflowText(lang)
		if err != nil {
			t.Fatal(err)
		}
		var w workflowForm
		if err := yaml.UnmarshalWithOptions([]byte(text), &w, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		if !slices.Equal(slices.Collect(maps.Keys(w.Jobs)), []string{"grade"}) || !slices.Contains(w.On, "push") ||
			!maps.Equal(w.Permissions, map[string]string{"contents": "read"}) || w.Jobs["grade"].RunsOn != "ubuntu-24.04" {
			t.Errorf("%s: %+v", lang, w)
		}
		var uses, runs []string
		for _, s := range w.Jobs["grade"].Steps {
			if (s.Uses == "") == (s.Run == "") {
				t.Errorf("%s: a step uses an action or runs something, not %+v", lang, s)
			}
			if s.Uses != "" {
				uses = append(uses, s.Uses)
				continue
			}
			runs = append(runs, s.Run)
			// The exit status is that of nslab, not of tee: with a shell that is named GitHub sets pipefail.
			if strings.Contains(s.Run, "|") && s.Shell != "bash" {
				t.Errorf("%s: a pipe without a shell: %+v", lang, s)
			}
		}
		if len(uses) != 2 || !strings.HasPrefix(uses[0], "actions/checkout@v") || !strings.HasPrefix(uses[1], "actions/setup-go@v") {
			t.Errorf("%s: actions %q", lang, uses)
		}
		for i, want := range []string{"go install github.com/nslab/nslab/cmd/nslab@", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", "nslab grade --course *.course --code "} {
			if i >= len(runs) || !strings.Contains(runs[i], want) {
				t.Errorf("%s: command %d is not %q: %q", lang, i+1, want, runs)
			}
		}
		if strings.Contains(text, ".secret") || strings.Contains(text, "NSLAB_SECRET") {
			t.Errorf("%s: the secret of the course in a student's repository", lang)
		}
	}
}

// Package course names packs without reading them.
func TestACourseNamesPacksAsTheyAreNamed(t *testing.T) {
	all := []course.Lesson{{Name: pack.Prefix + "x", Pack: "x", Digest: strings.Repeat("0", 64)}}
	if _, _, err := course.New("A", all); err != nil {
		t.Error(err)
	}
	all[0].Name = "x"
	if _, _, err := course.New("A", all); err == nil {
		t.Error("a pack under the name of a lesson of nslab's own")
	}
}
