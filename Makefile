# Needs python3 (3.11 or newer) with pip, make and git; everything else it fetches itself.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
export UV_PYTHON_DOWNLOADS = never
export UV_NO_PROGRESS = 1

.PHONY: demo test env env-dev chromium lint lock clean

demo: env  ## the main job on the sample web, then Datasette on loopback
	$(BIN)/banwatch demo

test: env-dev chromium lint  ## everything, as CI runs it
	$(BIN)/python -m pytest

env: $(UV)
	$(UV) sync --frozen --no-dev --inexact --quiet

env-dev: $(UV)
	$(UV) sync --frozen --inexact --quiet

# --without-pip: Debian's python3 has no ensurepip unless python3-venv is there
$(UV):
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check uv==0.13.9

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
chromium:
	@command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-cjk >/dev/null; }

lint: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(UV)
	$(UV) lock

clean:
	rm -rf .venv data/demo data/feeds
