# make install   the environment and the pinned packages, nothing else
# make demo      the bot in a small Slack workspace in your browser: no Slack, no key
# make ask Q="…" one question in the terminal
# make test      everything that CI runs
# make bench     times of start, answer and retrieval, as ratios
# make load      50 people at once, with faults and a crash; bounded, on loopback only
# make manifest  the JSON twins of deploy/slack/*.yaml
# make schema    the JSON schema of the decision guide, from its types
# make pictures  docs/images, photographed from a playground (needs Chromium)

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export ADAPTBOT_HOME ?= $(CURDIR)/.adaptbot

.PHONY: install demo ask test lint fast slow bench load manifest schema pictures clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) deploy/install.py $(VENV)
	@touch $@

demo: $(STAMP)
	@$(BIN)/adaptbot playground

ask: $(STAMP)
	@$(BIN)/adaptbot ask "$(Q)"

test: lint fast slow

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: $(STAMP)
	$(BIN)/pytest -q -m "not slow" -n 3 --dist worksteal

slow: $(STAMP)
	$(BIN)/pytest -q -m slow -n 2 --dist worksteal

bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks.start
	@$(BIN)/python -m tests.benchmarks.retrieval

load: $(STAMP)
	@$(BIN)/python -m tests.load

manifest: $(STAMP)
	@for name in manifest manifest-http; do \
	  $(BIN)/python -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin), indent=2, ensure_ascii=False))' \
	    < deploy/slack/$$name.yaml > deploy/slack/$$name.json; \
	done

schema: $(STAMP)
	@$(BIN)/python -m bot.adapters.guide_schema > .schema.json
	@mv .schema.json knowledge/flowchart.schema.json

pictures: $(STAMP)
	@$(BIN)/python -m tests.browser.pictures docs/images

clean:
	rm -rf $(VENV) .adaptbot .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
