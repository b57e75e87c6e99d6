"""Track whether a target exists: not yet, now, replaced, or deleted."""

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
    """The time since when a target has been missing, and whether it ever existed."""

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
        # Whether the object is to be replaced by that of a file.
        self.awaits_replacement = False

    @property
    def missing(self) -> bool:
        """Whether the target is known to be missing now."""
        return self._missing_since is not None

    def update(self, at: float, obj: Object | None, world: World) -> Iterator[Event]:
        """Record whether the target exists (None: it does not), and report changes."""
        if obj is not None:
            if self._uid and self._uid != uid(obj):
                yield self._notice(at, 'was deleted and created again: tracking the new one')
            elif self._missing_since is not None:
                yield self._notice(at, 'exists now')
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
            wait = f': waiting up to {format_duration(options.create_timeout)} for the new one'
            return f'was deleted{wait if self.awaits_replacement else ""}'
        if options.follow:
            return f'does not exist yet{where}: waiting'
        return f'does not exist yet{where}: waiting up to {format_duration(options.create_timeout)}'

    def _suggest_names(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._names_lookup)
        if self._uid or self._has_suggested or answer is None:
            return
        self._has_suggested = True
        similar = similar_names(self._target.name, [name(obj) for obj in answer.objects])
        if similar:
            yield self._notice(at, f'does not exist, similar names: {", ".join(similar)}')

    def _report_namespace(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._namespace_lookup) if self._namespace_lookup else None
        if answer is not None and answer.status == 'missing' and not self._has_reported_namespace:
            self._has_reported_namespace = True
            namespace = self._target.namespace
            yield self._notice(at, f'cannot exist: namespace {namespace} does not exist')

    def _notice(self, at: float, text: str) -> Notice:
        return Notice(at, self._target, f'{self._target.label} {text}')

    def verdict(self, at: float, options: Options) -> tuple[Verdict, str, str] | None:
        """Return (verdict, reason, message) if the target has been missing for too long."""
        missing = None if options.follow else self._missing_verdict(at, options)
        if missing is not None:
            return missing
        stall = None if options.follow else timeouts.stall_timeout(options, None)
        if stall is not None and not self._uid and at >= stall:
            message = f'the cluster did not answer for {format_duration(stall)} (--stall-timeout)'
            return Verdict.TIMED_OUT, '', message
        if options.timeout is not None and at >= options.timeout:
            within = format_duration(options.timeout)
            return Verdict.TIMED_OUT, '', f'{self._problem} within {within} (--timeout)'
        return None

    def _missing_verdict(self, at: float, options: Options) -> tuple[Verdict, str, str] | None:
        since = self._missing_since
        if since is None:
            return None
        if options.once:
            return Verdict.NEVER_APPEARED, 'NotFound', 'does not exist'
        if self._uid:
            message = 'was deleted while it was tracked'
            if self.awaits_replacement:
                within = format_duration(options.create_timeout)
                message = f'was deleted, and not created again within {within} (--create-timeout)'
            deleted = Verdict.DELETED, 'Deleted', message
            return deleted if at >= since + self._wait(options) else None
        if self._has_reported_namespace and options.needs_namespace:
            message = f'namespace {self._target.namespace} does not exist'
            return Verdict.NEVER_APPEARED, 'NotFound', message
        waited = format_duration(options.create_timeout)
        message = f'did not appear within {waited}'
        if self._has_reported_namespace:
            message += f': namespace {self._target.namespace} did not exist at the start'
        too_late = Verdict.NEVER_APPEARED, 'NotFound', message
        return too_late if at >= since + options.create_timeout else None

    @property
    def _problem(self) -> str:
        if self._uid:
            return 'not ready'
        return 'the cluster did not answer' if self._missing_since is None else 'did not appear'

    def deadlines(self, options: Options) -> list[float]:
        """Return the times when `verdict` may change."""
        if options.follow:
            return []
        if self._missing_since is None:
            return [] if self._uid else [timeouts.stall_timeout(options, None)]
        return [self._missing_since + self._wait(options)]

    def _wait(self, options: Options) -> float:
        """Return for how long the target may be missing, in seconds."""
        if self._uid and not self.awaits_replacement:
            return timeouts.RECREATE_GRACE
        return options.create_timeout

    def wants(self) -> Iterator[Want]:
        """Return the wants until the target exists: the existing names, and its namespace."""
        if self._missing_since is not None and not self._uid:
            yield self._names_lookup
            if self._namespace_lookup:
                yield self._namespace_lookup
