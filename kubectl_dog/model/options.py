"""What the user may set for a run."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """All times in seconds; None means `auto` for the stall and stable times, else `no limit`.

    `since` counts back from the start of the run, and `logs_from_time`, which wins over it, is a
    moment (the server's, in epoch seconds); `tail` is in lines. `follow` never fails and
    ends only with its target, `once` takes a single look. `tolerate` holds texts like
    `CrashLoop=5`, `allow_failures` is a number of pods or a percentage of them, `on_pause` one of
    PAUSES. `revision` and `expect_images` pin what has to be rolled out; empty pins nothing.
    `keep_going` judges every target though one has failed; `fail_mode` is one of FAIL_MODES, and
    what is not `blocking` is waited for only with the others. So many pods as `min_available` says
    are enough: a number, a percentage, or `maxUnavailable`; `ready_when` says what ready means, as
    `kubectl wait --for` has it. `told` names the options that were said though they are the
    defaults. Who follows stops at what is ready with `exit_when_ready`, and is told at once of what
    only time decides when `attentive`.

    Without `logs` only the last words of what failed are read. `containers` and `skip_containers`
    are names; `include` and `exclude` are regular expressions, or NAME=REGEX for one container;
    `logs_until` is one of UNTIL, `max_log_streams` counts the logs that are read at once.
    """

    timeout: float | None = None
    stall_timeout: float | None = None
    create_timeout: float = 30.0
    stable_for: float | None = None
    status_period: float = 30.0
    since: float | None = None
    logs_from_time: float | None = None
    tail: int | None = 100
    logs: bool = True
    follow: bool = False
    once: bool = False
    tolerate: tuple[str, ...] = ()
    allow_failures: str = ''
    on_pause: str = ''
    revision: str = ''
    expect_images: tuple[str, ...] = ()
    wait_for_termination: bool = False
    strict_nodes: bool = False
    keep_going: bool = False
    fail_mode: str = ''
    blocking: bool = True
    min_available: str = ''
    ready_when: str = ''
    exit_when_ready: bool = False
    emit_timer_changes: bool = False
    explicit: tuple[str, ...] = ()
    show_events: bool = True
    logs_all: bool = False
    containers: tuple[str, ...] = ()
    skip_containers: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    logs_until: str = ''
    previous: bool = False
    # Each takes a connection, and a shell on macOS allows 256 open files.
    max_log_streams: int = 200


# What a pause means: the end of the run (the default), nothing at all, or success.
PAUSES = ('stop', 'wait', 'succeed')

# How long the log of a pod is shown: until the pod is ready, until its target is, or all targets
# are. Empty: until the pod is ready by a probe of its own; to follow, for ever.
LOGS_UNTIL = ('ready', 'available', 'end')

# What the failure of a target means: the end of the call (the default), nothing before the other
# targets have ended, or nothing at all.
FAIL_MODES = ('now', 'end', 'ignore')
