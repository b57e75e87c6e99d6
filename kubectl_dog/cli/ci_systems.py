"""CI systems: the flag `--ci`, how they are detected, and the module of each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING
from typing import cast

from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from kubectl_dog.output.ci.ci_output import CiOutput
    from kubectl_dog.output.ci.ci_output import Context
    from kubectl_dog.output.command_guard import Command


class System(NamedTuple):
    """A CI system.

    - `variable`, `value`: environment variable that jobs have; any value if `value` is empty.
    - `workspace`: variable with the path of the checkout.
    - `debug`: variable and value with which users ask for debug output.
    """

    module: str
    variable: str
    value: str = 'true'
    workspace: str = ''
    debug: tuple[str, str] = ('', '')


_PACKAGE = 'kubectl_dog.output.ci.'
SYSTEMS = {
    'github': System('github', 'GITHUB_ACTIONS', 'true', 'GITHUB_WORKSPACE', ('RUNNER_DEBUG', '1')),
    'gitlab': System('gitlab', 'GITLAB_CI', 'true', 'CI_PROJECT_DIR', ('CI_DEBUG_TRACE', 'true')),
    'azure': System(
        'azure', 'TF_BUILD', 'true', 'BUILD_SOURCESDIRECTORY', ('SYSTEM_DEBUG', 'true')
    ),
    'teamcity': System('teamcity', 'TEAMCITY_VERSION', ''),
    'buildkite': System('buildkite', 'BUILDKITE', 'true', 'BUILDKITE_BUILD_CHECKOUT_PATH'),
}
_AUTO, _NONE = 'auto', 'none'
CHOICES = (_AUTO, *SYSTEMS, _NONE)
CI = create_flag(
    '--ci SYSTEM',
    'CI system to write annotations and summaries for (docs/ci.md): one of auto (detect, the '
    f'default), {", ".join(CHOICES[1:])}',
    default=_AUTO,
    choices=CHOICES,
    group='Output',
)
# Tests often play recordings of failures; these are not failures of the job.
CI_OF_RECORDINGS = CI._replace(
    default=_NONE, help=CI.help.replace('(detect, the default)', '(detect)') + ' (the default)'
)


def detect(environment: Mapping[str, str]) -> str:
    """Return the system that runs this job; empty if it is none of them."""
    for name, entry in SYSTEMS.items():
        value = environment.get(entry.variable, '')
        if value.lower() == entry.value if entry.value else value:
            return name
    return ''


def system(args: Arguments, environment: Mapping[str, str] = os.environ) -> str:
    """Return the system to write for; empty if there is none."""
    chosen = getattr(args, 'ci', _NONE)
    if chosen == _NONE:
        return ''
    return detect(environment) if chosen == _AUTO else str(chosen)


def asks_for_debug(args: Arguments, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the user of the CI system that the run writes for asks for debug output."""
    name = system(args, environment)
    variable, value = SYSTEMS[name].debug if name else ('', '')
    return bool(variable) and environment.get(variable, '').lower() == value


def create(name: str, context: Context) -> CiOutput:
    """Return the output for a system, which must be a key of SYSTEMS."""
    module = import_module(_PACKAGE + SYSTEMS[name].module)
    return cast('CiOutput', module.create(context))


def error_command(name: str, text: str) -> Command | None:
    """Return the command that shows an error on the page of the job; None if there is none."""
    module = import_module(_PACKAGE + SYSTEMS[name].module)
    error = getattr(module, 'error', None)
    return cast('Command', error(text)) if error else None
