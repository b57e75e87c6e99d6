"""Fuzz the program with mutations of real inputs.

    python -m tests.fuzz SECONDS [SEED] [KIND ...]

Prints each failure once, with the seed that repeats it, and exits with 1 if there is any. A
failure is an internal error, an exception, more than 10 s of CPU, or more than 4 GiB of memory.
The inputs that fail are written to `kubectl-dog-fuzz` in the directory for temporary files.
"""

from __future__ import annotations

import random
import re
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.drivers import DRIVERS

MOST_SECONDS = 10.0
MOST_MEMORY = 4 << 30
FAILURES = Path(tempfile.gettempdir()) / 'kubectl-dog-fuzz'


class TooSlowError(BaseException):
    """An input takes too long. No `Exception`, which the program would catch."""


def _stop(*_):
    raise TooSlowError


def limit():
    """Limit the memory of this process, and let slow inputs fail."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGVTALRM, _stop)


def place(error):
    """A short text that is the same for the same fault."""
    frames = re.findall(r'kubectl_dog[\w.]+, line \d+', str(error))
    if frames:
        return frames[-1] + ' ' + str(error).splitlines()[-1][:100]
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f'{type(error).__name__} {Path(frame.filename).name}:{frame.lineno} {str(error)[:100]}'


def attempt(kind, seed, folder):
    """Run one input; returns the text of its failure, or None, and the input."""
    rng = random.Random(f'{kind} {seed}')
    driver = DRIVERS[kind]
    data, argv = driver.make(rng)
    began = time.process_time()
    try:
        driver.run(folder, data, argv)
    except TooSlowError as error:
        return f'more than {MOST_SECONDS:.0f} s: {place(error)}', data, argv
    except Exception as error:
        return place(error), data, argv
    took = time.process_time() - began
    return (f'{took:.1f} s' if took > MOST_SECONDS else None), data, argv


def main(words):
    seconds = float(words[0])
    seed = int(words[1]) if len(words) > 1 else random.SystemRandom().randrange(10**6)
    kinds = words[2:] or list(DRIVERS)
    ends_at = time.monotonic() + seconds
    limit()
    failures, counts = {}, dict.fromkeys(kinds, 0)
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < ends_at:
            for kind in kinds:
                signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
                failure, data, argv = attempt(kind, seed, Path(folder))
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                counts[kind] += 1
                if failure and (kind, failure) not in failures:
                    failures[kind, failure] = seed
                    FAILURES.mkdir(exist_ok=True)
                    (FAILURES / f'{kind}-{seed}'.replace(' ', '-')).write_bytes(data)
                    print(f'{kind} {seed} {" ".join(argv)}: {failure}', flush=True)
            seed += 1
    print(', '.join(f'{count} {kind}' for kind, count in counts.items()), 'inputs')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
