"""The syntax of targets on the command line, as in kubectl; needs no cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubectl_dog.model.errors import UserError
from kubectl_dog.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from kubectl_dog.cli.gitops_flags import Reference

# The texts of kubectl's errors, which people search for.
_SINGLE = 'arguments in resource/name form must have a single resource and name'
_SLASHES = 'arguments in resource/name form may not have more than one slash'
_NO_TYPE = (
    'there is no need to specify a resource type as a separate argument when passing arguments in '
    "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get "
    "resource resource/<resource_name>')"
)
# Subcommands of `kubectl rollout` that change objects; this program only watches.
_ACTIONS = ('history', 'pause', 'restart', 'resume', 'undo')
_SELECTOR = 'selectors and the all flag cannot be used when passing resource/name arguments'
_NAME = 'name cannot be provided when a selector is specified'
_EMPTY = 'resource name may not be empty'
_EVERYWHERE = 'a resource cannot be retrieved by name across all namespaces'
_PATHS = 'resource/name arguments cannot be provided when a path is specified'
_NOTHING = (
    'no targets: use TYPE/NAME, such as deploy/web, TYPE -l SELECTOR, -f FILE, -k DIR or '
    '--helm-release NAME'
)
_NO_TYPE_FOR_SELECTOR = 'the selector needs a type: use TYPE -l SELECTOR, such as deploy -l app=web'


class Inputs(NamedTuple):
    """The flags for targets; None as `selector` is no selector, an empty one selects all."""

    selector: str | None = None
    files: Sequence[str] = ()
    recursive: bool = False
    directory: str = ''
    release: str = ''
    everywhere: bool = False
    application: Reference | None = None

    @property
    def is_given(self) -> bool:
        """Whether the targets come from files, a release or an application, not from the words."""
        return bool(self.files or self.directory or self.release or self.application)


class NamedTarget(NamedTuple):
    """A TYPE, or several separated by commas, and a NAME."""

    types: str
    name: str


class TargetWords(NamedTuple):
    """The parsed words: names, or `types` without names if there is a selector."""

    names: tuple[NamedTarget, ...] = ()
    types: str = ''


def parse_targets(words: Sequence[str], inputs: Inputs) -> TargetWords:
    """Parse the words for these inputs; raises UserError. Needs no cluster."""
    if inputs.is_given:
        _check_inputs(words, inputs)
        return TargetWords()
    if inputs.recursive:
        raise UserError('-R needs -f DIR')
    if not words:
        raise UserError(_NOTHING if inputs.selector is None else _NO_TYPE_FOR_SELECTOR)
    if any('/' in word for word in words):
        return TargetWords(_with_slashes(words, inputs))
    types, *names = words
    if not all(types.split(',')):
        raise UserError(f'{_SINGLE}: a TYPE in "{types}" is empty')
    if not names and inputs.selector is None:
        raise UserError(_incomplete(types))
    if names:
        _check_names(types, names, inputs)
        return TargetWords(tuple(NamedTarget(types, name) for name in names))
    return TargetWords(types=types)


def _incomplete(word: str) -> str:
    """Return the error for a single word, which may be intended as a type or as a name."""
    if word.lower() == 'all':
        return 'incomplete target "all": use all -l \'\' for all objects in the namespace'
    return (
        f'incomplete target "{word}": use TYPE/NAME, such as deploy/web, or TYPE -l SELECTOR '
        "(-l '' selects all objects of the type)"
    )


def _check_inputs(words: Sequence[str], inputs: Inputs) -> None:
    if inputs.application:
        _check_application(words, inputs)
    if words:
        raise UserError(_PATHS)
    if inputs.files and inputs.directory:
        raise UserError('only one of -f or -k can be specified')
    if inputs.release and (inputs.files or inputs.directory):
        raise UserError('--helm-release cannot be combined with -f or -k')
    if inputs.recursive and not inputs.files:
        raise UserError('-R needs -f DIR')
    if inputs.everywhere:
        raise UserError('-A needs TYPE -l SELECTOR: objects in files have their own namespaces')


def _check_application(words: Sequence[str], inputs: Inputs) -> None:
    if inputs.files or inputs.directory or inputs.release:
        raise UserError('--argo-app and --flux cannot be combined with -f, -k or --helm-release')
    if words:
        raise UserError('--argo-app and --flux cannot be combined with TYPE/NAME')
    if inputs.selector is not None:
        raise UserError('--argo-app and --flux cannot be combined with -l')
    if inputs.everywhere:
        raise UserError('--argo-app and --flux cannot be combined with -A: use -n')


def _with_slashes(words: Sequence[str], inputs: Inputs) -> tuple[NamedTarget, ...]:
    if not all('/' in word for word in words):
        if words[0] in _ACTIONS:
            command = ' '.join(('kubectl rollout', *words))
            raise UserError(
                f'{words[0]} changes objects, and kubectl dog only watches them: run `{command}` '
                f'first, then this command without {words[0]}'
            )
        raise UserError(_NO_TYPE)
    named = [_split(word) for word in words]
    if inputs.selector is not None:
        raise UserError(_SELECTOR)
    if inputs.everywhere:
        raise UserError(_EVERYWHERE)
    return tuple(named)


def _split(word: str) -> NamedTarget:
    if word.count('/') > 1:
        raise UserError(f'{_SLASHES}: "{word}"')
    kind, _, name = word.partition('/')
    if not kind or not name or ',' in word:
        raise UserError(f'{_SINGLE}: use TYPE/NAME, such as deploy/web, instead of "{word}"')
    return NamedTarget(kind, name)


def _check_names(types: str, names: Sequence[str], inputs: Inputs) -> None:
    if not all(names):
        raise UserError(_EMPTY)
    if inputs.selector is not None:
        raise UserError(_SELECTOR if ',' in types else _NAME)
    if inputs.everywhere:
        raise UserError(_EVERYWHERE)
