# `make check` is what CI runs, in the same order.
.PHONY: check lint format types test pins

check: lint types test

lint:
	uv run ruff check
	uv run ruff format --check

types:
	uv run mypy

test:
	uv run pytest

# Not part of `check`: it rewrites files.
format:
	uv run ruff check --fix
	uv run ruff format

# The newest versions that fit each other; EXTRA="name ..." pins more than the project asks for.
pins:
	.ci/renew-pins $(EXTRA)
