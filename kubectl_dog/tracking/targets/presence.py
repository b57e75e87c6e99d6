"""Whether a target is there: not yet, there, gone and back, or gone for good (design §4.3)."""

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
    """Remembers since when a target is missing, and whether it was ever there."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._uid = ''
        self._missing_since: float | None = None
        self._neighbours = Lookup(target.resource, target.namespace)
        self._told_neighbours = False
        self._home = Lookup(NAMESPACES, '', target.namespace) if target.namespace else None
        self._told_home = False

    @property
    def missing(self) -> bool:
        """Whether it is known not to be there now."""
        return self._missing_since is not None

    def update(self, at: float, thing: Object | None, world: World) -> Iterator[Event]:
        """Take in whether it is there; notices about coming and going."""
        if thing is not None:
            if self._uid and self._uid != uid(thing):
                yield self._notice(at, 'was deleted and created again: tracking the new one')
            elif self._missing_since is not None:
                yield self._notice(at, 'is there now')
            self._uid, self._missing_since = uid(thing), None
            return
        if self._missing_since is None:
            self._missing_since = at
            yield self._notice(at, self._absence(world.options))
        yield from self._tell_neighbours(at, world)
        yield from self._tell_home(at, world)

    def _absence(self, options: Options) -> str:
        where = f' in namespace {self._target.namespace}' if self._target.namespace else ''
        if self._uid:
            return 'was deleted'
        if options.follow:
            return f'is not there yet{where}: waiting for it'
        return f'is not there yet{where}: waiting up to {format_duration(options.create_timeout)}'

    def _tell_neighbours(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._neighbours)
        if self._uid or self._told_neighbours or answer is None:
            return
        self._told_neighbours = True
        similar = similar_names(self._target.name, [name(one) for one in answer.objects])
        if similar:
            yield self._notice(at, f'names like it that exist: {", ".join(similar)}')

    def _tell_home(self, at: float, world: World) -> Iterator[Event]:
        answer = world.store.answers.get(self._home) if self._home else None
        if answer is not None and answer.status == 'missing' and not self._told_home:
            self._told_home = True
            said = f'cannot be there: namespace {self._target.namespace} does not exist'
            yield self._notice(at, said)

    def _notice(self, at: float, text: str) -> Notice:
        return Notice(at, self._target, f'{self._target.label} {text}')

    def verdict(self, at: float, options: Options) -> tuple[Verdict, str, str] | None:
        """(verdict, reason, message) where being missing has lasted too long."""
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
            return (
                Verdict.TIMED_OUT,
                '',
                f'{self._lack} within {format_duration(options.timeout)} (--timeout)',
            )
        return None

    @property
    def _lack(self) -> str:
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
        """While it has never been there: the names that are."""
        if self._missing_since is not None and not self._uid:
            yield self._neighbours
            if self._home:
                yield self._home
