# Every task of the project; CI runs the same names.  Each task installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
ROOM ?= lib
SAMPLE ?= 100
# What judges somebody's notes has a higher floor than all together.
CHECKS := hooks/notesite/notes/*,hooks/notesite/snippets/*,hooks/notesite/links/*,hooks/notesite/images/*
BIN := $(VENV)/bin
# Material prints an end-of-life notice into every build; what we do about it stands in ARCHITECTURE.md.
export NO_MKDOCS_2_WARNING := 1
export PYTHONPATH := hooks:scripts:tools

.DEFAULT_GOAL := help
.PHONY: help site serve check test pytest weekly lint coverage mutants fuzz offline books guide bench profile sbom audit clean

help: ## show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

site: $(VENV)/compiled ## build the website into site/ (needs no network)
	$(BIN)/mkdocs build

serve: $(VENV)/compiled ## live preview; editing the notes reloads the page
	$(BIN)/mkdocs serve

check: site ## everything that CI gates on: notes, snippets, images, links
	$(BIN)/notesite check --strict
	$(BIN)/notesite mirror --frozen
	$(BIN)/notesite links

lint: $(VENV)/dev $(VENV)/compiled ## formatting, lint rules, types
	$(BIN)/ruff format --check hooks scripts tests tools
	$(BIN)/ruff check hooks scripts tests tools
	$(BIN)/mypy

test: $(VENV)/dev $(VENV)/compiled ## everything: lint, types, unit, property, fault and browser tests
	@$(MAKE) --no-print-directory --jobs 2 lint pytest

pytest: $(VENV)/dev $(VENV)/compiled
	$(BIN)/python -m pytest -n 2 --dist loadgroup

weekly: $(VENV)/dev $(VENV)/compiled ## what no change has touched, proven again: every command judged by the real kubectl
	$(BIN)/python -m pytest -n 2 -m weekly

coverage: $(VENV)/dev $(VENV)/compiled ## which lines and branches the tests reach, without those in browsers; fails below the floor
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser" --cov --cov-report=term:skip-covered
	$(BIN)/coverage report --include='$(CHECKS)' --fail-under=96 --format=total

mutants: $(VENV)/mutants $(VENV)/compiled ## changes of one room that no test notices: make mutants ROOM=net SAMPLE=100
	$(BIN)/python tools/mutants.py $(ROOM) --sample $(SAMPLE)

fuzz: $(VENV)/dev $(VENV)/compiled ## property tests with new examples instead of the same ones
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest -m "not browser" -k "fidelity or words or source or plan or images or yaml or shell"

offline: $(VENV)/compiled ## the site for reading without a network: dist/*-offline.zip
	$(BIN)/notesite bundle

books: $(VENV)/compiled ## the site as one HTML file, a PDF and an e-book (the PDF needs Chromium)
	$(BIN)/notesite bundle --single-file dist/notes.html --pdf dist/notes.pdf --epub dist/notes.epub

guide: $(VENV)/compiled ## the guide for users, built strictly, its links checked: dist/guide
	$(BIN)/mkdocs build --strict --quiet --config-file guide.yml
	$(BIN)/notesite links dist/guide --config guide.yml

bench: $(VENV)/dev $(VENV)/compiled ## ratios of speed, side by side in one run; writes dist/bench.json
	$(BIN)/python tools/bench.py

profile: $(VENV)/compiled ## where the time of a check and of a build goes
	$(BIN)/python -m cProfile -s tottime scripts/check_notes.py | head -30
	$(BIN)/python -m cProfile -s tottime $(BIN)/mkdocs build --quiet --site-dir dist/profiled | head -40

sbom: $(VENV)/dev ## the list of what a site is made with (CycloneDX): dist/sbom.cdx.json
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.cdx.json requirements.txt

audit: $(VENV)/dev ## known weaknesses of the pinned packages (asks the package index)
	$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements.txt
	$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements-dev.txt

clean: ## remove everything that can be made again
	rm -rf site dist .cache $(VENV) node_modules

# Stamp files: an environment is made anew when its pins change.
$(VENV)/runtime: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/mutants: requirements-mutants.txt $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-mutants.txt
	@touch $@

# The package itself, as a link to this checkout: .venv/bin/notesite and .venv/bin/mkdocs work on any project.
$(VENV)/package: pyproject.toml $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

# Byte code is made here, because a machine may forbid Python to make it while it runs (PYTHONDONTWRITEBYTECODE, as in
# many containers), and compiling is then most of the time of a check.  Templates are compiled for the same reason.
$(VENV)/compiled: $(VENV)/package $(shell find hooks scripts tools -name '*.py' -o -name '*.html')
	@$(BIN)/python -m compileall -q hooks scripts tools
	@$(BIN)/python -c 'from notesite.plugin.appearance import prepare_all; prepare_all()'
	@touch $@

.PHONY: pins
pins: ## renew requirements*.txt from requirements*.in
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra site --extra draw pyproject.toml requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements-mutants.in -o requirements-mutants.txt
