# `make demo` and `make test` need nothing installed but Python 3.11-3.13 and Node 20+.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
PYTEST := $(BIN)/pytest -q -n $(JOBS) --dist worksteal
PAGE := src/vedette/server/static/index.html
KERNELS := src/vedette/kernels/__pycache__/.compiled
PAGE_SOURCES := $(shell find web/src web/public web/index.html web/package-lock.json web/vite.config.ts -type f 2>/dev/null)

.PHONY: help setup page kernels peers tak-peers demo test test-slow test-mutations check bench docs golden format clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] <= (3, 13) else "Vedette needs Python 3.11 to 3.13, this is %d.%d: run make PYTHON=python3.12" % v[:2])'
	@echo "[1/4] virtual environment"
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/4] dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(PAGE): $(PAGE_SOURCES)
	@command -v npm >/dev/null || { echo "the page needs Node 20 or newer (npm was not found): see https://nodejs.org"; exit 1; }
	@echo "[3/4] page"
	@npm --prefix web ci --no-audit --no-fund --loglevel=error
	@npm --prefix web run build --silent -- --logLevel warn
	@touch $@

setup: $(VENV)/.ready $(PAGE) $(KERNELS)  ## virtual environment, dependencies, page, compiled kernels

page: $(PAGE)  ## build the operator's page

kernels: $(KERNELS)  ## compile the kernels, once
# The mark lies beside the compiled code, and goes with it.
$(KERNELS): $(VENV)/.ready $(wildcard src/vedette/kernels/*.py)
	@$(BIN)/vedette warm-up
	@touch $@

PEERS := .venv-peers
$(PEERS)/.ready: benchmarks/peers-requirements.txt
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

peers: $(PEERS)/.ready  ## Stone Soup, norfair, libasterix: to be compared with, in their own environment

TAK_PEERS := .venv-tak
$(TAK_PEERS)/.ready: tests/tak/requirements.txt
	@$(PYTHON) -m venv $(TAK_PEERS)
	@$(TAK_PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

tak-peers: $(TAK_PEERS)/.ready  ## taky, pytak, takproto and the CAP schema, to be tested with

demo: setup  ## re-enact 4 January 2022 at Ain al-Asad and open the air picture
	@$(BIN)/vedette demo

test: setup  ## every test but the slow campaigns
	@$(PYTEST) -m "not slow"

test-slow: setup  ## twenty seeds, 100,000 mutations a codec, interpreted kernels
	@VEDETTE_MUTATIONS=100000 $(PYTEST) -m "slow or not slow"

test-mutations: setup  ## 1,000,000 mutated inputs to every decoder, noted in docs/results.md: hours
	@$(BIN)/python -m benchmarks --only hostile

check: $(VENV)/.ready  ## style, types, layers, tidiness
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@$(BIN)/pytest -q tests/test_tidy.py

format: $(VENV)/.ready
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup peers  ## measure again what docs/results.md claims
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.ready  ## write the generated pages
	@$(BIN)/python docs/generate.py

golden: setup  ## photograph the display in each of its states anew: look at each then
	@$(BIN)/python tests/browser/golden_states.py

clean:
	rm -rf $(VENV) $(PEERS) $(TAK_PEERS) .vedette web/node_modules src/vedette/server/static
