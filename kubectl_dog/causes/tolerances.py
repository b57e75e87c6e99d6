"""What the user tolerates: `CODE=DURATION|COUNT|always|never`, and how many pods may fail.

`CODE/SUBJECT` is for one of what a cause is about, mostly a container: `CrashLoop/sidecar=always`.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_dog.causes.catalogue import BASELINE_RESTARTS
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.causes.catalogue import tolerance_of
from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.times import parse_duration

ALWAYS = Tolerance()
_WORDS = {'always': ALWAYS, 'never': Tolerance(seconds=0.0, terminations=1)}
_COUNT = lazy_compile(r'[0-9]{1,4}')
_SHARE = lazy_compile(r'([0-9]{1,6})(%?)')


# How similar a word is to a code that it is meant to be: a letter or two are wrong. Codes of
# packages resemble ours by whole words (`IssuerMissing`).
_SAME = 0.85


class PodShare(NamedTuple):
    """A number of pods, or, where `is_percent`, so many of a hundred of them."""

    value: int = 0
    is_percent: bool = False

    def of(self, pods: int) -> int:
        """How many that is of so many pods, rounded down."""
        return pods * self.value // 100 if self.is_percent else self.value


def parse_tolerance(told: str, codes: Collection[str] = ()) -> tuple[str, Tolerance]:
    """What is tolerated (a code, or `CODE/SUBJECT`) and its tolerance; raises UserError.

    `codes` are those that are known beside the catalogue. A count is the number of the end that
    fails the target, as in the table of codes.
    """
    what, is_told, value = (one.strip() for one in told.partition('='))
    code = _code(told)
    if code not in CODES and code not in codes:
        raise UserError(_unknown(code, (*CODES, *codes)))
    if value in _WORDS:
        return what, _WORDS[value]
    if not is_told or not value:
        raise UserError(f'{told!r} does not say how much: write {what}=5m, or always, or never')
    if not _COUNT.fullmatch(value):
        return what, Tolerance(seconds=parse_duration(value))
    if code_of(code).tolerance.terminations is None:
        raise UserError(f'{code} is not counted: write {what}={value}s, or always, or never')
    if int(value) < 1:
        raise UserError(f'{told!r} cannot be: the first end is the 1st; write {what}=never')
    return what, Tolerance(terminations=int(value))


def parse_unchecked_tolerance(told: str) -> tuple[str, Tolerance]:
    """The same, before it is known which codes the trackers have: any that looks like a code, and
    not like one that is misspelt.
    """
    code = _code(told)
    is_word = code not in CODES and code.isalnum() and code[:1].isupper()
    misspelt = similar_names(code, list(CODES), similarity=_SAME)
    what, _, value = (one.strip() for one in told.partition('='))
    if is_word and not misspelt and _COUNT.fullmatch(value):
        # Whether there is such a code is to be told before that it is not counted.
        return what, Tolerance(terminations=int(value))
    return parse_tolerance(told, (code,) if is_word and not misspelt else ())


def check_codes(texts: Iterable[str], codes: Collection[str]) -> None:
    """Raise UserError where one tolerates a code that nobody has; `codes` as in `parse`."""
    for told in texts:
        parse_tolerance(told, codes)


def _code(told: str) -> str:
    return told.partition('=')[0].partition('/')[0].strip()


def _unknown(code: str, known: Sequence[str]) -> str:
    similar = similar_names(code, known)
    hint = f': did you mean {similar[0]}?' if similar else ''
    return f'no cause has the code {code!r}{hint}'


def parse_pod_share(told: str) -> PodShare:
    """`2` or `20%`; nothing told means no pod. Raises UserError."""
    match = _SHARE.fullmatch(told.strip() or '0')
    if not match or (match[2] and int(match[1]) > 100):
        raise UserError(f'{told!r} is not a number of pods: write it like 2 or 20%')
    return PodShare(int(match[1]), bool(match[2]))


def apply_overrides(causes: Iterable[Cause], told: Mapping[str, Tolerance]) -> tuple[Cause, ...]:
    """The causes with the tolerances that the user told: those for a subject go first."""
    return tuple(cause._replace(tolerance_override=_told(cause, told)) for cause in causes)


def _told(cause: Cause, told: Mapping[str, Tolerance]) -> Tolerance | None:
    allowed = told.get(f'{cause.code}/{cause.subject}', told.get(cause.code))
    if allowed is None or allowed.terminations is None or allowed.seconds is not None:
        return allowed
    if cause.tolerance_seconds is None:
        return allowed
    # In a long back-off the next end may be minutes away: standing counts, too.
    return allowed._replace(
        seconds=cause.tolerance_seconds * max(1.0, allowed.terminations / BASELINE_RESTARTS)
    )


def excuse_allowed_failures(causes: tuple[Cause, ...], pods: int) -> tuple[Cause, ...]:
    """The causes, where what only so many pods suffer from decides nothing."""
    serious = [cause for cause in causes if cause.pods and not tolerance_of(cause).is_informational]
    if not serious or len({pod for cause in serious for pod in cause.pods}) > pods:
        return causes
    return tuple(
        cause._replace(tolerance_override=ALWAYS) if cause in serious else cause for cause in causes
    )
