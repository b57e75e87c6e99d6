"""Memory of `follow` in a day in which all pods are replaced every minute, at instant speed.

    python -m benchmarks.long_run [--hours 24]

It needs no cluster: tests/unit/churn.py simulates it, with kube events, crashes, logs and
interrupted watches. Resident memory is printed for each eighth of the time, with the numbers of
entries of the collections that have grown in the second half. It takes about two minutes.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from kubectl_dog import api
from kubectl_dog.cluster.source.watch_sharing import SharedSource
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.output.plain import PlainRenderer
from kubectl_dog.output.renderer import RenderOptions
from tests.unit import churn
from tests.unit import fleet
from tests.unit.sizes import sizes


def resident():
    """Resident memory in MiB."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1024**2


def measure(hours):
    """Print the memory curve of a followed Deployment; returns what grows at the end."""
    rounds = int(hours * 3600 / churn.ROUND)
    shared = SharedSource(churn.Day(rounds))
    target = Target(DEPLOYMENTS, fleet.SPACE, 'web-000')
    session = api.session(shared, [target], Options(follow=True))
    renderer = PlainRenderer(RenderOptions(fleet.STARTED, follow=True))
    # At the same moment of ten rounds, the last of which interrupts the watches.
    marks = [(rounds * part // 80 * 10 - 5.1) * churn.ROUND for part in range(1, 9)]
    lines, sized, began = 0, [], time.process_time()
    for events in session.event_batches():
        for event in events:
            lines += len(renderer.render(event))
        renderer.flush(shared.now())
        if marks and shared.now() >= marks[0]:
            gc.collect()
            hour, cpu = marks.pop(0) / 3600, time.process_time() - began
            write(f'{hour:5.1f} h  {resident():6.1f} MiB  {lines:8,} lines  {cpu:6.1f} s CPU')
            sized.append(sizes(session, shared, renderer))
    half, end = sized[3], sized[-1]
    return {key: (half[key], count) for key, count in end.items() if count > half[key]}


def write(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--hours', type=float, default=24)
    for key, (half, end) in measure(parser.parse_args().hours).items():
        write(f'grown: {key} from {half} to {end}')


if __name__ == '__main__':
    main()
