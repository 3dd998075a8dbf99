# Waymark. Two commands matter: `make demo` shows it at work, `make test` tests everything.
# All that is needed beside Go (1.26 or newer), npm and make is fetched once into $(CACHE).

SHELL   := /bin/sh
GO      ?= go
CACHE   ?= $(or $(WAYMARK_CACHE),$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME)/waymark,$(HOME)/.cache/waymark))
export WAYMARK_CACHE := $(CACHE)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
PGO     := off
PROFILE := $(CURDIR)/cmd/waymark/waymark.pgo
GOLANGCI := v2.15.0

.DEFAULT_GOAL := help
.PHONY: help demo build release test chaos lint bench bench-check clean engine test-components generate

help: ## Print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build engine ## Make sample exports, run everything once on them and print the KPIs
	bin/waymark demo

build: ## Build bin/waymark
	CGO_ENABLED=0 $(GO) build -trimpath -pgo=$(PGO) -ldflags '$(LDFLAGS)' -o bin/waymark ./cmd/waymark

release: PGO = $(PROFILE)
release: build ## Build bin/waymark as it is to be shipped: along a profile, a tenth faster; takes two minutes more

test: build engine test-components ## Test everything, against a real S3 server and a real ClickHouse engine
	WAYMARK_BINARY=$(CURDIR)/bin/waymark WAYMARK_REQUIRE_COMPONENTS=1 CGO_ENABLED=0 $(GO) test -timeout 60m ./...
	@$(MAKE) --no-print-directory bench-check

chaos: build engine test-components ## Break everything that can break, prove that it recovers; rewrites docs/reliability.md
	WAYMARK_BINARY=$(CURDIR)/bin/waymark WAYMARK_REQUIRE_COMPONENTS=1 CGO_ENABLED=0 \
	  $(GO) test ./internal/chaos -count=1 -timeout 3h -v -long -update $(CHAOS)

lint: ## Run the linter and check that generated files and go.mod are current
	@test -x $(CACHE)/bin/golangci-lint-$(GOLANGCI) || { \
	  GOFLAGS= GOBIN=$(CACHE)/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI) && \
	  mv $(CACHE)/bin/golangci-lint $(CACHE)/bin/golangci-lint-$(GOLANGCI); }
	$(CACHE)/bin/golangci-lint-$(GOLANGCI) run ./...
	$(GO) mod tidy -diff

bench: PGO = $(PROFILE)
bench: build engine test-components ## Measure and write bench/RESULTS.md (ONLY=ga4,idle SIZE=0.1 ROUNDS=5; bench/README.md)
	CGO_ENABLED=0 $(GO) run ./bench -only "$(ONLY)" -size $(or $(SIZE),1) -rounds $(or $(ROUNDS),5)

bench-check: build engine test-components ## Check in a minute that Waymark keeps its distance to DuckDB
	@CGO_ENABLED=0 $(GO) run ./bench -check

generate: ## Rewrite generated files (JSON Schemas of the configuration and of targets, KPI documentation)
	$(GO) test ./configs -run Schema -update
	$(GO) test ./schemas -run 'Docs|Schema' -update

clean: ## Remove what was built and what the demo made; the cache stays
	rm -rf bin demo

engine: build
	@bin/waymark engine status >/dev/null 2>&1 || bin/waymark engine install

test-components:
	@sh internal/testenv/install.sh versitygw
	@sh internal/testenv/install.sh node
