"""Build kustomize directories with `kubectl kustomize`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from collections.abc import Mapping

from kubectl_dog.manifests.manifest_objects import Placed
from kubectl_dog.manifests.manifest_objects import parse
from kubectl_dog.model.errors import UserError


def build(directory: str, env: Mapping[str, str] = os.environ) -> Iterator[Placed]:
    """Yield the objects that `kubectl kustomize` prints for a directory; raises UserError."""
    # The name of a directory may begin with a dash.
    command = [_find_kubectl(env), 'kustomize', '--', directory]
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise UserError(f'cannot run {command[0]}: {error}') from error
    if result.returncode:
        message = result.stderr.decode('utf-8', 'replace').strip().removeprefix('error: ')
        raise UserError(
            f'kubectl kustomize {directory}: {message or f"exit code {result.returncode}"}'
        )
    yield from parse(result.stdout, f'kustomize {directory}')


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
