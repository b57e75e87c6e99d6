"""Type of the documentation of a code of a cause."""

from __future__ import annotations

from typing import NamedTuple


class CodeDoc(NamedTuple):
    """The documentation of a code; `evidence` and `remedy` are in Markdown.

    - `meaning`: the cause as a short fragment.
    - `evidence`: how the cause is recognized in the cluster.
    - `remedy`: what to do.
    """

    meaning: str
    evidence: str
    remedy: str
