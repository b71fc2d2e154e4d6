# Two commands do everything: `make reports` and `make test`. Needs Python 3.11+ and make, nothing else.
PYTHON ?= python3
DATA   ?= data/sample
OUT    ?= reports
ARGS   ?=
BIN    := .venv/bin
SETUP  := .venv/.ready
# Bytecode halves the start of every notebook kernel; some machines switch it off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup reports lab test test-long test-lowest fuzz coverage mutants drawing docs notebooks messages \
  bench-kpis bench-reading bench-reports lock clean
help:
	@echo "make reports [DATA=path] [ARGS=...]  a report for every partner"
	@echo "make lab                             JupyterLab on the notebooks"
	@echo "make test                            every test; CONTRIBUTING.md lists what else there is"

setup: $(SETUP)
$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "partner-kpi-kit needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m ipykernel install --sys-prefix --name python3 --display-name "Python 3 (partner-kpi-kit)" >/dev/null
	$(BIN)/python -m compileall -q .venv/lib kpi_helpers || true
	@touch $(SETUP)

reports: $(SETUP)
	$(BIN)/partner-kpis report "$(DATA)" --out "$(OUT)" $(ARGS)

lab: $(SETUP)
	$(BIN)/jupyter lab notebooks

test: $(SETUP)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST)

# Everything but the wide fuzz: soaks, Spark, simulations, and the site without a broken link.
test-long: $(SETUP) .venv/.spark docs
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not fuzz"

# Strange files by the thousand, one processor, about half an hour.
fuzz: $(SETUP)
	$(BIN)/python -m pytest -m fuzz tests

# The main job with the lowest versions that pyproject.toml declares. Needs uv.
test-lowest:
	uv venv --quiet --clear --python 3.11 .venv-lowest
	uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct \
	  --editable ".[app,cluster,dev,pdf,polars,postgresql]"
	PATH="$(CURDIR)/.venv-lowest/bin:$$PATH" .venv-lowest/bin/python -m pytest -n 2 --dist loadfile $(PYTEST)

# What the tests run through, of code that runs in their own process; fails under the floor in pyproject.toml.
coverage: $(SETUP)
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov $(PYTEST)

# Does a test notice when a line is turned round? Rooms, number and seed: ARGS="--rooms stats --most 60".
mutants: $(SETUP)
	$(BIN)/python tools/mutants.py $(ARGS)

drawing: $(SETUP)
	$(BIN)/python tools/drawing.py $(ARGS)

docs: $(SETUP)
	$(BIN)/python tools/site.py

# Spark is not in the lock: 400 MiB, and it needs a Java runtime (installed here only where that needs no password).
.venv/.spark: $(SETUP)
	@java -version >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y default-jre-headless; } \
	  || { echo "make test-long needs a Java runtime for Spark, like default-jre-headless"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pyspark>=4.0"
	@touch .venv/.spark

# Run the notebooks anew and keep the outputs that nbval checks; figures are not stored.
notebooks: $(SETUP)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --log-level WARN notebooks/*.ipynb
	$(BIN)/nbstripout --keep-count --extra-keys "metadata.language_info cell.metadata.execution" notebooks/*.ipynb

bench-reading: $(SETUP)
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/reading.py --rows 10000000 --repeat 1

# Takes an hour on two processors; fewer partners with ARGS="--partners 8 --block 4".
bench-reports: $(SETUP)
	$(BIN)/python benchmarks/reports.py $(ARGS)

# Bring the Turkish catalogue up to date with the texts there are; new ones wait in it for their translation.
messages: $(SETUP)
	$(BIN)/python -m kpi_helpers.reports.catalogue

bench-kpis: $(SETUP)
	$(BIN)/python benchmarks/kpis.py --slider
	$(BIN)/python benchmarks/kpis.py
	$(BIN)/python benchmarks/kpis.py --grow

# Needs uv; exact versions and hashes for every platform, no index addresses.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	  --extra app --extra cluster --extra dev --extra docs --extra pdf --extra polars --extra postgresql \
	  --no-emit-index-url --no-annotate --no-header --quiet pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .venv-lowest .docs site reports .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
