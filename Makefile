# Two commands do everything on a fresh machine: `make demo` and `make test`. Both install what they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: install demo test test-rt test-ns3 lint style types suite bench clean

install: $(VENV)/installed

# torch goes first and exactly: any looser range makes pip take a CUDA build of several gigabytes.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "TwinPilot needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	$(BIN)/twinpilot llm base
	touch $@

demo: install
	if [ -t 0 ] && [ -t 1 ]; then $(BIN)/twinpilot demo; else $(BIN)/twinpilot demo --approve; fi

# mypy uses one core: the tests run beside it. They go in the order of the folders, which ends with short ones.
test: style
	$(MAKE) --no-print-directory --jobs 2 types suite

suite: install
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Ray tracing: needs LLVM 17 or newer (Debian: apt install libllvm19).
test-rt: install
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[rt]'
	$(BIN)/pytest tests/rt

# Packet level: ns-3 is built when it is installed, some minutes, and needs g++ (Debian: apt install g++).
test-ns3: install
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[ns3]'
	$(BIN)/pytest tests/ns3

lint: style types

style: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/twinpilot bench network --quick
	$(BIN)/twinpilot bench run --quick

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
