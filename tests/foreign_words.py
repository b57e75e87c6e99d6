"""A pytest plugin that replaces the messages of libraries: tests must not depend on them.

    python -m pytest -p tests.foreign_words tests/unit

Values keep their place in a message: `not valid: 'x'` becomes `zq zq: 'x'`. A test that fails
only with this plugin would fail one day with a newer version of the library, or of Python.
"""

from __future__ import annotations

import json
import re

import jsonschema
import urllib3
import yaml

# A placeholder, or a word.
_PART = re.compile(r'(%(?:\(\w+\))?[sdr]|\{[^}]*\})|[A-Za-z]+')


def foreign(message):
    """The message with other words."""
    return _PART.sub(lambda match: match[1] or 'zq', message)


def _replace(cls, *names):
    """Replace the words of these text fields of an error class when it is created."""
    before = cls.__init__

    def init(self, *args, **kwargs):
        before(self, *args, **kwargs)
        for name in names:
            if isinstance(getattr(self, name, None), str):
                setattr(self, name, foreign(getattr(self, name)))

    cls.__init__ = init


_replace(yaml.MarkedYAMLError, 'problem', 'context', 'note')
_replace(yaml.reader.ReaderError, 'reason')
_replace(jsonschema.ValidationError.__base__, 'message')
for _error in (
    json.JSONDecodeError,
    re.error,
    urllib3.exceptions.MaxRetryError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ResponseError,
    urllib3.exceptions.TimeoutError,
):
    _error.__str__ = lambda _: 'zq'
