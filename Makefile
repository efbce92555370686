# One configuration for everything: release. Building and testing share their products.
SHELL := /bin/bash
SWIFT_BUILD := swift build -c release
PROGRAMS := .build/release
SWIFT_FOLDERS := $(wildcard Sources Tests simulators Benchmarks Fuzzing)

.PHONY: help setup build test lint format bench fuzz run soak simulate clean
.DEFAULT_GOAL := help

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Install what is missing from Debian
	@scripts/setup.sh

build: setup ## Build everything
	$(SWIFT_BUILD)

test: build ## Build and run every test
	scripts/test.sh

lint: ## Check the formatting of every Swift file
	swift format lint --strict --recursive $(SWIFT_FOLDERS) Package.swift

format: ## Format every Swift file
	swift format --in-place --recursive $(SWIFT_FOLDERS) Package.swift

bench: build ## Measure, beside the peers; writes .build/bench.json
	scripts/bench.sh

fuzz: setup ## Feed the decoders with rubbish for a while
	scripts/fuzz.sh

run: build ## The demo: broker, gateway, vehicles and dealers; Ctrl-C ends it
	$(PROGRAMS)/turnpike-demo --data data

soak: build ## 200,000 messages, 50 kills, 5 broker restarts: nothing lost, nothing twice
	$(PROGRAMS)/turnpike-soak

simulate: build ## The same for a minute
	$(PROGRAMS)/turnpike-soak --messages 40000 --kills 8 --broker-restarts 1 --vehicles 100

clean: ## Remove what was built; data/ stays
	rm -rf .build Benchmarks/.build Fuzzing/.build
