"""Tolerances: from the texts of the user to the tolerance that applies to a cause.

1. `parse_tolerance` reads one text of `--tolerate`, of an annotation or of a multitrack spec:
   `CODE=DURATION|COUNT|always|never`. `CODE/SUBJECT` limits it to one subject, mostly a container:
   `CrashLoop/sidecar=always`. `spec_tolerances` writes the fields of a spec as such texts.
2. `merge_tolerances` makes a table of all texts; later texts override earlier ones.
3. `ToleranceTable.override` writes the tolerances of the table into the causes of a target.
4. `tolerance_of` returns the tolerance that applies to a cause, `source_of` where it comes from.

The default tolerances are in the catalogue.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from enum import Enum

from kubectl_dog.causes.catalogue import BASELINE_RESTARTS
from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import INFORMATIONAL
from kubectl_dog.causes.catalogue import Code
from kubectl_dog.causes.catalogue import code_of
from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.times import parse_duration

ALWAYS = Tolerance()
_WORDS = {'always': ALWAYS, 'never': Tolerance(seconds=0.0, terminations=1)}
_COUNT = lazy_compile(r'[0-9]{1,4}')
_MAX_COUNT = 9999
_SHARE = lazy_compile(r'([0-9]{1,6})(%?)')

# A word of this similarity to a code is a misspelling: one or two letters differ. Codes of packages
# share only whole words with ours (`IssuerMissing`).
_MISSPELLING = 0.85

# A missing ConfigMap or Secret in a volume is retried less often than one in the environment.
_IN_VOLUME = Tolerance(35)

# Families whose causes may come from one bad node: their tolerance is larger if other pods prove
# that the revision works, and if the rollout can continue without the failing pods.
_ONE_BAD_NODE = ('container start', 'probes', 'infrastructure')
SOME_PODS_FACTOR = 3.0

# Containers that crash until another target of the same call, such as a database, is ready.
_WAITS_BY_CRASHING = 'container start'

# Terminations that are tolerated beyond the default in both cases.
EXTRA_TERMINATIONS = 2

# Factor for the tolerance of a recovering cause: the kubelet needs one more of its rounds to see
# that the missing object exists.
RECOVERING_FACTOR = 2.0

# In a multitrack spec, a count is for families of causes in which a container terminates.
_COUNTED_FAMILIES = ('container start', 'probes')

# Families of causes that fail at once in kubedog if no failure is allowed.
_IMMEDIATE_FAMILIES = ('image', 'creation', 'condition')

# The causes of this family are final, so that no time applies to them.
_JOB_FAMILY = 'job'


def parse_tolerance(text: str, codes: Collection[str] | None = None) -> tuple[str, Tolerance]:
    """Parse `CODE=VALUE` to the code, or `CODE/SUBJECT`, and its tolerance; raises UserError.

    A count is the number of the termination that fails the target, as in the table of codes.

    codes: codes of trackers beside those of the catalogue. If they are not known yet (None), any
    word that looks like a code is accepted, unless it is similar to a code of the catalogue.
    """
    scope, _, value = (part.strip() for part in text.partition('='))
    code = scope.partition('/')[0].strip()
    is_unchecked = code not in CODES and codes is None and _may_be_code(code)
    if code not in CODES and code not in (codes or ()) and not is_unchecked:
        raise UserError(_unknown_code(code, (*CODES, *(codes or ()))))
    if value in _WORDS:
        return scope, _WORDS[value]
    if not value:
        raise UserError(f'{text!r} has no value: use {scope}=5m, {scope}=always or {scope}=never')
    if not _COUNT.fullmatch(value):
        return scope, Tolerance(seconds=parse_duration(value))
    # An unknown code is reported first, once the codes are known; that it has no count comes after.
    if code_of(code).tolerance.terminations is None and not is_unchecked:
        raise UserError(f'{code} has no count: use {scope}={value}s or {scope}=always')
    if int(value) < 1:
        raise UserError(f'{text!r}: terminations are counted from 1; use {scope}=never')
    return scope, Tolerance(terminations=int(value))


def _may_be_code(word: str) -> bool:
    """Return whether a tracker may have a code of this name."""
    is_word = word.isalnum() and word[:1].isupper()
    return is_word and not similar_names(word, list(CODES), similarity=_MISSPELLING)


def _unknown_code(code: str, known: Sequence[str]) -> str:
    similar = similar_names(code, known)
    hint = f': did you mean {similar[0]}?' if similar else ''
    return f'no cause has the code {code!r}{hint}'


def check_codes(texts: Iterable[str], codes: Collection[str]) -> None:
    """Raise UserError for a code that nothing reports; `codes` as for `parse_tolerance`."""
    for text in texts:
        parse_tolerance(text, codes)


def spec_tolerances(allowed_failures: int | None, seconds: int | None) -> Iterator[str]:
    """Yield the tolerances of a multitrack spec as texts of `--tolerate`.

    allowed_failures, seconds: its fields AllowFailuresCount and FailureThresholdSeconds. A time of
    0 seconds, kubedog's default, means no limit of the spec.
    """
    for code in CODES.values():
        value = _spec_value(code, allowed_failures, seconds)
        if value:
            yield f'{code.name}={value}'


def _spec_value(code: Code, allowed_failures: int | None, seconds: int | None) -> str:
    """Return the value for one code; empty if the spec has none. A count replaces a time."""
    if code.family in _COUNTED_FAMILIES and code.tolerance.terminations:
        if allowed_failures is not None:
            return str(allowed_failures + 1) if allowed_failures < _MAX_COUNT else 'always'
        return f'{seconds}s' if seconds else ''
    if code.tolerance.seconds is None or code.family == _JOB_FAMILY:
        return ''
    if seconds:
        return f'{seconds}s'
    return 'never' if allowed_failures == 0 and code.family in _IMMEDIATE_FAMILIES else ''


class PodShare(NamedTuple):
    """A number of pods, or a percentage of the pods if `is_percent`."""

    value: int = 0
    is_percent: bool = False

    def of(self, pods: int) -> int:
        """Return the number of pods for a total of `pods`, rounded down."""
        return pods * self.value // 100 if self.is_percent else self.value


def parse_pod_share(text: str) -> PodShare:
    """Parse `2` or `20%`; an empty text means no pod. Raises UserError."""
    match = _SHARE.fullmatch(text.strip() or '0')
    if not match or (match[2] and int(match[1]) > 100):
        raise UserError(f'{text!r} is not a number of pods: use a number or a percentage, 2 or 20%')
    return PodShare(int(match[1]), bool(match[2]))


class ToleranceTable(NamedTuple):
    """The user's tolerances by `CODE` or `CODE/SUBJECT`, and the pods that may fail."""

    by_scope: Mapping[str, Tolerance]
    allowed_failures: PodShare = PodShare()

    def override(self, causes: Iterable[Cause], pods: int) -> tuple[Cause, ...]:
        """Return the causes with these tolerances; `pods` is the number of pods of the target."""
        overridden = tuple(
            cause._replace(tolerance_override=self._tolerance(cause)) for cause in causes
        )
        return _excuse(overridden, self.allowed_failures.of(pods))

    def _tolerance(self, cause: Cause) -> Tolerance | None:
        """Return the tolerance of the user for a cause; None if there is none."""
        by_code = self.by_scope.get(cause.code)
        tolerance = self.by_scope.get(f'{cause.code}/{cause.subject}', by_code)
        if tolerance is None or tolerance.terminations is None or tolerance.seconds is not None:
            return tolerance
        if cause.tolerance_seconds is None:
            return tolerance
        # In a long back-off the next termination may be minutes away: the time counts, too.
        factor = max(1.0, tolerance.terminations / BASELINE_RESTARTS)
        return tolerance._replace(seconds=cause.tolerance_seconds * factor)


