"""Makes the API reference from the docstrings, as HTML in a folder: `python docs/reference.py OUT`.

It needs the extra `kubectl-dog[docs]`. It fails where a public name is missing in what it made.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pdoc

MODULES = (
    'kubectl_dog',
    'kubectl_dog.library.rollout',
    'kubectl_dog.library.follow',
    # What the calls above take and give.
    'kubectl_dog.model.assessments',
    'kubectl_dog.model.causes',
    'kubectl_dog.model.events',
    'kubectl_dog.model.resources',
    'kubectl_dog.model.statuses',
    'kubectl_dog.model.verdicts',
)


def public(name: str) -> list[str]:
    """The public names of a module: those it tells itself, else its classes."""
    module = importlib.import_module(name)
    classes = [
        one for one, thing in vars(module).items() if getattr(thing, '__module__', '') == name
    ]
    return list(getattr(module, '__all__', [one for one in classes if not one.startswith('_')]))


def main(folder: str) -> int:
    """Write the reference; 1 where it is not complete."""
    out = Path(folder)
    for name in MODULES:
        module = importlib.import_module(name)
        # The names come when they are asked for, and pdoc asks only for what is there.
        vars(module).update({one: getattr(module, one) for one in public(name)})
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        # The fields of a NamedTuple are told by name then.
        warnings.filterwarnings('ignore', 'Error parsing type annotation')
        pdoc.pdoc(*MODULES, output_directory=out)
    text = ''.join(page.read_text(encoding='utf-8') for page in out.rglob('*.html'))
    missing = sorted({one for name in MODULES for one in _missing(name, text)})
    if missing:
        sys.stderr.write(f'not in the reference: {", ".join(missing)}\n')
    return 1 if missing else 0


def _missing(name: str, text: str) -> Iterator[str]:
    """The public names, and the members of classes, that have no place in the text of all pages."""
    for one in public(name):
        thing = getattr(importlib.import_module(name), one)
        wanted = [one]
        if isinstance(thing, type):
            ours = [base for base in thing.__mro__ if base.__module__.startswith('kubectl_dog')]
            wanted += [f'{base.__name__}.{member}' for base in ours for member in _members(base)]
        yield from (f'{name}.{each}' for each in wanted if f'id="{each}"' not in text)


def _members(base: type) -> list[str]:
    return [member for member in vars(base) if not member.startswith('_')]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
