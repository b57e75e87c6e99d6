"""Compare single values of a manifest and of the API server, which stores them in another form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kubectl_dog.model.images import may_be_rewritten

# Fields whose values are any text: `1` and `1.0`, or `1k` and `1000`, are different ones.
_TEXT_MAPS = (
    *('labels', 'annotations', 'data', 'binaryData', 'stringData', 'matchLabels'),
    *('nodeSelector', 'parameters', 'selector'),
)
_TEXT_LISTS = ('command', 'args')
_NAMED_TEXTS = ('env', 'httpHeaders')
# Fields whose values are quantities, and mappings of names to quantities.
_QUANTITIES = ('sizeLimit', 'divisor', 'averageValue')
_QUANTITY_MAPS = (
    *('limits', 'requests', 'capacity', 'hard', 'default', 'defaultRequest', 'max', 'min'),
    *('maxLimitRequestRatio', 'podFixed'),
)
# Fields in which 0 stands for a default or for a number that the server chooses.
_CHOSEN_IF_ZERO = (
    *('nodePort', 'hostPort', 'healthCheckNodePort', 'targetPort', 'periodSeconds'),
    *('timeoutSeconds', 'successThreshold', 'failureThreshold'),
)
_QUANTITY = re.compile(
    r'([+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?)'
    r'(n|u|m|k|Ki|[MGTPE]i?)?'
)
_DECIMAL = {'n': -9, 'u': -6, 'm': -3, 'k': 3, 'M': 6, 'G': 9, 'T': 12, 'P': 15, 'E': 18}
_BINARY = {'Ki': 1, 'Mi': 2, 'Gi': 3, 'Ti': 4, 'Pi': 5, 'Ei': 6}
_DURATION = re.compile(r'(?:[0-9]{1,18}(?:\.[0-9]{1,9})?(?:ns|us|ms|s|m|h)){1,20}')
_DURATION_PART = re.compile(r'([0-9.]{1,29})(ns|us|ms|s|m|h)')
_SECONDS = {
    'ns': Decimal('1e-9'),
    'us': Decimal('1e-6'),
    'ms': Decimal('1e-3'),
    's': Decimal(1),
    'm': Decimal(60),
    'h': Decimal(3600),
}
# Texts that a program replaces before the file is applied.
_PLACEHOLDER = re.compile(r'\$\{?[A-Za-z_]|\{\{|<[A-Za-z_ -]+>')
_IMAGE = re.compile(r'[A-Za-z0-9][A-Za-z0-9._:/@-]*')


def is_blank(value: Any) -> bool:
    """Return whether a value of a manifest is the same as no value, where the field is optional."""
    if isinstance(value, dict):
        return all(map(is_blank, value.values()))
    return value is None or value in ('', 0, False, [])


def is_text_entry(names: Sequence[str]) -> bool:
    """Return whether the field is an entry of a mapping of texts, where an empty one is a value."""
    return any(name in _TEXT_MAPS for name in names[-2:-1])


def is_text(names: Sequence[str]) -> bool:
    """Return whether the field at this path may hold any text; `names` are without list keys."""
    return (
        names[-1] in _TEXT_LISTS
        or is_text_entry(names)
        or (names[-1] == 'value' and any(name in _NAMED_TEXTS for name in names[-2:-1]))
    )


def is_same(names: Sequence[str], wanted: Any, live: Any) -> bool:
    """Return whether the server may store the value of a manifest as `live`, which is not None.

    Both are texts, numbers or booleans; `names` is the path of the field.
    """
    if isinstance(wanted, bool) or isinstance(live, bool):
        return str(wanted).lower() == str(live).lower()
    if wanted == live or str(wanted) == str(live):
        return True
    if isinstance(wanted, str) and _PLACEHOLDER.search(wanted):
        return True
    if is_text(names):
        # Files may wrap texts in base64.
        is_wrapped = 'binaryData' in names[-2:-1]
        return is_wrapped and ''.join(str(wanted).split()) == ''.join(str(live).split())
    if names[-1] == 'image':
        image = str(wanted)
        return not _IMAGE.fullmatch(image) or may_be_rewritten(image, str(live))
    is_chosen = wanted == '' or (wanted == 0 and names[-1] in _CHOSEN_IF_ZERO)
    return is_chosen or _is_same_number(names, wanted, live)


def _is_same_number(names: Sequence[str], wanted: Any, live: Any) -> bool:
    texts = str(wanted), str(live)
    is_known = names[-1] in _QUANTITIES or any(name in _QUANTITY_MAPS for name in names[-2:-1])
    # A version such as 1.10 is no number.
    has_unit = not all(isinstance(value, str) and _is_plain(value) for value in (wanted, live))
    if is_known or has_unit:
        amounts = tuple(map(quantity, texts))
        if amounts[0] is not None and amounts[0] == amounts[1]:
            return True
    spans = tuple(map(_duration, texts))
    return spans[0] is not None and spans[0] == spans[1]


def _is_plain(text: str) -> bool:
    return not text[-1:].isalpha()


def quantity(text: str) -> Decimal | None:
    """Return a quantity such as `500m` or `1Gi` as a number; None if the text is none."""
    match = _QUANTITY.fullmatch(text)
    if not match:
        return None
    number, unit = match[1], match[2] or ''
    amount = Decimal(number)
    if unit in _BINARY:
        return amount * Decimal(1024 ** _BINARY[unit])
    return amount.scaleb(_DECIMAL.get(unit, 0))


def _duration(text: str) -> Decimal | None:
    """Return a duration of Go, such as `1h30m`, in seconds; None if the text is none."""
    if not _DURATION.fullmatch(text):
        return None
    parts = _DURATION_PART.findall(text)
    return sum((Decimal(number) * _SECONDS[unit] for number, unit in parts), Decimal(0))
