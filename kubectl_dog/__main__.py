"""Entry point of `python -m kubectl_dog`."""

from __future__ import annotations

import sys

from kubectl_dog.entry import main

if __name__ == '__main__':
    sys.exit(main())
