# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test check sizes moments bench bench-call bench-slots bench-booking bench-first-view bench-calendars bench-relay bench-fanout bench-idle bench-pages bench-line bench-lists bench-fair bench-scale chaos soak stack screenshots wheel words protocol clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: .venv/demo static/built/.built ## run a fair with simulated people (PORT=8080, FRESH=1 begins anew)
	@exec $(BIN)/parvis demo --port $(PORT) $(if $(FRESH),--fresh)

test: .venv/dev static/built/.built ## install what the tests need, check, run everything
	@tests/install
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	@# Short ones show that they work; figures that are compared come from a run that has the machine to itself.
	@$(MAKE) --no-print-directory -j2 --output-sync=target bench ROUNDS=2

check: .venv/dev static/built/.built ## format, lint, types, layers, words, protocol page
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djangofmt -q --check templates
	$(BIN)/python tools/line_length.py
	$(BIN)/python tools/unused_classes.py
	$(BIN)/mypy rooms signaling server
	$(BIN)/lint-imports
	$(BIN)/python tools/import_circles.py
	@$(MAKE) --no-print-directory sizes
	$(BIN)/python tools/node_from_pypi.py node_modules/typescript/bin/tsc --project tsconfig.json
	$(BIN)/python -m server.check_words
	$(BIN)/python -m signaling.protocol --check

sizes: .venv/dev static/built/.built ## files and functions that are too long
	$(BIN)/python tools/sizes.py
	$(BIN)/python tools/node_from_pypi.py tools/sizes.mjs

# An ordinary morning, before a quarter, before midnight, both changes of the clock, a leap day, a year's end, a Sunday.
MOMENTS := 2026-11-24T09:01 2026-11-24T09:14 2026-11-24T22:59 2026-10-25T00:59 2027-03-28T00:59 2028-02-29T10:20 \
	2026-12-31T22:58 2026-11-29T13:30

moments: .venv/dev static/built/.built ## the tests in browsers, begun at each of eight moments
	@tests/install
	@for moment in $(MOMENTS); do echo "$$moment"; PARVIS_TESTS_BEGIN=$$moment:00+00:00 \
		$(BIN)/python -m pytest tests/browser tests/server/test_two_workers.py -n 2 --dist loadfile || exit 1; done

stack: .venv/dev static/built/.built ## several processes, PostgreSQL, Redis, coturn and nginx, on private ports (PROCESSES=3)
	@tests/install
	@$(BIN)/python -m tests.stack $(if $(PROCESSES),--processes $(PROCESSES))

bench: bench-call bench-slots bench-booking bench-first-view bench-calendars bench-relay bench-fanout bench-idle bench-pages bench-line bench-lists bench-fair ## every benchmark (ROUNDS=2 for a short one)

bench-call: .venv/dev static/built/.built ## click to first picture, beside PeerJS
	$(BIN)/python -m tests.load.bench_call $(if $(ROUNDS),--rounds 1)

bench-slots: .venv/dev ## free times of 250 counsellors, and a caseload of 200 people, on PostgreSQL
	$(BIN)/python -m tests.load.bench_slots $(if $(ROUNDS),--rounds $(ROUNDS))

bench-booking: .venv/dev static/built/.built ## 500 people try for 50 times at once, over HTTP, on PostgreSQL
	$(BIN)/python -m tests.load.bench_booking $(if $(ROUNDS),--rounds 1)

bench-calendars: .venv/dev ## the calendars of 250 counsellors, ten of them hostile, read on one core
	$(BIN)/python -m tests.load.bench_calendars $(if $(ROUNDS),--calendars 10)

bench-first-view: .venv/dev static/built/.built ## the lobby of 60 booths, opened first on a poor network
	$(BIN)/python -m tests.load.bench_first_view $(if $(ROUNDS),--rounds 1)

bench-relay: .venv/dev static/built/.built ## signals of 200 meetings, beside python-socketio and Node's socket.io
	$(BIN)/python -m tests.load.bench_relay $(if $(ROUNDS),--rounds 1)

bench-fanout: .venv/dev static/built/.built ## a message to 1,000 and to 10,000 people, beside Node's socket.io
	$(BIN)/python -m tests.load.bench_fanout $(if $(ROUNDS),--rounds 1 --rooms 300)

bench-idle: .venv/dev static/built/.built ## 10,000 people come, stay, and come back after a restart
	$(BIN)/python -m tests.load.bench_idle $(if $(ROUNDS),--people 300)

bench-pages: .venv/dev static/built/.built ## pages a second of one core
	$(BIN)/python -m tests.load.bench_pages $(if $(ROUNDS),--seconds 1)

bench-line: .venv/dev static/built/.built ## 1,000 people join 20 lines at once
	$(BIN)/python -m tests.load.bench_line $(if $(ROUNDS),--people 300)

bench-lists: .venv/dev ## a fair's list of 10,000 candidates, and an import of 5,000 lines, on PostgreSQL
	$(BIN)/python -m tests.load.bench_lists $(if $(ROUNDS),--people 1000 --lines 300 --rounds 3 --talks 300)

bench-fair: .venv/dev static/built/.built ## a whole fair with 10,000 simulated people, on everything of `make stack`
	@tests/install
	$(BIN)/python -m tests.load.bench_fair $(if $(ROUNDS),--people 150 --minutes 0.4)

bench-scale: .venv/dev static/built/.built ## the same fair on 1, 2 and 4 processes
	@tests/install
	$(BIN)/python -m tests.load.bench_scale $(if $(ROUNDS),--people 100 --minutes 0.4)

chaos: .venv/dev static/built/.built ## everything a fair stands on fails in turn while simulated people are at it
	@tests/install
	$(BIN)/python -m tests.load.chaos

soak: .venv/dev static/built/.built ## an hour with 2,000 simulated people who come and go in waves
	@tests/install
	$(BIN)/python -m tests.load.soak $(if $(ROUNDS),--people 100 --waves 3 --minutes 0.5)

screenshots: .venv/dev static/built/.built ## take the pictures of the README anew
	$(BIN)/python -m tests.browser.screenshots

protocol: .venv/dev ## write docs/protocol.md and docs/asyncapi.json anew
	$(BIN)/python -m signaling.protocol

words: .venv/dev ## collect sentences for translation
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ --no-location --sort-output --omit-header --width 120 -o locale/messages.pot .
	$(BIN)/pybabel -q update -i locale/messages.pot -d locale -l fr --no-fuzzy-matching --omit-header --ignore-pot-creation-date --width 120

wheel: .venv/dev static/built/.built ## build the wheel, whole with templates and assets
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what was built (not the demo's data)
	rm -rf .venv node_modules static/vendor static/built dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parvis needs Python 3.11 or later: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }

.venv/demo: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing Parvis into .venv, once: this takes a minute or two ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing Parvis and its tools into .venv, once: this takes a minute or two ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@ .venv/demo

SOURCES := $(shell find static/js static/css -type f)

static/built/.built: node_modules/.fetched server/assets.py $(SOURCES)
	@$(BIN)/python -m server.assets
	@touch $@

node_modules/.fetched: package-lock.json
	@$(if $(wildcard .venv/bin/python),true,$(MAKE) --no-print-directory .venv/demo)
	@echo "Fetching the front-end packages, once ..."
	@tools/fetch-front-end
	@touch $@
