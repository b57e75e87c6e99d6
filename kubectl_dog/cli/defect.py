"""What is printed when the program itself is wrong, or what it runs on."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence


def report(words: Sequence[str]) -> str:
    """On the exception that is being handled, for an issue: no host, no token, no names."""
    import platform

    from kubectl_dog.version import VERSION

    command = words[0] if words else ''
    return (
        f'{_shadow() or "this is a defect of kubectl-dog; please report what follows"}\n'
        f'kubectl-dog {VERSION}, Python {platform.python_version()}, {platform.system()}, '
        f'command {command}\n{traceback.format_exc()}'
    )


def _shadow() -> str:
    """Whose fault it is where a file of the user's is imported in place of a module of Python's."""
    # Python 3.9 does not tell which modules are its own.
    own = getattr(sys, 'stdlib_module_names', ())
    # What fails while it is imported is no module any more: only the traceback has it.
    frames = traceback.walk_tb(sys.exc_info()[2])
    found = [frame.f_globals for frame, _ in frames]
    found += [getattr(module, '__dict__', {}) for module in list(sys.modules.values())]
    for one in found:
        name, file = one.get('__name__'), str(one.get('__file__') or '')
        if name in own and file and not file.startswith((sys.base_prefix, sys.base_exec_prefix)):
            return (
                f"{os.path.abspath(file)} is imported in place of Python's own {name}: rename it, "
                'or take its folder off PYTHONPATH'
            )
    return ''
