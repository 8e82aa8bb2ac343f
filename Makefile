# Works from a fresh clone on a machine with Python 3.11 and make; everything else is fetched, pinned by hash.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv || echo .uv/bin/uv)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check format docs bench fuzz mutants audit pins clean

help:
	@echo "make run     Labbro with its demonstration country on http://127.0.0.1:8400; Ctrl-C stops it"
	@echo "make test    all tests; those that need a browser or ../shared skip where it is absent"
	@echo "make check   format, lint, types, import rules, known vulnerabilities"
	@echo "make bench   measures letters, converting, databank, numbers, stock, documents and view, keeps the results in docs/performance"
	@echo "make fuzz    many mutated letters: COUNT=100000 SEED=1 are the defaults"
	@echo "make mutants changes the letter core in EACH=12 places a module, and asks the tests whether they notice"
	@echo "make format  puts the code in shape"
	@echo "make docs    writes the reference pages of the letters anew"
	@echo "make pins    takes up newer versions of what Labbro stands on"
	@echo "make clean   removes the environment, not the data"

run: $(VENV)/ready-to-run
	@LABBRO_DEMONSTRATION=$${LABBRO_DEMONSTRATION:-yes} LABBRO_LOG_FORMAT=$${LABBRO_LOG_FORMAT:-text} LABBRO_LOG_LEVEL=$${LABBRO_LOG_LEVEL:-warning} exec $(BIN)/labbro serve

test: $(VENV)/ready-to-test
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

check: $(VENV)/ready-to-test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit.py

format: $(VENV)/ready-to-test
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(VENV)/ready-to-run
	$(BIN)/labbro reference --out docs/letters

bench: $(VENV)/ready-to-test
	$(BIN)/labbro bench letters --keep docs/performance
	$(BIN)/labbro bench convert --keep docs/performance
	$(BIN)/labbro bench databank --keep docs/performance
	$(BIN)/labbro bench numbers --keep docs/performance
	$(BIN)/labbro bench stock --keep docs/performance
	$(BIN)/labbro bench eu --keep docs/performance
	$(BIN)/labbro bench view --keep docs/performance

COUNT ?= 100000
SEED ?= 1
fuzz: $(VENV)/ready-to-test
	$(BIN)/python -m tests.letters.fuzz --count $(COUNT) --seed $(SEED)

EACH ?= 12
mutants: $(VENV)/ready-to-test
	$(BIN)/python -m tests.mutants --each $(EACH) --seed $(SEED)

# The pins name no package index: where packages come from is the machine's own affair.
COMPILE = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
pins: $(UV)
	$(COMPILE) requirements-uv.in -o requirements-uv.txt
	$(COMPILE) pyproject.toml --extra server -o requirements.txt
	$(COMPILE) requirements-build.in -o requirements-build.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) .uv

.uv/bin/uv: requirements-uv.txt
	@echo "Fetching uv ..."
	@$(PYTHON) -c 'import sys; sys.exit("Labbro needs Python 3.11 or later") if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/bin/python: | $(UV)
	@$(UV) venv --quiet --allow-existing --no-project --python $(PYTHON) $(VENV)

$(VENV)/ready-to-run: pyproject.toml requirements.txt requirements-build.txt | $(VENV)/bin/python
	@echo "Installing what Labbro stands on ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt -r requirements-build.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-to-test: requirements-dev.txt $(VENV)/ready-to-run
	@echo "Installing what the tests need ..."
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@
