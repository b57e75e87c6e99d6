"""Mutate bytes and JSON values, with a generator of random numbers that the caller seeds."""

from __future__ import annotations

import copy
import json

# Parts of texts that have been, or could be, read wrongly.
TOKENS = (
    b'\x00', b'\xff', b'\xed\xa0\x80', b'\xef\xbb\xbf', b'\r\n', b'\t', b'\n---\n', b'\n...\n',
    b'&a ', b'*a', b'<<: ', b'<<: *a', b'!!binary ', b'!!int ', b'!!timestamp ', b'? ', b'- ',
    b': ', b'|\n', b'{', b'}', b'[', b']', b'"', b"'", b',', b'#', b'%', b'%%%', b'$', b'\\u0000',
    b'\\ud800', b'null', b'true', b'~', b'.inf', b'.nan', b'NaN', b'Infinity', b'-0', b'1e400',
    b'1e-400', b'0x1f', b'1_000', b'9' * 400, b'1' + b'0' * 5000, b'2026-02-30', b'kind: List\n',
    b'99999-01-01T00:00:00Z', b'9999-12-31T23:59:59Z', b'0000-01-01T00:00:00Z', b'[' * 300,
    b'{"a":' * 300, b'- ' * 300, '\u202e'.encode(), '\u200b'.encode(), '１２'.encode(),
    '²'.encode(), b'\x1b[31m', b'##[error]x', b'::error::x', b'${x}', b'..', b'/../', b'%00',
)  # fmt: skip
VALUES = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63) - 1, 10**39, 10**400, 0.5, -0.0, 1e308,
    1e-300, '', 'x', 'x' * 5000, '\x00', '\u202e', '\ud800', '9' * 400, '-1', '1e9', '١٢', '１２',
    '²', '%%%', '100%', '-5%', '2026-02-30T00:00:00Z', '9999-12-31T23:59:59.999999999Z',
    '0001-01-01T00:00:00+23:59', '99999-01-01T00:00:00Z', '0000-00-00T00:00:00Z', 'True', 'null',
    '\x1b[2J', '##[error]x', '\n::error::x', '*', '/' * 2000, '(' * 50, '(a+)+$', '[', 'a.b.c',
    [], [None], [[]], ['x'] * 300, [1, 'a', None], {}, {'': ''}, {'a': {'b': [{}]}}, {'x': 1e300},
    {f'k{number}': number for number in range(300)},
)  # fmt: skip
_LONGEST = 1 << 20


def nested(levels):
    value = 'x'
    for level in range(levels):
        value = {'a': value} if level % 2 else [value]
    return value


def mutated_bytes(rng, data, other):
    """The data after a few random changes; `other` is another input of the same kind."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        begin = rng.randrange(len(data) + 1)
        end = min(len(data), begin + rng.choice((0, 1, 4, 40, 400)))
        first = rng.randrange(len(other) + 1)
        new = rng.choice(
            (
                b'',
                bytes([rng.randrange(256)]),
                rng.choice(TOKENS),
                rng.choice(TOKENS),
                data[begin:end] * rng.choice((2, 3, 100)),
                other[first : first + rng.choice((4, 40, 400))],
            )
        )
        data = (data[:begin] + new + data[end:])[:_LONGEST]
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.05 else data


def _places(value, path=()):
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from _places(inner, (*path, key))


def mutated_value(rng, value):
    """A copy of a JSON value with a few random changes."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 2, 5))):
        places = list(_places(value)) if isinstance(value, (dict, list)) else []
        if not places:
            return value
        *path, key = rng.choice(places)
        holder = value
        for step in path:
            holder = holder[step]
        _change(rng, holder, key)
    return value


def _change(rng, holder, key):
    action = rng.randrange(6)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, dict):
        holder[rng.choice(('', 'x', 'name', 'status', '\x00', 'items'))] = holder.pop(key)
    elif action == 2 and isinstance(holder, list):
        holder += [copy.deepcopy(holder[key]) for _ in range(rng.choice((1, 3)))]
    elif action == 3:
        holder[key] = [holder[key]]
    elif action == 4 and rng.random() < 0.2:
        holder[key] = nested(rng.choice((50, 190)))
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))


def mutated_json(rng, text):
    """A JSON text with a changed value."""
    return json.dumps(mutated_value(rng, json.loads(text))).encode()


def mutated_lines(rng, data, other):
    """Lines of JSON, of which a few are changed, removed, repeated or swapped."""
    lines = data.splitlines()
    for _ in range(rng.choice((1, 2, 5))):
        index = rng.randrange(len(lines))
        action = rng.randrange(8)
        if action == 0 and len(lines) > 1:
            del lines[index]
        elif action == 1:
            lines.insert(rng.randrange(len(lines) + 1), lines[index])
        elif action == 2:
            lines[index] = mutated_bytes(rng, lines[index], other)
        else:
            # The first line has the options.
            index = 0 if rng.random() < 0.3 else index
            try:
                lines[index] = mutated_json(rng, lines[index])
            except ValueError:
                continue
    return b'\n'.join(lines) + b'\n'
