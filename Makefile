# gapmap: everything a developer or newcomer types. `make help` lists it.
# Nothing rests on what was installed by hand: the targets make .venv themselves.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
OLD := $(VENV)/chromium-86
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Bytecode is made of what is imported, when it is: most of what the packages bring never is. An
# environment that forbids it (many containers do) would have every process compile it all again.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := --quiet --no-compile --constraint constraints.txt
WORKERS ?= 2
# a file on one worker, the longest first, as tests/conftest.py has them
SPREAD = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
QUICK ?=
WEB := gapmap/report/web
STUDY := data/zhuhai/study.toml
OUT := outputs/zhuhai

.PHONY: help setup demo test coverage lint format types imports docs wheel bench bench-siting clean distclean fonts browser old-browser axe page page-test page-check page-vendor
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv with exact versions (constraints.txt); done by every other target

# A venv without its python (the machine was renewed) or without pip is made anew.
$(READY): pyproject.toml constraints.txt .ci/find_python.sh
	@if ! $(PIP) --version >/dev/null 2>&1; then \
	  python=$$(.ci/find_python.sh); \
	  echo "making $(VENV) with $$($$python --version)"; \
	  rm -rf $(VENV); $$python -m venv $(VENV); \
	fi
	@echo "installing gapmap and its dependencies (a few minutes the first time)"
	@$(PIP) install $(INSTALL) hatchling
	@$(PIP) install $(INSTALL) --no-build-isolation --editable '.[dev,notebook,large]'
	@touch $@

demo: $(READY) fonts ## the shipped Zhuhai study: every output, and where the report is
	@$(BIN)/gapmap run $(STUDY) -o $(OUT)
	@echo; echo "report:  $(CURDIR)/$(OUT)/report.html   (open it in a browser; it needs no internet)"
	@echo "tables:  $(CURDIR)/$(OUT)/tables.xlsx"
	@echo "QGIS:    $(CURDIR)/$(OUT)/results.gpkg"

test: $(READY) fonts browser old-browser axe ## every test: unit, property, doctests, notebooks, browser
	@$(BIN)/python -m pytest $(SPREAD)

coverage: $(READY) fonts browser old-browser axe ## the same tests, slower: which lines they reach, 85 % at least
	@$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term

lint: $(READY) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY) ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

imports: $(READY) ## a module imports only from modules below it (pyproject.toml, importlinter)
	@$(BIN)/lint-imports

docs: $(READY) ## links, commands and targets that the documentation names exist
	@$(BIN)/python -m pytest -q tests/test_docs.py

wheel: $(READY) ## build the wheel, install it in an empty environment elsewhere, run a study there
	@.ci/try_wheel.sh $(BIN)/python

bench: $(PEERS)/.ready ## speed and memory against other libraries; QUICK=1 for one size each
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

bench-siting: $(READY) ## siting alone, every size: MCLP, LSCP and p-median against spopt, the OR-Library and bounds
	@$(BIN)/python -m benchmarks.siting

# The peers stand in a folder of their own, out of reach of everything but the benchmarks: pandana is
# AGPL, igraph GPL. benchmarks/constraints.txt names all that they need beyond constraints.txt.
$(PEERS)/.ready: $(READY) benchmarks/constraints.txt
	@echo "installing the peers of the benchmarks (170 MB)"
	@rm -rf $(PEERS)
	@$(PIP) install --quiet --no-deps --only-binary :all: --target $(PEERS) \
	  --requirement benchmarks/constraints.txt
	@touch $@

# Checked in as built, so that nobody needs node to run gapmap. built.json has the hashes of both.
page: $(WEB)/node_modules/.ready ## the report's scripts and styles: web/src -> gapmap/report/built (needs node)
	@node $(WEB)/build.mjs

page-test: $(WEB)/node_modules/.ready ## the page's scripts alone: types (tsc), unit tests (node)
	@cd $(WEB) && npx --no-install tsc -p tsconfig.json && npx --no-install tsc -p tsconfig.core.json
	@cd $(WEB) && node --test

page-check: ## as page-test, and that what is checked in is what the sources build; said, if there is no node
	@.ci/check_page.sh

page-vendor: $(WEB)/node_modules/.ready ## renew report/vendor from npm: versions in web/package.json
	@node $(WEB)/vendor.mjs

$(WEB)/node_modules/.ready: $(WEB)/package.json
	@cd $(WEB) && npm install --no-package-lock --silent
	@touch $@

clean: ## remove what building and testing leave, not .venv
	@rm -rf dist build .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## remove .venv and all outputs too
	@rm -rf $(VENV)
	@find outputs -mindepth 1 -not -name .gitkeep -delete

# What Python packages cannot bring. As root on Debian or Ubuntu it is installed; otherwise said.
fonts:
	@.ci/need_debian.sh fonts || \
	  echo "going on: without a Chinese font the pictures in figures/ show boxes; the report is not affected"

browser:
	@.ci/need_debian.sh browser

# For tests/browser/test_chromium_86.py, which say that they are skipped where it cannot be had; in CI
# they fail.
old-browser: $(READY) browser
	@.ci/fetch_old_chromium.sh $(OLD) || echo "going on: the tests on Chromium 86 cannot run"

# For tests/browser/test_accessibility.py: axe-core (MPL-2.0) looks at the page there; no report and no
# wheel holds it. Where it cannot be had its tests say so; in CI they fail.
axe: browser
	@{ .ci/need_debian.sh node && $(MAKE) --no-print-directory $(WEB)/node_modules/.ready; } || \
	  echo "going on: the tests of the page with axe cannot run"
