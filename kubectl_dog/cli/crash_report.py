"""What is printed when the program itself is wrong, or what it runs on."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog.output.escape import escape

_MOST_CAUSES = 10
_MOST_PLACES = 30


def crash_report(words: Sequence[str]) -> str:
    """On the exception that is being handled, for an issue: no host, no token, no names.

    Messages of exceptions hold values, so that of each there is only its type and its length.
    """
    import platform

    from kubectl_dog.version import VERSION

    command = words[0] if words else ''
    text = (
        f'{_shadow() or "this is a defect of kubectl-dog; please report what follows"}\n'
        f'kubectl-dog {VERSION}, Python {platform.python_version()}, {platform.system()}, '
        f'command {command}\n{_trace(sys.exc_info()[1])}'
    )
    # The error may quote the cluster.
    return '\n'.join(map(escape, text.split('\n')))


def _trace(error: BaseException | None) -> str:
    """The places that an exception went through, those of its causes first."""
    chain: list[BaseException] = []
    # They may lead in a circle.
    while error is not None and len(chain) < _MOST_CAUSES:
        chain.append(error)
        is_told = error.__suppress_context__ or error.__cause__ is not None
        error = error.__cause__ if is_told else error.__context__
    return '\n'.join(line for one in reversed(chain) for line in _lines(one))


def _lines(error: BaseException) -> Iterator[str]:
    # Not the files: their folders have the names of people and projects.
    places = [
        f'  {frame.f_globals.get("__name__")}, line {line}, in {frame.f_code.co_name}'
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    yield 'Traceback (most recent call last):'
    yield from places[:_MOST_PLACES]
    if len(places) > 2 * _MOST_PLACES:
        yield f'  ... {len(places) - 2 * _MOST_PLACES} more'
    yield from places[_MOST_PLACES:][-_MOST_PLACES:]
    yield f'{type(error).__name__} (a message of {_length(error)} characters)'


def _length(error: BaseException) -> int:
    try:
        return len(str(error))
    except Exception:
        # An error may fail to tell of itself, too.
        return 0


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
