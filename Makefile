# nslab needs Linux, Go, git and make; no C compiler, no root.
# Everything else is fetched by the go command, as go.mod and go.sum say.

# The lesson that make run opens; none for the one that is next.
LESSON   ?=
FUZZTIME ?= 10s
# The newest release when this was written; it needs no place in go.mod.
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
# The newest that the Go of go.mod builds; make release-snapshot GORELEASER=goreleaser takes an installed one.
GORELEASER ?= go run github.com/goreleaser/goreleaser/v2@v2.16.0

ARCH    ?= $(shell go env GOARCH)
VERSION := $(shell git describe --always --dirty 2>/dev/null)

# A static program, so that one build runs on every distribution.
export CGO_ENABLED ?= 0
# The version is given by hand: the go command's own way fails where the clone
# belongs to another user.
export GOFLAGS += -buildvcs=false

# For make test-kernels: KERNELS='-series 6.12 -only doctor' and the like.
KERNELS ?=

.PHONY: help run build data test race test-faults test-kernels bench lint fuzz pages pictures release-snapshot clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build nslab and open the next lesson, or LESSON=uts
	bin/nslab run $(LESSON)

build: data ## build bin/nslab
	go build -trimpath -ldflags='-s -w -X main.version=$(VERSION)' -o bin/nslab ./cmd/nslab

# For the machine at hand, whichever one nslab is built for.
data: ## fetch the BusyBox that nslab embeds; does nothing when it is there
	@GOOS= GOARCH= go run ./data/make -arch $(ARCH)

test: data ## go vet and all tests
	go vet ./...
	go test -timeout 40m ./...

race: data ## all tests with the race detector; needs a C compiler
	@command -v "$$(go env CC)" >/dev/null || { echo 'make race: the race detector needs a C compiler' >&2; exit 1; }
	CGO_ENABLED=1 go test -race -timeout 60m ./...

test-faults: data ## every system call of the set-up fails in turn, nslab is killed at each of its own and 2,000 times at random: an hour
	NSLAB_FAULTS=all NSLAB_KILLS=1000 go test -v -timeout 180m -run 'MayFail|AtEveryCall|AfterSIGKILL|MayRunOut|LabsDoWithout' ./sandbox ./cmd/nslab

test-kernels: data ## nslab and its tests under Debian's kernels in virtual machines; ARCH=arm64 too; needs apt and qemu
	GOARCH= go run ./cmd/kernels -arch $(ARCH) $(KERNELS)

bench: build ## nslab beside unshare, bubblewrap, crun and runc; then its parts
	go run ./cmd/bench -labs 100 -grade 50
	go test -run '^$$' -bench . -benchtime 200x ./sandbox
	go test -run '^$$' -bench . ./checks/... ./lessons/...

lint: ## gofmt, go vet, staticcheck, shell syntax, no programs in the repository
	@echo gofmt; out=$$("$$(go env GOROOT)/bin/gofmt" -l .) && \
	  if [ -n "$$out" ]; then echo "not formatted:" $$out >&2; exit 1; fi
	go vet ./...
	GOOS= GOARCH= go run $(STATICCHECK) -checks inherit,ST1000 ./...
	@echo bash -n; for f in .ci/run $$(git ls-files -co --exclude-standard '*.sh'); do bash -n "$$f" || exit 1; done
	@echo no programs in the repository; git ls-files --error-unmatch . >/dev/null && \
	git ls-files | while IFS= read -r f; do \
	  [ -f "$$f" ] && [ "$$(head -c 4 "$$f" | od -An -tx1 | tr -d ' ')" = 7f454c46 ] || continue; \
	  echo "$$f is a program: what is built stays out of the repository" >&2; exit 1; done

fuzz: data ## each fuzz test for FUZZTIME=10s
	@grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:[0-9]*:func / /' | \
	while read -r file name; do \
	  echo "$$name ($${file%/*})"; \
	  go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s "$${file%/*}" </dev/null || exit 1; \
	done

# The date in the pages is the commit's, so that the same commit makes the same packages.
pages: data ## write the man pages and completions of a package into bin/pages
	rm -rf bin/pages && mkdir -p bin/pages/completions
	GOARCH= go build -trimpath -ldflags='-X main.version=$(VERSION)' -o bin/pages/nslab ./cmd/nslab
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) bin/pages/nslab man bin/pages/man
	bin/pages/nslab completion bash > bin/pages/completions/nslab.bash
	bin/pages/nslab completion zsh > bin/pages/completions/_nslab
	bin/pages/nslab completion fish > bin/pages/completions/nslab.fish
	cp -r bin/pages/man bin/pages/man-gz && find bin/pages/man-gz -type f -exec gzip -9n {} +
	rm bin/pages/nslab

pictures: data ## draw the pictures of the README anew, from a real run
	go test ./cmd/nslab -count=1 -run 'TestScripts/pictures' -pictures $(CURDIR)/.github/pictures

release-snapshot: ## the packages of a release in bin/dist: archives, .deb, .rpm, checksums; nothing is published
	NSLAB_COMMIT=$$(git log -1 --format=%h) NSLAB_EPOCH=$$(git log -1 --format=%ct) \
	NSLAB_DATE=$$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ) \
	GOOS= GOARCH= $(GORELEASER) release --snapshot --clean

clean: ## remove what was built and made
	rm -rf bin data/made data/made_*.go
