"""Build kustomize directories with `kubectl kustomize`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import IO
from typing import cast

from kubectl_dog import file_limits
from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError

# Bytes.
_LONGEST_MESSAGE = 64 * file_limits.KIB


def build(directory: str, env: Mapping[str, str] = os.environ) -> Iterator[Placed]:
    """Yield the objects that `kubectl kustomize` prints for a directory; raises UserError."""
    # The name of a directory may begin with a dash.
    command = [_find_kubectl(env), 'kustomize', '--', directory]
    try:
        code, output, errors = _run(command)
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or str(error)
        raise UserError(f'cannot run {" ".join(command)}: {reason}') from error
    if code:
        message = errors.decode('utf-8', 'replace').strip().removeprefix('error: ')
        raise UserError(f'kubectl kustomize {directory}: {message or f"exit code {code}"}')
    yield from parse(output, f'kustomize {directory}')


def _run(command: Sequence[str]) -> tuple[int, bytes, bytes]:
    """Run a command; return its exit code and its output. Raises OSError, also at the limits."""
    import tempfile

    # Errors go to a file: reading two pipes needs two threads.
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        with process:
            stdout = cast('IO[bytes]', process.stdout)
            try:
                output = file_limits.read_stream(stdout, file_limits.MANIFEST)
            except BaseException:
                process.kill()
                raise
        errors.seek(0)
        return process.returncode, output, errors.read(_LONGEST_MESSAGE)


def _find_kubectl(env: Mapping[str, str]) -> str:
    name = env.get('KUBECTL') or 'kubectl'
    path = shutil.which(name, path=env.get('PATH'))
    # On Windows, which() searches the current folder first. Do not run a program from there.
    if path is None or not (os.path.isabs(path) or os.path.dirname(name)):
        raise UserError(
            f'-k needs kubectl, and "{name}" is not in PATH: set KUBECTL to its path, or use '
            'kustomize build DIR | kubectl dog rollout -f -'
        )
    return path
