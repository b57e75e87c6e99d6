"""The causes that were shown, to find what a later event adds."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.lazy_regex import lazy_compile
from kubectl_dog.model.named_tuple import NamedTuple
from kubectl_dog.model.resources import Target

_NUMBERS = lazy_compile(r'\d+')
_GENERATED = lazy_compile(r'-[bcdfghjklmnpqrstvwxz2456789]{5}\b')


class News(NamedTuple):
    """What to show of a cause.

    - `pods`: all pods with this cause, also with another subject.
    - `has_message`: its message has not been shown.
    - `is_growth`: only the number of pods has changed.
    """

    pods: tuple[str, ...]
    has_message: bool
    is_growth: bool


class _ShownCause:
    """A cause as it was last shown; causes of the same kind in other pods share it."""

    def __init__(self, event: CauseSeen) -> None:
        self.cause = event.cause
        self.message = _template(event.cause)
        # The time left changes by itself; only whether there is a deadline is news.
        self.limits = (event.fails_at, event.fails_at is None and event.seconds_left is None)
        self.pods: tuple[str, ...] = event.cause.pods
        self.shown_pods = len(event.cause.pods)


class ShownCauses:
    """The causes of all targets that were shown and are not gone."""

    def __init__(self) -> None:
        self._by_target: dict[Target, dict[tuple[str, str], _ShownCause]] = {}

    def of(self, target: Target) -> Iterator[Cause]:
        """Yield the causes of a target, the one that was shown last at the end."""
        yield from (shown.cause for shown in self._by_target.get(target, {}).values())

    def has_any(self, target: Target) -> bool:
        """Return whether any cause of a target is shown."""
        return target in self._by_target

    def see(self, event: CauseSeen) -> News | None:
        """Return what to show of a cause; None if nothing is new.

        More pods are news only if their number has doubled, or if they are all pods.
        """
        shown_causes, shown = self._by_target.setdefault(event.target, {}), _ShownCause(event)
        before = shown_causes.get(event.cause.key)
        if before is None:
            return self._see_first(event, shown_causes, shown)
        if (shown.message, shown.limits) != (before.message, before.limits):
            shown_causes[event.cause.key] = shown
            return News(shown.pods, shown.message != before.message, False)
        return self._grow(event, before, shown.pods)

    def _see_first(
        self, event: CauseSeen, causes: dict[tuple[str, str], _ShownCause], shown: _ShownCause
    ) -> News | None:
        """Return what to show of a cause with a new subject: another pod may have the same."""
        for (code, _), other in causes.items():
            is_same = code == event.cause.code and other.message == shown.message
            if is_same and _is_of_one_pod(shown.cause):
                causes[event.cause.key] = other
                pods = tuple(dict.fromkeys((*other.pods, *shown.pods)))
                return self._grow(event, other, pods)
        causes[event.cause.key] = shown
        return News(shown.pods, True, False)

    @staticmethod
    def _grow(event: CauseSeen, before: _ShownCause, pods: tuple[str, ...]) -> News | None:
        if len(pods) <= before.shown_pods:
            return None
        before.pods = tuple(dict.fromkeys((*before.pods, *pods)))
        affects_all = before.shown_pods < event.updated_pods <= len(before.pods)
        if not affects_all and len(before.pods) < 2 * before.shown_pods:
            return None
        before.shown_pods = len(before.pods)
        return News(before.pods, False, True)

    def forget_target(self, target: Target) -> None:
        """Forget the causes of a target that has ended."""
        self._by_target.pop(target, None)

    def forget(self, target: Target, cause: Cause) -> bool:
        """Forget a cause that is gone; returns whether no shown cause of its kind is left."""
        causes = self._by_target.get(target, {})
        gone = causes.pop(cause.key, None)
        is_last = gone is not None and gone not in causes.values()
        if not causes:
            self._by_target.pop(target, None)
        return is_last


def _is_of_one_pod(cause: Cause) -> bool:
    """Return whether each pod has a cause of its own, as for the claims of a StatefulSet."""
    return any(pod in cause.subject for pod in cause.pods)


def _template(cause: Cause) -> str:
    """Return the message without what differs between pods, and changes by itself.

    Numbers change by themselves: attempts, seconds of a back-off.
    """
    message = cause.message
    names = (cause.subject, *cause.pods) if _is_of_one_pod(cause) else ()
    for name in names:
        message = message.replace(f'"{name}"', '"…"')
    return _NUMBERS.sub('#', _GENERATED.sub('-#', message))
