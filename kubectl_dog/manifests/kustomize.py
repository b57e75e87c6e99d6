"""Kustomize directories: kubectl, which everybody has who has a cluster, builds them."""

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
    """The objects that `kubectl kustomize` makes of a directory, or of a URL; raises UserError."""
    # A name that begins like a flag is a name all the same.
    command = [_kubectl(env), 'kustomize', '--', directory]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise UserError(f'cannot run {command[0]}: {error}') from error
    if done.returncode:
        said = done.stderr.decode('utf-8', 'replace').strip().removeprefix('error: ')
        raise UserError(f'kubectl kustomize {directory}: {said or f"exits {done.returncode}"}')
    yield from parse(done.stdout, f'kustomize {directory}')


def _kubectl(env: Mapping[str, str]) -> str:
    named = env.get('KUBECTL') or 'kubectl'
    found = shutil.which(named, path=env.get('PATH'))
    # Windows looks in the current folder first, where anybody may have left something.
    if found is None or not (os.path.isabs(found) or os.path.dirname(named)):
        raise UserError(
            f'-k needs kubectl, and {named!r} is not on the PATH: put it there, or name it in '
            'KUBECTL; or pipe: kustomize build DIR | kubectl dog rollout -f -'
        )
    return found
