"""Meaning, evidence, tolerance and remedy of each code, for `explain` and docs/codes.md."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_dog.causes.catalogue import CODES
from kubectl_dog.causes.catalogue import Code
from kubectl_dog.causes.code_docs_controllers import CONTROLLER_DOCS
from kubectl_dog.causes.code_docs_pods import POD_DOCS
from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.text_format import ordinal
from kubectl_dog.model.times import format_duration

_HEALTHY = 'longer if other pods of the revision are healthy'
# By family; see tolerances.py.
_EXTENSIONS = {
    'container start': f'{_HEALTHY}, or while another target of the call is not ready',
    'probes': _HEALTHY,
    'infrastructure': _HEALTHY,
}
CODE_DOCS = {**POD_DOCS, **CONTROLLER_DOCS}


class CodeEntry(NamedTuple):
    """Everything about a code, as texts; `evidence` and `remedy` are in Markdown.

    - `tolerance`: how long, or for how many terminations, a cause may be active.
    - `is_informational`: the cause explains a failure, but never causes one.
    - `flags`: values of `--tolerate` with their meaning.
    """

    code: str
    family: str
    meaning: str
    evidence: str
    tolerance: str
    is_informational: bool
    remedy: str
    flags: tuple[tuple[str, str], ...]


def codes_by_family() -> list[Code]:
    """Return all codes, sorted by their families in the order of the catalogue."""
    families = list(dict.fromkeys(code.family for code in CODES.values()))
    return sorted(CODES.values(), key=lambda code: families.index(code.family))


def describe_code(code: Code) -> CodeEntry:
    """Return everything about a code."""
    doc = CODE_DOCS[code.name]
    return CodeEntry(
        code.name,
        code.family,
        doc.meaning,
        doc.evidence,
        _tolerance(code),
        code.tolerance.is_informational,
        doc.remedy,
        () if code.tolerance.is_informational else _flags(code),
    )


def _tolerance(code: Code) -> str:
    extension = '' if code.tolerance.is_informational else _EXTENSIONS.get(code.family, '')
    return describe_tolerance(code) + (f'; {extension}' if extension else '')


def describe_tolerance(code: Code) -> str:
    """Return the default tolerance of a code in words."""
    tolerance = code.tolerance
    if tolerance.is_informational:
        return 'explains a failure, but never causes one'
    if tolerance.terminations is None:
        seconds = tolerance.seconds
        return format_duration(seconds) if seconds else 'none: the target has failed'
    least = tolerance.min_seconds
    span = f', and at least {format_duration(least)} after the first' if least else ''
    return f'{ordinal(tolerance.terminations)} termination{span}'


def _flags(code: Code) -> tuple[tuple[str, str], ...]:
    """Return values of `--tolerate` for a code, with their meaning."""
    flags = [(f'{code.name}=5m', 'fails after 5m')]
    if code.tolerance.terminations is not None:
        flags.insert(0, (f'{code.name}=5', 'fails at the 5th termination'))
    flags.append((f'{code.name}=always', 'never fails'))
    flags.append((f'{code.name}=never', 'fails at once'))
    return tuple(flags)


def find_code(word: str) -> Code | None:
    """Return the code with this name, in any case."""
    return next((code for name, code in CODES.items() if name.lower() == word.lower()), None)


def similar_codes(word: str) -> list[str]:
    """Return codes whose evidence names this word, or whose name begins with it or is similar."""
    by_lower = {name.lower(): name for name in CODES}
    similar = [by_lower[name] for name in similar_names(word.lower(), list(by_lower))]
    mark = f'`{word.lower()}`'
    named = [name for name, doc in CODE_DOCS.items() if mark in doc.evidence.lower()]
    longer = [name for lower, name in by_lower.items() if word and lower.startswith(word.lower())]
    return list(dict.fromkeys([*named, *longer, *similar]))[:5]
