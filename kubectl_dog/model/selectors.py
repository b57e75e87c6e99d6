"""Parse and match label selectors in the syntax of kubectl: `app=web,tier in (a, b),!canary`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple

_WORD = r'[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?'
_KEY = rf'(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?{_WORD}'
_TERM = lazy_compile(
    rf'\s*(?:!\s*(?P<absent>{_KEY})'
    rf'|(?P<key>{_KEY})(?:\s*(?P<sign>==?|!=|<|>)(?:\s*(?P<value>{_WORD}))?'
    rf'|\s+(?P<word>in|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,(?!\s*$)|$)'
)
_VALUE = lazy_compile(rf'(?:{_WORD})?')


class Term(NamedTuple):
    """A requirement for a label; `operator` is =, !=, <, >, in, notin, exists or !."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


def parse(text: str) -> tuple[Term, ...]:
    """Parse a selector to its terms, which must all hold; no terms select everything.

    Raises UserError with the part that is invalid.
    """
    terms, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TERM.match(text, position)
        term = _term(match) if match else None
        if match is None or term is None:
            raise UserError(
                f'invalid selector {text!r} at {text[position:].strip()!r}: use '
                'KEY=VALUE, KEY!=VALUE, KEY in (A,B), KEY notin (A,B), KEY or !KEY'
            )
        terms.append(term)
        position = match.end()
    return tuple(terms)


def _term(match: re.Match[str]) -> Term | None:
    if match['absent']:
        return Term(match['absent'], '!')
    value = match['value'] or ''
    if match['sign'] in ('<', '>'):
        is_number = re.fullmatch('[0-9]+', value)
        return Term(match['key'], match['sign'], (value,)) if is_number else None
    if match['sign']:
        return Term(match['key'], '!=' if match['sign'] == '!=' else '=', (value,))
    if match['word']:
        values = tuple(value.strip() for value in match['values'].split(','))
        are_valid = all(map(_VALUE.fullmatch, values))
        return Term(match['key'], match['word'], values) if are_valid else None
    return Term(match['key'], 'exists')


def matches(terms: tuple[Term, ...], labels: Mapping[str, object]) -> bool:
    """Return whether labels meet every term, by the rules of the API server."""
    return all(_holds(term, labels.get(term.key)) for term in terms)


def _holds(term: Term, value: object) -> bool:
    if term.operator in ('!', 'exists'):
        return (value is None) is (term.operator == '!')
    if term.operator in ('!=', 'notin'):
        return value not in term.values
    if term.operator in ('=', 'in'):
        return value in term.values
    number = str(value)
    if not re.fullmatch('[0-9]{1,18}', number):
        return False
    bound = int(term.values[0][:18])
    return int(number) > bound if term.operator == '>' else int(number) < bound
