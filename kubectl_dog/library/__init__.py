"""Python library; its public names are in `kubectl_dog`, and docs/library.md describes them."""

from __future__ import annotations

import logging

# A program that has set up no logging prints nothing. Without this it would print the warnings.
logging.getLogger('kubectl_dog').addHandler(logging.NullHandler())
