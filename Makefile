# Every target sets up what it needs in .venv and docs/_ext/node_modules; what is up to date is left alone.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
ASSETS := docs/_ext/node_modules/.ready

export NO_MKDOCS_2_WARNING := 1

.PHONY: help setup serve test build bench sync report clean
.DEFAULT_GOAL := help

help:
	@echo "make serve    read the guide at http://127.0.0.1:8000, rebuilt whenever a file is saved"
	@echo "make test     run all tests and every example      (ARGS=... goes to pytest)"
	@echo "make build    write the site to site/              (SITE_URL, REPO_URL: see README.md)"
	@echo "make sync     rewrite the code on walk pages after an edit of minigpt/   (ARGS=minigpt/norm.py)"
	@echo "make report   run the examples on a GPU and write the report the site shows"
	@echo "make bench    measure the speed of the site, of the model, of generation, of all kinds of attention"
	@echo "make setup    only install;    make clean    remove everything installed and built"

setup: $(READY) $(ASSETS)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "expected Python 3.11 or newer, got %s; set PYTHON=..." % sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[docs,test,hub,variants]"
	@touch $@

$(ASSETS): docs/_ext/package.json docs/_ext/package-lock.json | $(READY)
	$(BIN)/python docs/_ext/setup_assets.py
	@touch $@

serve: setup
	$(BIN)/mkdocs serve

test: setup
	$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist worksteal $(ARGS)

build: setup
	$(BIN)/mkdocs build --strict

bench: setup
	$(BIN)/python tests/bench/site.py $(ARGS)
	$(BIN)/python tests/bench/model.py $(ARGS)
	$(BIN)/python tests/bench/generation.py $(ARGS)
	$(BIN)/python -m minigpt.bench attention --fresh $(ARGS)

sync: setup
	$(BIN)/python docs/_ext/sync.py $(ARGS)

report: setup
	$(BIN)/python -m pytest docs minigpt --device cuda --report docs/_reports/cuda.json

clean:
	rm -rf .venv docs/_ext/node_modules site build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
