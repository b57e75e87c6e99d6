"""Write the API reference from the docstrings as HTML: `python docs/reference.py OUT`.

It needs the extra: `pip install ".[docs]"`. It fails if a public name is missing in the result.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

try:
    import pdoc
    import typing_extensions  # noqa: F401 (pdoc evaluates annotations that import it)

    import kubectl_dog  # noqa: F401
except ImportError as err:
    sys.exit(f'docs/reference.py: {err.name} is not installed: run pip install ".[docs]"')

MODULES = (
    'kubectl_dog',
    'kubectl_dog.library.rollout',
    'kubectl_dog.library.follow',
    # The arguments and results of the functions above.
    'kubectl_dog.model.assessments',
    'kubectl_dog.model.causes',
    'kubectl_dog.model.events',
    'kubectl_dog.model.resources',
    'kubectl_dog.model.statuses',
    'kubectl_dog.model.verdicts',
)


def public(name: str) -> list[str]:
    """The public names of a module: `__all__`, else its classes."""
    module = importlib.import_module(name)
    own = [key for key, value in vars(module).items() if getattr(value, '__module__', '') == name]
    return list(getattr(module, '__all__', [key for key in own if not key.startswith('_')]))


def main(folder: str) -> int:
    """Write the reference; returns 1 if it is not complete."""
    out = Path(folder)
    for name in MODULES:
        module = importlib.import_module(name)
        # Names are imported lazily, and pdoc lists only existing attributes.
        vars(module).update(
            {public_name: getattr(module, public_name) for public_name in public(name)}
        )
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        # Without the annotation, pdoc shows the name of a NamedTuple field.
        warnings.filterwarnings('ignore', 'Error parsing type annotation')
        # The installed package is documented, also from a checkout.
        warnings.filterwarnings('ignore', '.* may refer to either', RuntimeWarning)
        pdoc.pdoc(*MODULES, output_directory=out)
    text = ''.join(page.read_text(encoding='utf-8') for page in out.rglob('*.html'))
    missing = sorted({entry for name in MODULES for entry in _missing(name, text)})
    if missing:
        sys.stderr.write(f'not in the reference: {", ".join(missing)}\n')
    return 1 if missing else 0


def _missing(name: str, text: str) -> Iterator[str]:
    """The public names and class members without an anchor in the pages."""
    for public_name in public(name):
        value = getattr(importlib.import_module(name), public_name)
        wanted = [public_name]
        if isinstance(value, type):
            ours = [base for base in value.__mro__ if base.__module__.startswith('kubectl_dog')]
            wanted += [f'{base.__name__}.{member}' for base in ours for member in _members(base)]
        yield from (f'{name}.{anchor}' for anchor in wanted if f'id="{anchor}"' not in text)


def _members(base: type) -> list[str]:
    return [member for member in vars(base) if not member.startswith('_')]


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: python docs/reference.py OUT')
    sys.exit(main(sys.argv[1]))
