"""Lines about pods and other children of targets: passing states, exits and restarts."""

from __future__ import annotations

from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import ChildChanged
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import Target
from kubectl_dog.model.text_format import count_noun
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.line_layout import HeldLines
from kubectl_dog.output.line_layout import LineLayout
from kubectl_dog.output.log_lines import LogLineFormatter
from kubectl_dog.output.renderer import HOLD
from kubectl_dog.output.short_names import ShortNames

# Seconds that a pod may need for a step of its start without a line.
LASTING = 10.0
# The numbers of children, in all and of those on their way out, of which something is remembered.
MAX_CHILDREN = 20_000
MAX_LEAVING = 100


class PodLines:
    """The lines about children that were printed; some are held back for a moment.

    - A passing state, such as `running`, has a line only if it lasts; a problem, such as a missing
      Secret, only if no cause explains it.
    - A restart has no line: the next exit shows it or, if there is none, that the cause is gone.
    - Pods that exit in the same way within a second share a line.
    """

    def __init__(
        self, layout: LineLayout, names: ShortNames, logs: LogLineFormatter, held: HeldLines
    ) -> None:
        self.layout = layout
        self.names = names
        self.held = held
        self._logs = logs
        # The last texts of children that were received, and that were printed.
        self._texts: dict[Target, dict[str, str]] = {}
        self._printed: dict[tuple[Target, str, str], str] = {}
        self._seen_at: dict[tuple[Target, str], float] = {}
        self._nodes: dict[tuple[Target, str], str] = {}
        # The number of the last exit of each container.
        self._exits: dict[tuple[Target, str], dict[str, int]] = {}
        # Held back, by their topic, and by target and text.
        self._passing: dict[tuple[object, ...], ChildChanged] = {}
        # Texts and reasons that a cause of a target has explained.
        self._explained: dict[Target, set[str]] = {}
        self._exited: dict[tuple[object, ...], list[ChildChanged]] = {}
        # The children by the time of their last change, and those of them that are terminating.
        self._known: dict[tuple[Target, str], str] = {}
        self._leaving: dict[tuple[Target, str], None] = {}

    def have_lines(self, target: Target) -> bool:
        """Return whether a target has children."""
        return target in self._texts

    def are_ready(self, target: Target) -> bool:
        """Return whether all children of a target are ready, or on their way out."""
        return {*self._texts.get(target, {}).values()} <= {'ready', 'terminating'}

    def age(self, target: Target, name: str, at: float) -> float:
        """Return for how long a child has been known; 0 if it is not."""
        return at - self._seen_at.get((target, name), at)

    def is_news(self, event: ChildChanged) -> bool:
        """Return whether the text of a child has changed."""
        return self._texts.get(event.target, {}).get(event.name) != event.text

    def render(self, event: ChildChanged) -> list[str]:
        """Return the lines that a change of a child adds."""
        if not self.is_news(event):
            return []
        self.held.drop(('child', event.target, event.name))
        self._seen_at.setdefault((event.target, event.name), event.at)
        texts = self._texts.setdefault(event.target, {})
        exits = self._exits.setdefault((event.target, event.name), {})
        if event.running_again and event.exits <= exits.get(event.container, 0):
            return []
        earlier = self._earlier_exits(event)
        exits[event.container] = event.exits
        texts[event.name] = event.text
        self._evict(event)
        if event.exits:
            self._hold_exit(event)
            return earlier
        # The last line of the target may say the same as that of its last pod.
        if event.is_passing or event.text == 'ready':
            topic = ('child', event.target, event.name)
            self._passing[topic] = event
            is_progress = event.is_passing and not event.problem
            seconds = LASTING if is_progress else HOLD
            self.held.hold(topic, event.at, lambda: self._print_passing(event), seconds)
            return earlier
        return [*earlier, *self._print(event)]

    def _evict(self, event: ChildChanged) -> None:
        """Forget the children that left first: pods come and go as long as the run lasts."""
        child = (event.target, event.name)
        self._known.pop(child, None)
        self._known[child] = event.kind
        if event.text == 'terminating':
            self._leaving[child] = None
        if len(self._leaving) > MAX_LEAVING:
            self._forget(*next(iter(self._leaving)))
        elif len(self._known) > MAX_CHILDREN:
            self._forget(*next(iter(self._known)))

    def _forget(self, target: Target, name: str) -> None:
        kind = self._known.pop((target, name))
        self._leaving.pop((target, name), None)
        self._texts[target].pop(name, None)
        self._printed.pop((target, kind, name), None)
        self._seen_at.pop((target, name), None)
        self._nodes.pop((target, name), None)
        self._exits.pop((target, name), None)
        self.held.drop(('child', target, name))
        self._passing.pop(('child', target, name), None)
        self.names.forget(name)
        self._logs.forget(target, name)

    def forget_target(self, target: Target) -> None:
        """Forget a target that has ended, and its children."""
        for child in [child for child in self._known if child[0] == target]:
            self._forget(*child)
        self._texts.pop(target, None)
        self._explained.pop(target, None)

    def drop_explained(self, event: CauseSeen) -> None:
        """Drop the lines about first exits that the message of a cause describes."""
        explained = self._explained.setdefault(event.target, set())
        for topic in self.held.topics('exit', event.target):
            exited, rest = self._exited[topic], []
            for child in exited:
                if child.exits == 1 and not child.running_again and child.name in event.cause.pods:
                    explained.add(child.text)
                else:
                    rest.append(child)
            exited[:] = rest
        if event.cause.reason:
            explained.add(event.cause.reason)

    def forget_explained(self, target: Target) -> None:
        """Print again what a cause explained: it is gone."""
        self._explained.pop(target, None)

    def end(self, event: TargetEnded) -> list[str]:
        """Return the lines of a target that were held back, unless its verdict explains them."""
        cause, target = event.explanation.cause, event.target
        for topic in self.held.topics('child', target):
            name = self._passing[topic].name
            is_needless = event.verdict is Verdict.READY and not self._logs.has_remark(target, name)
            if is_needless or (cause and name in cause.pods):
                self.held.drop(topic)
        topics = [*self.held.topics('child', target), *self.held.topics('exit', target)]
        return self.held.flush(topics)

    def _print_passing(self, first: ChildChanged) -> list[str]:
        """Return a line for all pods that are in the same state as the first one."""
        explained = self._explained.get(first.target, ())
        if first.problem and first.problem in explained:
            return []
        topics = self.held.topics('child', first.target)
        same = [topic for topic in topics if self._passing[topic].text == first.text]
        events = [first, *(self._passing[topic] for topic in same)]
        for topic in same:
            self.held.drop(topic)
        if len(events) == 1:
            return self._print(first)
        texts = {self._with_node(event) for event in events}
        for event in events:
            self._printed[event.target, event.kind, event.name] = event.text
        remark = self._logs.remark(first.target, [event.name for event in events])
        text = texts.pop() if len(texts) == 1 else first.text
        text = f'{count_noun(len(events), "pod")}: {text}'
        subject = self.names.target(first.target)
        return self.layout.line(first.at, subject, f'{text} ({remark})' if remark else text)

    def _print(self, event: ChildChanged) -> list[str]:
        child = (event.target, event.kind, event.name)
        if self._printed.get(child) == event.text:
            return []
        self._printed[child] = event.text
        text = self._with_node(event)
        remark = self._logs.remark(event.target, (event.name,))
        subject = self.names.subject(event.target, event.kind, event.name)
        return self.layout.line(event.at, subject, f'{text} ({remark})' if remark else text)

    def _with_node(self, event: ChildChanged) -> str:
        """Return the text of a child, with the node of a pod where that was not shown yet."""
        pod = (event.target, event.name)
        if event.text == 'terminating' or event.node == self._nodes.get(pod, ''):
            return event.text
        self._nodes[pod] = event.node
        return event.text if event.node in event.text else f'{event.text} on {event.node}'

    def _hold_exit(self, event: ChildChanged) -> None:
        if event.exits == 1 and event.text in self._explained.get(event.target, ()):
            # The line of the cause counts its pods.
            return
        topic = ('exit', event.target, event.text)
        if len(self._exited) > MAX_LEAVING:
            self._exited = {key: self._exited[key] for key in self._exited if key in self.held}
        exited = self._exited.setdefault(topic, [])
        if topic not in self.held:
            exited.clear()
        exited.append(event)
        self.held.hold(topic, exited[0].at, lambda: self._print_exits(exited))

    def _print_exits(self, exited: list[ChildChanged]) -> list[str]:
        if not exited:
            return []
        first, pods = exited[0], list(dict.fromkeys(event.name for event in exited))
        remark = self._logs.remark(first.target, pods, first.exits)
        if len(pods) == 1:
            subject = self.names.subject(first.target, 'po', first.name)
            text = self._with_node(first)
        else:
            subject = self.names.target(first.target)
            text = f'{count_noun(len(pods), "pod")}: {first.text}'
        for event in exited:
            self._printed[event.target, event.kind, event.name] = event.text
        return self.layout.line(first.at, subject, f'{text}: {remark}' if remark else text)

    def _earlier_exits(self, event: ChildChanged) -> list[str]:
        """Return the lines about exits of a pod that were held back, unless a new text has them."""
        lines: list[str] = []
        for topic in self.held.topics('exit', event.target):
            exited = self._exited[topic]
            if event.text == topic[2] or event.name not in {child.name for child in exited}:
                continue
            if str(topic[2]) in event.text or event.text == 'completed':
                exited[:] = [child for child in exited if child.name != event.name]
            lines += self.held.flush([topic])
        return lines
