"""Run kubectl against a cluster."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kubectl:
    """A kubectl program and the kubeconfig that it uses."""

    program: Path
    kubeconfig: Path

    def __call__(self, *arguments, check=True, stdin=None, timeout=60):
        """Run it and return the CompletedProcess; with `check`, raise if it fails."""
        done = subprocess.run(
            [str(self.program), *arguments],
            env=self.env(),
            input=stdin or '',
            text=True,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(
                f'kubectl {" ".join(arguments)}: exit code {done.returncode}\n'
                f'{done.stdout}{done.stderr}'
            )
        return done

    def succeeds(self, *arguments):
        """Whether kubectl ends with exit code zero."""
        return self(*arguments, check=False).returncode == 0

    def env(self, *first_on_path):
        """An environment in which kubectl is this one and talks to this cluster."""
        path = [
            *map(str, first_on_path),
            str(self.program.parent),
            os.environ.get('PATH', os.defpath),
        ]
        return {**os.environ, 'KUBECONFIG': str(self.kubeconfig), 'PATH': os.pathsep.join(path)}
