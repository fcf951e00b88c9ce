# nslab needs Linux, Go, git and make; no C compiler, no root.
# Everything else is fetched by the go command, as go.mod and go.sum say.

# The lesson that make run opens; none for the one that is next.
LESSON   ?=
FUZZTIME ?= 10s
# The newest release when this was written; it needs no place in go.mod.
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2

ARCH    := $(shell go env GOARCH)
VERSION := $(shell git describe --always --dirty 2>/dev/null)

# A static program, so that one build runs on every distribution.
export CGO_ENABLED ?= 0
# The version is given by hand: the go command's own way fails where the clone
# belongs to another user.
export GOFLAGS += -buildvcs=false

.PHONY: help run build data test race bench lint fuzz clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build nslab and open the next lesson, or LESSON=uts
	bin/nslab run $(LESSON)

build: data ## build bin/nslab
	go build -trimpath -ldflags='-s -w -X main.version=$(VERSION)' -o bin/nslab ./cmd/nslab

# For the machine at hand, whichever one nslab is built for.
data: ## fetch the BusyBox that nslab embeds; does nothing when it is there
	@GOOS= GOARCH= go run ./data/make -arch $(ARCH)

test: data ## go vet and all tests
	go vet ./...
	go test ./...

race: data ## all tests with the race detector; needs a C compiler
	@command -v "$$(go env CC)" >/dev/null || { echo 'make race: the race detector needs a C compiler' >&2; exit 1; }
	CGO_ENABLED=1 go test -race ./...

bench: data ## all benchmarks
	go test -run '^$$' -bench . ./...

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
	  go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$${file%/*}" </dev/null || exit 1; \
	done

clean: ## remove what was built and made
	rm -rf bin data/made data/made_*.go
