"""Write the table of expected endings anew: python -m tests.unit.corpus

Do this only when a change of verdicts, causes or exit codes is intended, and review the diff.
"""

from __future__ import annotations

from . import corpus

corpus.write(ending for name in corpus.names() for ending in corpus.endings(name))
