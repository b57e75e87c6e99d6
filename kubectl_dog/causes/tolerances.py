"""Overrides of tolerances: parse --tolerate and --allow-failures, and write them into causes.

`--tolerate` takes `CODE=DURATION|COUNT|always|never`. The defaults are in the catalogue.
`CODE/SUBJECT` limits it to one subject, mostly a container: `CrashLoop/sidecar=always`.
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


# A word of this similarity to a code is a misspelling: one or two letters differ. Codes of packages
# share only whole words with ours (`IssuerMissing`).
_MISSPELLING = 0.85


class PodShare(NamedTuple):
    """A number of pods, or a percentage of the pods if `is_percent`."""

    value: int = 0
    is_percent: bool = False

    def of(self, pods: int) -> int:
        """The number of pods that this is of a total of `pods`, rounded down."""
        return pods * self.value // 100 if self.is_percent else self.value


def parse_tolerance(text: str, codes: Collection[str] = ()) -> tuple[str, Tolerance]:
    """Parse `CODE=VALUE` to the code, or `CODE/SUBJECT`, and its tolerance; raises UserError.

    codes: known codes beside those of the catalogue. A count is the number of the termination that
    fails the target, as in the table of codes.
    """
    scope, separator, value = (part.strip() for part in text.partition('='))
    code = _code_name(text)
    if code not in CODES and code not in codes:
        raise UserError(_unknown_code(code, (*CODES, *codes)))
    if value in _WORDS:
        return scope, _WORDS[value]
    if not separator or not value:
        raise UserError(f'{text!r} does not say how much: write {scope}=5m, or always, or never')
    if not _COUNT.fullmatch(value):
        return scope, Tolerance(seconds=parse_duration(value))
    if code_of(code).tolerance.terminations is None:
        raise UserError(f'{code} is not counted: write {scope}={value}s, or always, or never')
    if int(value) < 1:
        raise UserError(f'{text!r} cannot be: the first end is the 1st; write {scope}=never')
    return scope, Tolerance(terminations=int(value))


def parse_unchecked_tolerance(text: str) -> tuple[str, Tolerance]:
    """Parse `CODE=VALUE` before the codes of the trackers are known; raises UserError.

    Accepts any word that looks like a code, unless it is similar to a code of the catalogue.
    """
    code = _code_name(text)
    is_word = code not in CODES and code.isalnum() and code[:1].isupper()
    misspelt = similar_names(code, list(CODES), similarity=_MISSPELLING)
    scope, _, value = (part.strip() for part in text.partition('='))
    if is_word and not misspelt and _COUNT.fullmatch(value):
        # `check_codes` reports an unknown code first: that a code is not counted comes after.
        return scope, Tolerance(terminations=int(value))
    return parse_tolerance(text, (code,) if is_word and not misspelt else ())


def check_codes(texts: Iterable[str], codes: Collection[str]) -> None:
    """Raise UserError for a code that nothing reports; `codes` as for `parse_tolerance`."""
    for text in texts:
        parse_tolerance(text, codes)


def _code_name(text: str) -> str:
    return text.partition('=')[0].partition('/')[0].strip()


def _unknown_code(code: str, known: Sequence[str]) -> str:
    similar = similar_names(code, known)
    hint = f': did you mean {similar[0]}?' if similar else ''
    return f'no cause has the code {code!r}{hint}'


def parse_pod_share(text: str) -> PodShare:
    """Parse `2` or `20%`; an empty text means no pod. Raises UserError."""
    match = _SHARE.fullmatch(text.strip() or '0')
    if not match or (match[2] and int(match[1]) > 100):
        raise UserError(f'{text!r} is not a number of pods: write it like 2 or 20%')
    return PodShare(int(match[1]), bool(match[2]))


def apply_overrides(
    causes: Iterable[Cause], tolerances: Mapping[str, Tolerance]
) -> tuple[Cause, ...]:
    """The causes with the user's tolerances; `CODE/SUBJECT` takes precedence over `CODE`."""
    return tuple(
        cause._replace(tolerance_override=_override(cause, tolerances)) for cause in causes
    )


def _override(cause: Cause, tolerances: Mapping[str, Tolerance]) -> Tolerance | None:
    tolerance = tolerances.get(f'{cause.code}/{cause.subject}', tolerances.get(cause.code))
    if tolerance is None or tolerance.terminations is None or tolerance.seconds is not None:
        return tolerance
    if cause.tolerance_seconds is None:
        return tolerance
    # In a long back-off the next termination may be minutes away: the time counts, too.
    return tolerance._replace(
        seconds=cause.tolerance_seconds * max(1.0, tolerance.terminations / BASELINE_RESTARTS)
    )


def excuse_allowed_failures(causes: tuple[Cause, ...], pods: int) -> tuple[Cause, ...]:
    """The causes, all tolerated if at most `pods` pods have any that is not informational."""
    serious = [cause for cause in causes if cause.pods and not tolerance_of(cause).is_informational]
    if not serious or len({pod for cause in serious for pod in cause.pods}) > pods:
        return causes
    return tuple(
        cause._replace(tolerance_override=ALWAYS) if cause in serious else cause for cause in causes
    )
