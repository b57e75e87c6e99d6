"""Record the regular expressions that a start compiles, in compiled form.

Compiling them takes a sixth of a start; runtime/bundle.py puts them into the cache of `re`.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module

# The module of `re` that compiles.
_COMPILER = 're._compiler' if sys.version_info >= (3, 11) else 'sre_compile'
# With these flags the result depends on more than the pattern, or is not cached.
_LEFT_OUT = re.LOCALE | re.DEBUG
# Nearly every command that reads a cluster imports these modules.
_STARTED = ('kubectl_dog.cli.main', 'kubectl_dog.api', 'urllib3', 'yaml')


def recorded(folders):
    """(format number, patterns) of all patterns that a start from these folders compiles.

    A pattern has its text, its flags, and the arguments of _sre.compile after the text.
    """
    compiler = import_module(_COMPILER)
    real = compiler._sre
    recorder = _Recorder(real)
    compiler._sre = recorder
    compile_one, compiler.compile = compiler.compile, recorder.named(compiler.compile)
    re.purge()
    sys.path[:0] = folders
    try:
        for name in _modules():
            import_module(name)
    finally:
        compiler._sre, compiler.compile = real, compile_one
        del sys.path[: len(folders)]
    return real.MAGIC, [recorder.patterns[key] for key in sorted(recorder.patterns, key=repr)]


def _modules():
    yield from _STARTED
    for name in ('rollout', 'follow'):
        yield f'kubectl_dog.cli.commands.{name}'
    for name in ('connections.kubeconfig_connection', 'source.live', 'transport.pools'):
        yield f'kubectl_dog.cluster.{name}'


class _Recorder:
    """A replacement for the module _sre that records the arguments of compile()."""

    def __init__(self, real):
        self._real = real
        self._last = None
        self.patterns = {}

    def __getattr__(self, name):
        return getattr(self._real, name)

    def compile(self, *arguments):
        self._last = arguments
        return self._real.compile(*arguments)

    def named(self, compile_one):
        def compiled(pattern, flags=0):
            result = compile_one(pattern, flags)
            if isinstance(pattern, (str, bytes)) and not result.flags & _LEFT_OUT:
                self.patterns[type(pattern).__name__, pattern, int(flags)] = _plain(
                    pattern, flags, self._last
                )
            return result

        return compiled


def _plain(pattern, flags, arguments):
    """The arguments with plain numbers, as marshal does not support the enums of `re`."""
    _, all_flags, code, groups, names, places = arguments
    return pattern, int(flags), int(all_flags), [*map(int, code)], groups, dict(names), places
