"""Loads the collector of snippets for every run, wherever in the repository it starts."""

pytest_plugins = ["tests.snippets", "pytester"]
