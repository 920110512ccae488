# All commands. Each creates .venv itself and needs nothing else.
.DEFAULT_GOAL := help
.PHONY: help run test check format lock vendor docs screenshots bench clean

BOOTSTRAP := sh supportcenter/local/bootstrap.sh
PY := .venv/bin/python
LOCAL := $(PY) -m supportcenter.local
# How many tests run at the same time.
JOBS ?= 2

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## Start everything and stay in the foreground, with demo data on the first start (PORT=8000)
	@$(BOOTSTRAP) local && exec $(LOCAL) run

test: check ## Run all checks and all tests, including the browser tests
	@$(LOCAL) chromium
	@$(PY) -m pytest -n $(JOBS) $(ARGS)

check: ## Format, lint, types, imports, migrations, deploy check, docs: no server, under a minute
	@$(BOOTSTRAP) test
	@$(LOCAL) check

format: ## Format code
	@$(BOOTSTRAP) test
	@$(PY) -m ruff check --fix --quiet || true
	@$(PY) -m ruff format --quiet

lock: ## Pin the newest allowed packages in requirements/*.txt
	@sh supportcenter/local/lock.sh

vendor: ## Download the pinned front-end files into static/vendor
	@$(BOOTSTRAP) test
	@$(LOCAL) vendor

docs: ## Write the generated parts of docs/
	@$(BOOTSTRAP) test
	@$(LOCAL) docs

screenshots: ## Take the screenshots in docs/images of the running demo
	@$(BOOTSTRAP) test
	@$(LOCAL) chromium
	@$(LOCAL) screenshots

bench: ## Measure pages and mail on temporary sites, as multiples of something bare
	@$(BOOTSTRAP) test
	@$(LOCAL) bench $(ARGS)

clean: ## Remove .venv, caches and the demo data; the next start is like the first one
	@test ! -x $(PY) || $(LOCAL) clean
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