def merge_tolerances(texts: Iterable[str], allow_failures: str = '') -> ToleranceTable:
    """Parse all texts into a table; later ones override earlier ones. Raises UserError."""
    return ToleranceTable(dict(map(parse_tolerance, texts)), parse_pod_share(allow_failures))


def _excuse(causes: tuple[Cause, ...], pods: int) -> tuple[Cause, ...]:
    """Return the causes; tolerate them all if they affect at most `pods` pods."""
    serious = [cause for cause in causes if cause.pods and not tolerance_of(cause).is_informational]
    if not serious or len({pod for cause in serious for pod in cause.pods}) > pods:
        return causes
    return tuple(
        cause._replace(tolerance_override=ALWAYS) if cause in serious else cause for cause in causes
    )


class Source(Enum):
    """The origin of a tolerance: the catalogue, an extension of it, or the user."""

    DEFAULT = 'default'
    OTHER_PODS = 'other pods are healthy'
    OTHER_TARGET = 'another target is progressing'
    USER = 'user'


def source_of(cause: Cause) -> Source:
    """Return the origin of the tolerance that applies to a cause."""
    family = code_of(cause.code).family
    if cause.tolerance_override is not None:
        return Source.USER
    if cause.affects_some_pods and family in _ONE_BAD_NODE and not cause.tolerance_terminations:
        return Source.OTHER_PODS
    if cause.may_await_other_target and family == _WAITS_BY_CRASHING:
        return Source.OTHER_TARGET
    return Source.DEFAULT


def tolerance_of(cause: Cause) -> Tolerance:
    """Return the tolerance that applies to a cause, with all overrides and extensions."""
    if cause.tolerance_override is not None:
        return cause.tolerance_override
    if cause.informational:
        return INFORMATIONAL
    tolerance, source = _base_tolerance(cause), source_of(cause)
    seconds, terminations = tolerance.seconds, tolerance.terminations
    if seconds is not None:
        seconds *= SOME_PODS_FACTOR if source is Source.OTHER_PODS else 1.0
        seconds *= RECOVERING_FACTOR if cause.recovering else 1.0
    if terminations is not None and source is not Source.DEFAULT:
        terminations += EXTRA_TERMINATIONS
    return tolerance._replace(seconds=seconds, terminations=terminations)


def _base_tolerance(cause: Cause) -> Tolerance:
    """Return the tolerance before any extension."""
    code = code_of(cause.code)
    if cause.tolerance_seconds is not None:
        return code.tolerance._replace(seconds=cause.tolerance_seconds)
    if cause.tolerance_terminations is not None:
        return code.tolerance._replace(terminations=cause.tolerance_terminations)
    if code.family == 'configuration' and cause.subject.startswith('volume/'):
        return _IN_VOLUME
    return code.tolerance
