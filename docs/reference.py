"""Makes the API reference from the docstrings, as HTML in a folder: `python docs/reference.py OUT`.

It needs the extra `kubectl-dog[docs]`. It fails where a public name is missing in what it made.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import Path

import pdoc

MODULES = ('kubectl_dog', 'kubectl_dog.library.rollout', 'kubectl_dog.library.follow')


def main(folder: str) -> int:
    """Write the reference; 1 where it is not complete."""
    out = Path(folder)
    for name in MODULES:
        module = importlib.import_module(name)
        # The names come when they are asked for, and pdoc asks only for what is there.
        vars(module).update({one: getattr(module, one) for one in module.__all__})
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        # The fields of a NamedTuple are told by name then.
        warnings.filterwarnings('ignore', 'Error parsing type annotation')
        pdoc.pdoc(*MODULES, output_directory=out)
    missing = []
    for name in MODULES:
        page = out.joinpath(*name.split('.')).with_suffix('.html').read_text(encoding='utf-8')
        public = importlib.import_module(name).__all__
        missing += [f'{name}.{one}' for one in public if f'id="{one}"' not in page]
    if missing:
        sys.stderr.write(f'not in the reference: {", ".join(missing)}\n')
    return 1 if missing else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
