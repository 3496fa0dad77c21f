# Huike (汇客). Two commands matter: `make serve` and `make test`; both set up what they need.

PYTHON ?= python3
PORT ?= 8080
DATA ?= ./data

BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
MAKEFLAGS += --no-print-directory --no-builtin-rules

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve test check format bench lock runtime-environment dev-environment front-end lint

help:
	@echo 'make serve    set up and start Huike with a demo workspace (PORT=$(PORT) DATA=$(DATA))'
	@echo 'make test     everything: lint, types, imports, front end, all tests on real parts'
	@echo 'make check    the quick part of it, for every change: no server, no browser'
	@echo 'make format   put the sources into the one format'
	@echo 'make bench    measure this machine: messages, and what the router decides and costs (half an hour)'
	@echo 'make lock     renew the locked versions of all dependencies'

serve: runtime-environment front-end
	@exec $(BIN)/huike serve --demo --host 127.0.0.1 --port $(PORT) --data $(DATA)

# pytest comes last: its closing line is the verdict. Tests with servers or a browser run one after the other.
test: system-packages dev-environment lint front-end
	cd agent_ui && npm run --silent test
	$(BIN)/pytest -n 2 -m 'not services and not ui and not slow'
	$(BIN)/pytest -m 'services or ui or slow'

check: dev-environment lint
	$(BIN)/pytest -m 'not services and not ui and not slow'

format: dev-environment
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: dev-environment system-packages
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.dispatch
	$(BIN)/python -m tests.bench.routing
	$(BIN)/python -m tests.bench.routing_theory
	$(BIN)/python -m tests.bench.nlu
	$(BIN)/python -m tests.bench.parsing

# The locks name versions and hashes, never where to fetch them. node_modules goes too: npm would otherwise lock
# only the packages of this platform.
lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: COMPILE = uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate
lock: dev-environment
	$(COMPILE) --group build -o requirements/build.txt
	$(COMPILE) pyproject.toml -c requirements/build.txt -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --group dev -c requirements/build.txt -c requirements/runtime.txt \
		-o requirements/dev.txt
	$(COMPILE) --group ui -o requirements/ui.txt
	cd agent_ui && rm -rf node_modules package-lock.json && npm install --silent --package-lock-only

# ----------------------------------------------------------------------------------------------------- the steps

runtime-environment:
	@$(PYTHON) -m tools.environment runtime ui

dev-environment:
	@$(PYTHON) -m tools.environment dev ui

.PHONY: system-packages
system-packages:
	@$(PYTHON) -m tools.system_packages

front-end:
	@$(BIN)/python -m agent_ui.build

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
