"""What Python programs call; the names are in `kubectl_dog`, and the page is docs/library.md."""

from __future__ import annotations

import logging

# Who has set up no logging is told nothing, rather than the warnings alone.
logging.getLogger('kubectl_dog').addHandler(logging.NullHandler())
