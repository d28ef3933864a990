# HALO KOP-UKM. Two commands matter: `make serve` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: serve test long setup environment embedding model chromium lint lock clean help

help:
	@echo "make serve   pasang semua yang perlu, latih model, lalu jalankan di http://127.0.0.1:8000"
	@echo "make test    pemeriksaan gaya, tipe, dan semua tes"
	@echo "make long    tes yang makan waktu beberapa menit"
	@echo "make setup   hanya pemasangan dan pelatihan"

# A broken training file or an embedding model that cannot be had is told loudly, and the service
# goes on with the last good model, or with officers alone.
serve: environment embedding
	-@$(BIN)/halo train
	$(BIN)/halo serve

test: setup chromium
	$(MAKE) --no-print-directory lint
	@began=$$(date +%s); \
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not long" || exit $$?; \
	echo "Semua tes: $$(( $$(date +%s) - began )) detik pada $$(nproc) inti."

# What takes minutes. Date and figures of the last run stand in docs/status.md.
long: setup chromium
	$(BIN)/python -m pytest -n auto --dist load -m long

setup: environment embedding model

environment: $(VENV)/.installed

$(VENV)/.installed: requirements.lock setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 tidak ditemukan. Pasang python3.11 beserta modul venv."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps torch==2.13.0
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

embedding: environment
	-@$(BIN)/python -m nlu.embedding_build

model: embedding
	@$(BIN)/halo train

chromium:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "Tes peramban memerlukan chromium. Pasang dengan: sudo apt-get install chromium"; exit 1; fi; }

lint: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: environment
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-emit-options --no-header --strip-extras \
	  --unsafe-package torch --unsafe-package setuptools --unsafe-package pip \
	  --output-file requirements.lock requirements-dev.in
	@sed -i '/^# WARNING/,$$d' requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
