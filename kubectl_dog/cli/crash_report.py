"""Report of an internal error of the program or of its Python installation."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.output.escape import escape

_MAX_ERRORS = 10
_MAX_FRAMES = 30


def crash_report(words: Sequence[str]) -> str:
    """Return the report of the current exception, without hosts, tokens and names.

    Messages of exceptions may contain values, so only their type and length are in the report.
    """
    import platform

    from kubectl_dog.version import VERSION

    command = words[0].partition('=')[0] if words else ''
    if command[:1] == '-' and command[:2] != '--':
        # A short flag, with its value.
        command = command[:2]
    text = (
        f'{_shadowed_module() or "internal error of kubectl-dog: please report this output"}\n'
        f'kubectl-dog {VERSION}, Python {platform.python_version()}, {platform.system()}, '
        f'command {command}\n{_trace(sys.exc_info()[1])}'
    )
    # The error may contain text from the cluster.
    return '\n'.join(map(escape, text.split('\n')))


def _trace(error: BaseException | None) -> str:
    """Return the tracebacks of an exception and of its causes, the first cause first."""
    chain: list[BaseException] = []
    # The chain may be a cycle.
    while error is not None and len(chain) < _MAX_ERRORS:
        chain.append(error)
        is_explicit = error.__suppress_context__ or error.__cause__ is not None
        error = error.__cause__ if is_explicit else error.__context__
    return '\n'.join(line for link in reversed(chain) for line in _lines(link))


def _lines(error: BaseException) -> Iterator[str]:
    # File names are left out: folders have the names of people and projects.
    frames = [
        f'  {frame.f_globals.get("__name__")}, line {line}, in {frame.f_code.co_name}'
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    yield 'Traceback (most recent call last):'
    yield from frames[:_MAX_FRAMES]
    if len(frames) > 2 * _MAX_FRAMES:
        yield f'  ... {len(frames) - 2 * _MAX_FRAMES} more'
    yield from frames[_MAX_FRAMES:][-_MAX_FRAMES:]
    yield f'{type(error).__name__} (a message of {_length(error)} characters)'


def _length(error: BaseException) -> int:
    try:
        return len(str(error))
    except Exception:
        # The __str__ of an error may fail, too.
        return 0


def _shadowed_module() -> str:
    """Return an error if a file of the user shadows a standard module, else empty."""
    # Python 3.9 has no list of its standard modules.
    standard = getattr(sys, 'stdlib_module_names', ())
    # A module whose import failed is no longer in sys.modules, but in the traceback.
    frames = traceback.walk_tb(sys.exc_info()[2])
    namespaces = [frame.f_globals for frame, _ in frames]
    namespaces += [getattr(module, '__dict__', {}) for module in list(sys.modules.values())]
    for namespace in namespaces:
        name, file = namespace.get('__name__'), str(namespace.get('__file__') or '')
        if (
            name in standard
            and file
            and not file.startswith((sys.base_prefix, sys.base_exec_prefix))
        ):
            return (
                f"{os.path.abspath(file)} replaces Python's own module {name}: rename the file, "
                'or remove its folder from PYTHONPATH'
            )
    return ''
