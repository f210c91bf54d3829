# What a developer runs, in an environment set up as CONTRIBUTING.md says. `make help` lists it.
.POSIX:

PYTHON = python
# One process for each of two cores; `make check WORKERS=0` runs the tests in this one.
WORKERS = 2
# Rooms whose branches are covered to this share at least, in per cent.
COVERED = interviewer/core interviewer/grading interviewer/storage
SHARE = 95

.PHONY: help check lint test pictures bench coverage architecture

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

check: lint ## what every change must pass before the rest: format, lint, types, and the unit tests without torch
	$(PYTHON) -m pytest -q -n $(WORKERS) -m "not encoder and not llama and not ray" tests/unit tests/test_imports.py

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
	$(PYTHON) -m benchmarks.batch

coverage: ## every test once more, and which lines and branches they miss; fails below the share that COVERED must have
	$(PYTHON) -m pytest -q --cov --cov-report=
	$(PYTHON) -m coverage report --skip-covered --skip-empty
	for room in $(COVERED); do \
	  printf '%s: ' $$room && $(PYTHON) -m coverage report --format=total --precision=1 --include="$$room/*" --fail-under=$(SHARE) || exit 1; \
	done

architecture: ## draw the rooms anew in CONTRIBUTING.md, from the table that the tests hold
	$(PYTHON) docs/draw_rooms.py
