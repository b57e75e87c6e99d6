"""What the status of an application says about revisions, in the same form for all kinds."""

from __future__ import annotations

from typing import NamedTuple


class RevisionFacts(NamedTuple):
    """The revisions in the status of an application; one revision may have several names.

    - `applied`: of the last success.
    - `attempted`: of the last attempt.
    - `recorded`: of earlier attempts, in their order.
    - `newest`: the revisions known at this moment, in the order in which they became known.
    - `source`: the source from which it is applied, as text to compare.
    - `has_failed`: the last attempt has failed, and `reason` and `message` are its own. Otherwise
      they describe why there is no newer attempt, as far as that is known.
    - `is_complete`: the status is that of the last attempt. Flux writes conditions before the rest.
    - `has_inventory`: the objects of the last attempt are applied and recorded.
    """

    applied: tuple[str, ...] = ()
    attempted: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    newest: tuple[str, ...] = ()
    source: str = ''
    has_failed: bool = False
    reason: str = ''
    message: str = ''
    has_inventory: bool = False
    is_complete: bool = True
