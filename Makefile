# Two commands do all of their own set-up on a bare checkout: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check edge lint types bench live scenarios outside planter mutations mutants tempest tempest-replay fuzz kill clean

demo: $(VENV)/.installed ## replay a recorded cloud to the real openstack client
	@$(BIN)/python examples/demo.py

test: $(VENV)/.installed ## install what the tests need, and pass them on all cores
	$(BIN)/python -m pytest -n auto

check: lint types ## what takes no more than two minutes: lint, types, the tests that start no process
	$(BIN)/python -m pytest -q -n auto $(FAST_TESTS)

FAST_TESTS := tests/facts tests/matchers tests/tools tests/cassettes/files tests/cassettes/scanning tests/synthesis/engine \
  tests/synthesis/worlds tests/test_glossary.py tests/test_troubleshooting.py tests/test_documented.py tests/test_documents.py

# The edge beside the oldest and the newest of what it stands on, and of the aiohttp that users may have beside it.
edge: build/edge-oldest/.installed build/edge-newest/.installed ## pass the edge's tests with oldest and newest packages
	build/edge-oldest/bin/python -m pytest $(EDGE_TESTS)
	build/edge-newest/bin/python -m pytest $(EDGE_TESTS)

EDGE_TESTS := -q tests/proxy/http

build/edge-%/.installed: pyproject.toml tests/edge/%.txt
	test -x build/edge-$*/bin/python || $(PYTHON) -m venv build/edge-$*
	build/edge-$*/bin/pip install --quiet --disable-pip-version-check --upgrade -e '.[edge]' -r tests/edge/$*.txt
	touch $@

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# mypy does not follow the editable install's finder, so it reads an installed copy. setuptools would put into that what
# earlier builds have left.
types: $(VENV)/.installed
	rm -rf build/types build/lib build/bdist.*
	$(BIN)/pip install --quiet --no-deps --target build/types .
	MYPYPATH=build/types $(BIN)/mypy -p cloudtape
	MYPYPATH=build/types $(BIN)/mypy bench examples tests tools

bench: $(VENV)/.installed ## measure against bare aiohttp, mitmdump and vcrpy
	$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python bench/run.py

live: $(VENV)/.installed ## stand up a real cloud, record it, replay it (Debian, root, 4 GiB of memory)
	$(BIN)/python -m tests.live

scenarios: $(VENV)/.installed ## record the scenario suite anew, from the same real cloud
	$(BIN)/python -m tests.live --scenarios

outside: build/outside/.installed ## judge what synthesis answers by the schemas in the services' own packages (PyPI)
	build/outside/bin/python -m tests.outside

build/outside/.installed: pyproject.toml tests/outside/requirements.txt
	test -x build/outside/bin/python || $(PYTHON) -m venv build/outside
	build/outside/bin/pip install --quiet --disable-pip-version-check -e '.[test]' -r tests/outside/requirements.txt
	touch $@

tempest: $(VENV)/.installed ## run OpenStack's own integration tests against a synthesized cloud
	$(BIN)/python -m tests.tempest

tempest-replay: $(VENV)/.installed ## record them at a real cloud, and replay them without (Debian, root, 4 GiB of memory)
	$(BIN)/python -m tests.tempest.replay all

planter: $(VENV)/.installed ## plant secrets of every kind at every place, and see what survives recording and what scan misses (twenty minutes)
	$(BIN)/python -m tests.planter --sample 0

mutations: $(VENV)/.installed ## drop each row of the tables of secrets, and see that an example misses it (twenty minutes)
	$(BIN)/python -m tests.mutations

mutants: $(VENV)/.installed ## change the code of FOLDER in small ways, and see that a test fails for each (SAMPLE=N changes, 0 for all; SEED=S for others)
	$(BIN)/python -m tests.mutants --folder $(FOLDER) --sample $(SAMPLE) --seed $(SEED)

FOLDER ?= matchers
SAMPLE ?= 200

fuzz: $(VENV)/.installed ## a million hostile inputs to every part that strangers can give something (FUZZED=N for fewer, SEED=S for others)
	$(BIN)/python -m tests.fuzz all --inputs $(FUZZED) --seed $(SEED)

FUZZED ?= 1000000
SEED ?= 1

kill: $(VENV)/.installed ## SIGKILL at any moment of any mode, a thousand times, and what is left (an hour)
	$(BIN)/python -m tests.kill --kills 1000

$(VENV)/.installed: pyproject.toml
	@echo "installing into $(VENV), which takes about a minute"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build
