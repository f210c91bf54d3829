# What a developer runs, in an environment set up as CONTRIBUTING.md says. `make help` lists it.
.POSIX:

PYTHON = python
# One process for each of two cores; `make check WORKERS=0` runs the tests in this one.
WORKERS = 2

.PHONY: help check lint test pictures bench

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

check: lint ## what every change must pass before the rest: format, lint, types, and the unit tests without torch
	$(PYTHON) -m pytest -q -n $(WORKERS) -m "not encoder and not llama" tests/unit tests/test_imports.py

lint: ## format, lint and types
	ruff format --check .
	ruff check .
	mypy

test: ## every test
	$(PYTHON) -m pytest

pictures: ## take the pictures of the screens anew; look at each before it is committed
	$(PYTHON) -m pytest -n 0 tests/tui/pictures --snapshot-update

bench: ## the benchmarks that need no data set
	$(PYTHON) -m benchmarks.interface
	$(PYTHON) -m benchmarks.grade

