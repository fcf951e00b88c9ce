package sandbox

import (
	"testing"
	"time"
)

func TestResidentCountsWhatProcessesHaveToThemselves(t *testing.T) {
	k := keeper(t)
	lab, err := k.NewLab(LabOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	before, err := lab.Resident()
	if err != nil || before > 8<<20 {
		t.Errorf("a fresh lab has %d bytes: %v", before, err)
	}
	p, err := lab.Start(Command{Args: []string{"sh", "-c", "x=$(head -c 50000000 /dev/zero | tr '\\0' x); sleep 1000"}})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		now, err := lab.Resident()
		if err != nil {
			t.Fatal(err)
		}
		if now > before+50_000_000 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("50 MB in a variable of a shell are not there: %d bytes", now)
		}
	}
	_ = p
	if err := lab.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Resident(); err == nil {
		t.Error("a lab that has ended has memory")
	}
}
