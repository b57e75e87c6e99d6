"""Start the single file; a Python that is too old looks for a newer one, or reports an error.

Every Python since 2.6 must be able to compile this file.
"""

import sys

_OLDEST = (3, 9)
_NEWER = ['python3.%d' % minor for minor in range(15, 8, -1)]
_CHECK = 'import sys; sys.exit(sys.version_info < (3, 9))'
_NOT_FOUND = 127


def _newer():
    """The path of a newer Python on the PATH, checked by running it, as its name may be wrong."""
    import os
    import subprocess

    for name in _NEWER:
        for folder in os.environ.get('PATH', '').split(os.pathsep):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                with open(os.devnull, 'w') as nowhere:
                    code = subprocess.call([path, '-S', '-c', _CHECK], stderr=nowhere)
                if code == 0:
                    return path
    return None


def _too_old():
    import os

    python = _newer() if os.name == 'posix' else None
    if python:
        os.execv(python, [python, '-S'] + sys.argv)
    sys.stderr.write(
        'kubectl dog: this is Python %d.%d: install Python 3.9 or newer\n' % sys.version_info[:2]
    )
    return _NOT_FOUND


def _main():
    if sys.version_info < _OLDEST:
        return _too_old()
    from importlib.util import MAGIC_NUMBER

    name = 'bytecode/%d' % int.from_bytes(MAGIC_NUMBER[:2], 'little')
    try:
        data = __loader__.get_data(name)
    except OSError:
        # A Python released after the build: it compiles the sources at each start.
        from kubectl_dog.entry import execute
    else:
        import marshal

        size = int.from_bytes(data[:4], 'little')
        space = {'__name__': 'kubectl_dog_bundle'}
        exec(marshal.loads(data[4 : 4 + size]), space)
        execute = space['install'](__loader__.archive, memoryview(data)[4 + size :])
    return execute()


try:
    sys.exit(_main())
except KeyboardInterrupt:
    sys.exit(130)
