"""Follow whether a target exists: not yet, now, replaced, or deleted."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.causes.suggestions import similar_names
from kubectl_dog.model.events import Event
from kubectl_dog.model.events import Notice
from kubectl_dog.model.items import Object
from kubectl_dog.model.objects import name
from kubectl_dog.model.objects import uid
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import NAMESPACES
from kubectl_dog.model.resources import Target
from kubectl_dog.model.times import format_duration
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.model.wants import Want
from kubectl_dog.tracking import timeouts
from kubectl_dog.tracking.world import World


class Presence:
    """Remembers since when a target has been missing, and whether it ever existed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._uid = ''
        self._missing_since: float | None = None
        self._names_lookup = Lookup(target.resource, target.namespace)
        self._has_suggested = False
        self._namespace_lookup = (
            Lookup(NAMESPACES, '', target.namespace) if target.namespace else None
        )
        self._has_reported_namespace = False

    @property
    def missing(self) -> bool:
        """Whether the target is known not to exist now."""
        return self._missing_since is not None

    def update(self, at: float, obj: Object | None, world: World) -> Iterator[Event]:
        """Note whether the target exists (None: it does not), and report changes of that."""
        if obj is not None:
            if self._uid and self._uid != uid(obj):
                yield self._notice(at, 'was deleted and created again: tracking the new one')
            elif self._missing_since is not None:
                yield self._notice(at, 'is there now')
            self._uid, self._missing_since = uid(obj), None
            return
        if self._missing_since is None:
            self._missing_since = at
            yield self._notice(at, self._absence(world.options))
        yield from self._suggest_names(at, world)
        yield from self._report_namespace(at, world)

    def _absence(self, options: Options) -> str:
        where = f' in namespace {self._target.namespace}' if self._target.namespace else ''
        if self._uid:
            return 'was deleted'
        if options.follow:
            return f'is not there yet{where}: waiting for it'
        return f'is not there yet{where}: waiting up to {format_duration(options.create_timeout)}'

    def _suggest_names(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._names_lookup)
        if self._uid or self._has_suggested or answer is None:
            return
        self._has_suggested = True
        similar = similar_names(self._target.name, [name(obj) for obj in answer.objects])
        if similar:
            yield self._notice(at, f'names like it that exist: {", ".join(similar)}')

    def _report_namespace(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._namespace_lookup) if self._namespace_lookup else None
        if answer is not None and answer.status == 'missing' and not self._has_reported_namespace:
            self._has_reported_namespace = True
            namespace = self._target.namespace
            yield self._notice(at, f'cannot be there: namespace {namespace} does not exist')

    def _notice(self, at: float, text: str) -> Notice:
        return Notice(at, self._target, f'{self._target.label} {text}')

    def verdict(self, at: float, options: Options) -> tuple[Verdict, str, str] | None:
        """(verdict, reason, message) if the target has been missing for too long."""
        since = None if options.follow else self._missing_since
        if since is not None and options.once:
            return Verdict.NEVER_APPEARED, 'NotFound', 'is not there'
        if since is not None and self._uid and at >= since + timeouts.RECREATE_GRACE:
            return Verdict.DELETED, 'Deleted', 'was deleted while it was tracked'
        if since is not None and not self._uid and at >= since + options.create_timeout:
            waited = format_duration(options.create_timeout)
            return Verdict.NEVER_APPEARED, 'NotFound', f'did not appear within {waited}'
        stall = None if options.follow else timeouts.stall_timeout(options, None)
        if stall is not None and not self._uid and at >= stall:
            message = f'the cluster did not answer for {format_duration(stall)} (--stall-timeout)'
            return Verdict.TIMED_OUT, '', message
        if options.timeout is not None and at >= options.timeout:
            within = format_duration(options.timeout)
            return Verdict.TIMED_OUT, '', f'{self._problem} within {within} (--timeout)'
        return None

    @property
    def _problem(self) -> str:
        if self._uid:
            return 'not ready'
        return 'the cluster did not answer' if self._missing_since is None else 'did not appear'

    def deadlines(self, options: Options) -> list[float]:
        """When `verdict` may change."""
        if options.follow:
            return []
        if self._missing_since is None:
            return [] if self._uid else [timeouts.stall_timeout(options, None)]
        wait = timeouts.RECREATE_GRACE if self._uid else options.create_timeout
        return [self._missing_since + wait]

    def wants(self) -> Iterator[Want]:
        """Until the target first exists: the names that do exist, and its namespace."""
        if self._missing_since is not None and not self._uid:
            yield self._names_lookup
            if self._namespace_lookup:
                yield self._namespace_lookup
