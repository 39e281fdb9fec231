# The whole developer interface. `make demo` and `make test` set everything up in .venv by themselves.
PYTHON ?= python3
SERVE ?= yes
DEMO ?= demo-operation
BENCH_SIZE ?= 2GB
BENCH_PAGES ?= 5
# BENCH_ONLY=traces, hashing or handover runs that part alone; BENCH_OPTIONS="--search-millions 10" and the like give other sizes.
BENCH_ONLY ?=
BENCH_OPTIONS ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test soak check bench lock docs messages clean

# pip itself verifies every hash; pure-Python source packages (dtfabric) are built without a compiler.
$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/ready-case: $(VENV)/ready-dev requirements-case.lock
	$(PYTHON) -m venv $(VENV)/case
	$(VENV)/case/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-case.lock
	touch $@

demo: $(VENV)/ready
	@$(BIN)/python -m safelight.cli.demo --operation $(DEMO) --serve $(SERVE)

test: $(VENV)/ready-case
	$(BIN)/python -m pytest -m "not soak" -n 2

soak: $(VENV)/ready-case
	$(BIN)/python -m pytest -m "soak or not soak" -n 2

check: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m safelight.cli.gendocs --check
	$(BIN)/python -m safelight.messages.catalogue --check

docs: $(VENV)/ready-dev
	$(BIN)/python -m safelight.cli.gendocs

# Extract the texts, bring the translations up to them, compile; then translate what is new, and run it again.
messages: $(VENV)/ready-dev
	$(BIN)/python -m safelight.messages.catalogue

bench: $(VENV)/ready-dev
	$(BIN)/python benchmarks/run.py --size $(BENCH_SIZE) --pages $(BENCH_PAGES) $(if $(BENCH_ONLY),--only-$(BENCH_ONLY)) $(BENCH_OPTIONS) --write

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q
lock: $(VENV)/ready-dev
	$(BIN)/$(LOCK) --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/$(LOCK) -c requirements-dev.lock pyproject.toml -o requirements.lock
	$(BIN)/$(LOCK) --group pyproject.toml:case -o requirements-case.lock

clean:
	rm -rf $(VENV) demo-operation demo-sources
