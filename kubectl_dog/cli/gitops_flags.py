"""The flags for applications of Argo CD and Flux, and the targets that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_dog import target_resolution
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import create_flag
from kubectl_dog.model.errors import AccessError
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import Target

if TYPE_CHECKING:
    from kubectl_dog.target_resolution import ResolvedTargets

_FLUX = 'flux-system'
_KUSTOMIZATION = 'kustomizations.kustomize.toolkit.fluxcd.io'
_HELM_RELEASE = 'helmreleases.helm.toolkit.fluxcd.io'
# The names of the flux CLI.
_FLUX_TYPES = {
    'kustomization': _KUSTOMIZATION,
    'kustomizations': _KUSTOMIZATION,
    'ks': _KUSTOMIZATION,
    'helmrelease': _HELM_RELEASE,
    'helmreleases': _HELM_RELEASE,
    'hr': _HELM_RELEASE,
}


class Reference(NamedTuple):
    """An application as the user names it; `tool` is for messages."""

    tool: str
    kind: str
    namespace: str
    name: str


def _argo_app(text: str) -> Reference:
    namespace, slash, name = text.rpartition('/')
    if not name or '/' in namespace or (slash and not namespace):
        raise ValueError
    return Reference('Argo CD', 'applications.argoproj.io', namespace, name)


def _flux_object(text: str) -> Reference:
    kind, _, name = text.partition('/')
    if kind.lower() not in _FLUX_TYPES or not name or '/' in name:
        raise ValueError
    return Reference('Flux', _FLUX_TYPES[kind.lower()], '', name)


def _revision(text: str) -> str:
    from kubectl_dog.gitops.revision_text import parse_revision

    parse_revision(text)
    return text


FLAGS = tuple(
    flag._replace(group='Target')
    for flag in (
        create_flag(
            '--argo-app NAME',
            'Argo CD application whose objects are the targets: NAME or NAMESPACE/NAME; default '
            'namespace: argocd (docs/gitops.md)',
            parse=_argo_app,
            expected='use NAME or NAMESPACE/NAME of an application',
        ),
        create_flag(
            '--flux KIND/NAME',
            'Flux kustomization/NAME or helmrelease/NAME whose objects are the targets; default '
            'namespace: flux-system',
            parse=_flux_object,
            expected='use kustomization/NAME or helmrelease/NAME',
        ),
        create_flag(
            '--at-revision REVISION',
            'Wait until this commit (SHA or BRANCH@SHA) or a newer one is applied; with --argo-app '
            'or --flux',
            parse=_revision,
        ),
    )
)


def application(args: Arguments) -> Reference | None:
    """Return the application that the flags name; raises UserError for wrong combinations."""
    argo_app: Reference | None = getattr(args, 'argo_app', None)
    flux: Reference | None = getattr(args, 'flux', None)
    if argo_app and flux:
        raise UserError('--argo-app cannot be combined with --flux')
    if getattr(args, 'at_revision', None) and not (argo_app or flux):
        raise UserError('--at-revision needs --argo-app NAME or --flux KIND/NAME')
    return argo_app or flux


def options(args: Arguments, options: Options) -> Options:
    """Return the options of a run for the application that the flags name, if any."""
    if application(args) is None:
        return options
    return options._replace(
        with_managed=True,
        revision_timeout=args.create_timeout or options.revision_timeout,
    )


def find(
    app: Reference, connection: target_resolution.Connection, namespace_flag: str | None
) -> ResolvedTargets:
    """Resolve an application to a target; raises UserError and AccessError."""
    if app.namespace and namespace_flag and app.namespace != namespace_flag:
        raise UserError(
            f'--argo-app {app.namespace}/{app.name} is not in namespace {namespace_flag}: omit -n'
        )
    try:
        resource = target_resolution.resolver(connection)(app.kind)
    except AccessError:
        raise
    except UserError:
        raise UserError(
            f'the cluster has no kind {app.kind}: install {app.tool}, or use another --context'
        ) from None
    default = _FLUX if app.tool == 'Flux' else 'argocd'
    target = Target(resource, app.namespace or namespace_flag or default, app.name)
    return target_resolution.ResolvedTargets((target,))


def with_own_options(
    resolved: ResolvedTargets, args: Arguments, options: Options
) -> ResolvedTargets:
    """Return the targets with the options of the application itself.

    What it manages has no expected revision, and its namespaces may be created by it.
    """
    if not options.with_managed:
        return resolved
    own = options._replace(
        at_revision=args.at_revision or '', needs_namespace=args.create_timeout is None
    )
    return resolved._replace(target_options=dict.fromkeys(resolved.targets, own))
