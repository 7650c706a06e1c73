"""The machinery of the site; see README.md in this folder."""
