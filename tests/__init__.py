"""A package, so that ``tests.snippets`` cannot be shadowed by another ``tests`` on the path."""
