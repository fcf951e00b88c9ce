// What the walker of walk_amd64.s and walk_arm64.s knows of a call (calls.go); a test compares.
#define call_nr    0
#define call_args  8
#define call_from 56
#define call_to   80
#define call_fail 84
#define call_kind 88
#define call_time 92
#define call_size 96

#define kind_may    1
#define kind_fork   2
#define kind_wantN  3
#define kind_settle 4

// Where a process of its own memory has its script, and how much room there is.
#define page_at   0x10000000
#define page_size 0x20000
