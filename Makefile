# Two commands: `make run` sets up and shows the product, `make test` sets up and passes every test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# a Python newer than the newest that is pinned gets that one's versions
PINNED := $(wildcard constraints/py$(VERSION).txt) $(lastword $(sort $(wildcard constraints/py*.txt)))
CONSTRAINTS := $(firstword $(PINNED))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint types imports tests soak bench clean

run: $(VENV)/.run
	@$(BIN)/listener demo

test: lint types imports tests

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.test
	$(BIN)/mypy

imports: $(VENV)/.test
	$(BIN)/lint-imports

tests: $(VENV)/.test
	$(BIN)/pytest -n auto -m "not soak"

soak: $(VENV)/.test
	$(BIN)/pytest -m soak

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks --long

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("listenerd needs Python 3.11 or newer; say PYTHON=python3.x make …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
