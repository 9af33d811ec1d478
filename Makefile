# What people type. `make help` lists it; each target is one command of the package or one tool.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: help setup demo test dev dashboard day finalize backfill recost as-of check-inbox decide what-if doctor legs erase verify rebuild bi bench bench-small simulation check lint types docs browser-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/ready: requirements.lock setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@echo "Installing the locked packages into $(VENV) (one or two minutes, once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/ready ## the virtual environment, from the lock file

demo: setup ## ten fixed days of the sandbox through every stage, and what came of them
	@$(RUN) -m cpm_assets demo

test: setup ## all tests that need no system package
	@$(RUN) -m pytest cpm_assets_tests --ignore=cpm_assets_tests/browser -n auto --dist loadfile --no-loadscope-reorder --durations=15

dev: setup ## the Dagster UI on 127.0.0.1:3000 with daemon, schedules and sensors
	@$(RUN) -m cpm_assets dev

dashboard: setup ## the CPM dashboard on 127.0.0.1:8501, over the published file
	@$(RUN) -m cpm_assets dashboard

day: setup ## one UTC day through every stage: make day DAY=2026-11-20
	@$(RUN) -m cpm_assets day $(or $(DAY),$(error say which UTC day: make day DAY=2026-11-20))

finalize: setup ## close one UTC day for good: make finalize DAY=2026-11-20
	@$(RUN) -m cpm_assets finalize $(or $(DAY),$(error say which UTC day: make finalize DAY=2026-11-20))

backfill: setup ## a range of UTC days in one run: make backfill FIRST=2026-11-01 LAST=2026-11-10
	@$(RUN) -m cpm_assets backfill $(or $(FIRST),$(error say FIRST= and LAST=)) $(or $(LAST),$(error say FIRST= and LAST=))

recost: setup ## days that new cards and contracts touch, costed again; DRY_RUN=1 only prints what would change
	@$(RUN) -m cpm_assets recost $(if $(DRY_RUN),--dry-run)

as-of: setup ## one day's figures as known at an instant: make as-of DAY=2026-11-20 AT=2026-11-23T00:00:00Z
	@$(RUN) -m cpm_assets as-of $(or $(DAY),$(error say DAY= and AT=)) $(or $(AT),$(error say DAY= and AT=))

decide: export DECIDED_FLAG = $(or $(FLAG),$(error say FLAG= STATUS= BY= and NOTE=))
decide: export DECIDED_STATUS = $(or $(STATUS),$(error say FLAG= STATUS= BY= and NOTE=))
decide: export DECIDED_BY = $(or $(BY),$(error say FLAG= STATUS= BY= and NOTE=))
decide: export DECIDED_NOTE = $(NOTE)
decide: setup ## a decision about a flag: make decide FLAG=3f9a STATUS=disputed BY="A. Name" NOTE="billed twice"
	@$(RUN) -m cpm_assets decide "$$DECIDED_FLAG" "$$DECIDED_STATUS" --by="$$DECIDED_BY" --note="$$DECIDED_NOTE"

what-if: export ASKED_CARRIER = $(or $(CARRIER),$(error say CARRIER= CANDIDATE= FIRST= and LAST=))
what-if: export ASKED_CANDIDATE = $(or $(CANDIDATE),$(error say CARRIER= CANDIDATE= FIRST= and LAST=))
what-if: setup ## past traffic at another carrier's prices: make what-if CARRIER="A" CANDIDATE="B" FIRST= LAST=
	@$(RUN) -m cpm_assets what-if $(if $(PRICED_ON),--priced-on=$(PRICED_ON)) -- "$$ASKED_CARRIER" "$$ASKED_CANDIDATE" \
	  $(or $(FIRST),$(error say FIRST= and LAST=)) $(or $(LAST),$(error say FIRST= and LAST=))

check-inbox: export CHECKED_FILE = $(or $(FILE),$(error say which file: make check-inbox FILE=new_deck.csv FOLDER=rate_cards))
check-inbox: export CHECKED_FOLDER = $(FOLDER)
check-inbox: setup ## what a delivery would do before it counts: make check-inbox FILE=new_deck.csv FOLDER=rate_cards
	@$(RUN) -m cpm_assets check-inbox $(if $(FOLDER),--folder="$$CHECKED_FOLDER") $(if $(DAYS),--days=$(DAYS)) \
	  $(if $(NO_PRICING),--no-pricing) -- "$$CHECKED_FILE"

doctor: setup ## whether this installation and configuration is right; JSON=1 as JSON, TEST_ALERT=1 also POSTs a test alert
	@$(RUN) -m cpm_assets doctor $(if $(JSON),--json) $(if $(TEST_ALERT),--send-test-alert)

health: setup ## whether the daemon lives, days are built, the file is there; JSON=1, ALERT=1 tells the webhook, PORT=8600 serves it
	@$(RUN) -m cpm_assets health $(if $(JSON),--json) $(if $(ALERT),--alert) $(if $(PORT),--serve $(PORT))

legs: setup ## legs of older days, from their frozen files: make legs FROM=2026-01-01 TO=2026-01-31
	@$(RUN) -m cpm_assets legs $(or $(FROM),$(error say FROM= and TO=)) $(or $(TO),$(error say FROM= and TO=))

erase: export ERASED_NUMBER = $(NUMBER)
erase: export ERASED_REASON = $(REASON)
erase: export ERASED_BY = $(BY)
erase: setup ## a person's number removed, totals kept: make erase NUMBER=+14155550123 REASON="…" BY="A. Name"; DRY_RUN=1
	@$(RUN) -m cpm_assets erase $${ERASED_NUMBER:+"$$ERASED_NUMBER"} --reason="$$ERASED_REASON" --by="$$ERASED_BY" $(if $(DRY_RUN),--dry-run)

verify: setup ## whether closed days still have their files, hashes and totals, and the files they were made of
	@$(RUN) -m cpm_assets verify

rebuild: setup ## the warehouse again, from the lake alone
	@$(RUN) -m cpm_assets rebuild

bi: setup ## the repository's files for BI tools (bi/), generated again from the published file
	@$(RUN) -m cpm_assets bi-files

bench: setup ## the benchmarks at their full size, as ratios (some 30 minutes)
	@$(RUN) -m benchmarks

simulation: setup ## hundreds of seeded histories with kills, of what must be known at each instant: SEED= COUNT=
	@$(RUN) -m cpm_assets_tests.simulation --seed $(or $(SEED),1) --count $(or $(COUNT),300)

bench-small: setup ## the benchmarks at a small size, as CI runs them
	@$(RUN) -m benchmarks --small

lint: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: setup
	@$(VENV)/bin/mypy

docs: setup
	@cd dbt && ../$(VENV)/bin/dbt --quiet parse --profiles-dir . && \
	  CPM_WAREHOUSE_DIR=$$(mktemp -d) ../$(VENV)/bin/dbt --quiet docs generate --empty-catalog --no-compile --profiles-dir .

browser-test: setup ## the Dagster UI and the dashboard in headless Chromium (needs the system package chromium)
	@$(RUN) -m pytest cpm_assets_tests/browser

check: setup ## lint, types, dbt docs, all tests and the small benchmarks: what CI runs
	@for step in lint types docs test browser-test bench-small; do \
	  began=$$SECONDS; echo "== make $$step (after $$SECONDS s)"; $(MAKE) --no-print-directory $$step || exit; \
	  echo "== make $$step took $$((SECONDS - began)) s"; done

clean: ## the virtual environment and build products; never the data
	rm -rf $(VENV) build *.egg-info dbt/target dbt/logs
