# What one does with Trunkline. Each target sets up what it needs: Python 3.11 or newer, make and git are enough.
#
#   make serve    the database, the web server and a worker, with the demo; Ctrl-C ends them
#   make demo     a fault report told step by step, beside a running `make serve`
#   make test     format, lint, types, layers, tests
#   make bench    how fast it is here
#   make pictures the README's pictures anew, beside a running `make serve`
#   make format   put the code in its form
#   make lock     pin the dependencies anew after a change of pyproject.toml

SHELL := /bin/sh
VENV := .venv
PYTHON = $(VENV)/bin/python
TEST_PROCESSES ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: serve demo test bench pictures format lock front ready
.DEFAULT_GOAL := serve

serve: front
	@TRUNKLINE_DEMO=$${TRUNKLINE_DEMO:-1} exec $(PYTHON) -m web serve

demo: ready
	@exec $(PYTHON) -m tests.demo

test: front
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --no-cache
	$(PYTHON) -m pytest -n $(TEST_PROCESSES)

bench: front
	@exec $(PYTHON) -m tests.benchmarks

pictures: ready
	@exec $(PYTHON) -m tests.demo.pictures

format: ready
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

lock: ready
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv"; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --extra dev \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --output-file web/frontend/node.lock web/frontend/node.in

# Scripts and styles are built when their sources have changed.
front: ready
	@$(PYTHON) -m web.building

# The virtual environment is as the lock file says when it holds a copy of it; that is all a second run looks at.
ready:
	@cmp -s requirements.lock $(VENV)/installed.lock && $(PYTHON) -c '' 2>/dev/null || $(MAKE) --no-print-directory install

# How long a Python takes for a small piece of work, in µs; an error where it is too old, or makes no environments.
PROBE = import sys, timeit; sys.version_info < (3, 11) and sys.exit(1); import ensurepip, venv; \
	print(int(min(timeit.repeat("for n in range(9999): d = {n: [n]}; d.get(n)", number=1, repeat=9)) * 1e6))

# The quickest of those on the path: one that was built without its compiler's profiles takes a fifth longer for all.
.PHONY: install
install:
	@set -e; IFS=:; found=; least=; poor=; \
	for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
		for folder in $$PATH; do \
			if ! took=$$("$$folder/$$name" -c '$(PROBE)' 2>/dev/null); then \
				if "$$folder/$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then poor=$$folder/$$name; fi; \
			elif [ -z "$$found" ] || [ "$$took" -lt "$$least" ]; then found=$$folder/$$name; least=$$took; fi; \
		done; \
	done; \
	if [ -z "$$found$$poor" ]; then \
		echo "Trunkline needs Python 3.11 or newer; this machine has $$(python3 --version 2>&1 || echo none)."; \
		echo "Install one, for example: apt-get install python3.11 python3.11-venv, or brew install python"; \
		exit 1; \
	fi; \
	if [ -z "$$found" ]; then \
		echo "$$($$poor --version) lacks the module that makes virtual environments."; \
		echo "Install it, for example: apt-get install python3-venv"; \
		exit 1; \
	fi; \
	$(PYTHON) -c '' 2>/dev/null || $$found -m venv --clear $(VENV); \
	echo "Installing the packages of requirements.lock into $(VENV) …"; \
	$(PYTHON) -m pip install --quiet --require-hashes -r requirements.lock; \
	cp requirements.lock $(VENV)/installed.lock
