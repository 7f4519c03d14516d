# Needs python3 (3.11 or newer) with pip, make and git; everything else it fetches itself.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
export UV_PYTHON_DOWNLOADS = never
export UV_NO_PROGRESS = 1
# half of a short command is the loading of modules
export UV_COMPILE_BYTECODE = 1

# our own modules too, for whoever runs with PYTHONDONTWRITEBYTECODE
COMPILE := $(BIN)/python -m compileall -q banwatch.py records.py errors.py extras.py verbs crawler parsers claims changes sources store importers feeds scale

.PHONY: demo test bench env env-dev system lint lock audit sbom clean

demo: env  ## the main job on the sample web, then Datasette on loopback
	$(BIN)/banwatch demo

test: env-dev system lint  ## everything, as CI runs it
	$(BIN)/python -m pytest

bench: env-dev  ## Banwatch beside urlwatch on the same pages; writes docs/explanation/speed.md (needs BANWATCH_SHARED)
	$(BIN)/python bench/run.py --write

env: $(UV)
	$(UV) sync --frozen --no-dev --inexact --quiet
	@$(COMPILE)

env-dev: $(UV)
	$(UV) sync --frozen --inexact --quiet
	@$(COMPILE)

# --without-pip: Debian's python3 has no ensurepip unless python3-venv is there
$(UV):
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check uv==0.13.9

# what the tests need besides Python: a browser with fonts, and Redis (both from Debian; nothing is started as a service)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SYSTEM := chromium fonts-dejavu-core fonts-noto-cjk redis-server
system:
	@command -v chromium >/dev/null && command -v redis-server >/dev/null || { \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $(SYSTEM) >/dev/null; }

lint: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(UV)
	$(UV) lock

# both speak of what users get: the dependencies and extras of the lock, not the tools of developers
LOCKED := --frozen --no-dev --all-extras --no-emit-project --quiet

audit: $(UV)  ## known faults of the locked dependencies; asks pypi.org, so it is no part of the tests
	$(UV) export $(LOCKED) --output-file .venv/locked.txt >/dev/null
	$(UV) run --frozen --only-group audit --isolated pip-audit --strict --require-hashes --disable-pip --requirement .venv/locked.txt

sbom: $(UV)  ## bill of materials of the locked dependencies, CycloneDX 1.5 with hashes
	$(UV) export $(LOCKED) --format cyclonedx1.5 --output-file banwatch.cdx.json >/dev/null

clean:
	rm -rf .venv data/demo data/feeds
