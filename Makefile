# `make demo` shows what epicrisis does, `make studio` shows it in a browser, `make test` checks that it does it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo studio test check browser docs screenshots locales clean

demo: $(VENV)/.installed
	$(BIN)/epicrisis demo

# The finished demo run in a browser.
studio: $(VENV)/.installed
	@test -e demo/.epicrisis/store.sqlite || $(BIN)/epicrisis demo
	$(BIN)/epicrisis studio --project demo --run latest

# Two processes: half of the time goes in waiting for servers and browsers.
test: check browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# The report of an evaluation is looked at in a real browser. Without one those tests are passed over.
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
browser:
	@for name in $(BROWSERS); do command -v $$name > /dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	fi || true; \
	command -v chromium > /dev/null || echo "There is no browser: the tests in tests/browser are passed over."

check: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The pages that are made from the code.
docs: $(VENV)/.developing
	$(BIN)/python -m epicrisis.codebook.reference docs/reference/codebook.md
	$(BIN)/python -m epicrisis.cli.reference docs/reference/cli.md

# The pictures in docs, taken by the tests.
screenshots: $(VENV)/.developing browser
	EPICRISIS_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser/studio/test_screenshots.py

# The words of the interface, for those who translate it.
locales: $(VENV)/.developing
	$(BIN)/python -m epicrisis.studio.web.catalogues

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "epicrisis needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[studio]"
	touch $@

# pip older than 25.1 knows no dependency groups, so it is brought up to date first.
$(VENV)/.developing: pyproject.toml $(VENV)/.installed | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[tables,studio]" --group dev
	touch $@
