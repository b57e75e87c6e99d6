"""Options of a run."""

from __future__ import annotations

from kubectl_dog.model.named_tuple import NamedTuple


class Options(NamedTuple):
    """The options of a run. Times are in seconds.

    Verdict:

    - `timeout`, `create_timeout`: time limits; None means no limit.
    - `needs_namespace`: do not wait for a target whose namespace does not exist.
    - `stall_timeout`: limit for the time without progress; None means auto.
    - `stable_for`: how long the target must stay ready; None means auto.
    - `status_period`: seconds between status reports, at least 1; 0 means none.
    - `tolerate`: texts like `CrashLoop=5`.
    - `allow_failures`: number or percentage of pods that may fail.
    - `on_pause`: one of PAUSES; empty means stop.
    - `revision`, `expect_images`: revision and images that must be rolled out; empty means any.
    - `expect_generation`: the least metadata.generation that counts; None means any.
    - `file_images`: texts CONTAINER=IMAGE of a file, in recordings of earlier versions.
    - `at_revision`: commit that must be applied, as for `--at-revision`; empty means any.
    - `at_source`: `at_revision` only counts for applications of this source; empty means all.
    - `revision_timeout`: time limit for `at_revision` to be applied.
    - `with_managed`: also track what the targets that are GitOps applications manage.
    - `wait_for_termination`: ready only once the old pods are gone.
    - `strict_nodes`: nodes that were unready before need their DaemonSet pod, too.
    - `min_available`: available pods that are enough: a number, a percentage or `maxUnavailable`.
    - `ready_when`: condition for ready, as for `kubectl wait --for`; of several, one per line.
    - `require_status`: an object whose status cannot be assessed is unknown, not ready.
    - `ignore_foreign_annotations`: annotations of other tools change nothing.
    - `keep_going`: continue with other targets after a failure.
    - `fail_mode`: one of FAIL_MODES; empty means now.
    - `blocking`: false for targets that the run does not wait for once all others have ended.
    - `explicit`: names of options that were given although they have the default value.

    Mode:

    - `follow`: never fail; end when the target ends.
    - `once`: assess the targets once, and end.
    - `exit_when_ready`: with `follow`, end once the target is ready.
    - `emit_timer_changes`: with `follow`, emit changes that only elapsed time causes at once.
    - `show_events`: print Kubernetes events.

    Command of `kubectl dog run`:

    - `command`: name of the command that runs beside the call, on which verdicts wait; empty
      without a command.
    - `exit_with_verdict`: the verdict is the exit code if the command ended with 0.
    - `helm_release`: only changes of objects of this release count; empty for all changes.

    Logs:

    - `logs`: print logs; without it only the last lines of failed containers are read.
    - `logs_all`: print the logs of all pods, not of a few pods per revision.
    - `since`: start this many seconds before the run.
    - `logs_from_time`: start at this server time, in epoch seconds; takes precedence over `since`.
    - `tail`: number of lines to start with; None means all.
    - `containers`, `skip_containers`: names of containers; empty means all, and none.
    - `include`, `exclude`: regular expressions, or NAME=REGEX for one container.
    - `logs_until`: one of LOGS_UNTIL; empty for the default.
    - `previous`: start with the instance before the present one.
    - `max_log_streams`: logs that are read at the same time.
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
    expect_generation: int | None = None
    file_images: tuple[str, ...] = ()
    wait_for_termination: bool = False
    strict_nodes: bool = False
    keep_going: bool = False
    fail_mode: str = ''
    blocking: bool = True
    min_available: str = ''
    ready_when: str = ''
    require_status: bool = False
    ignore_foreign_annotations: bool = False
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
    # Each stream takes a connection, and a shell on macOS allows 256 open files.
    max_log_streams: int = 200
    needs_namespace: bool = False
    at_revision: str = ''
    at_source: str = ''
    # Longer than the usual intervals between reads of a repository.
    revision_timeout: float = 600.0
    with_managed: bool = False
    command: str = ''
    exit_with_verdict: bool = False
    helm_release: str = ''


# Effect of a paused target: the run ends (the default), nothing, or success.
PAUSES = ('stop', 'wait', 'succeed')

# How long the log of a pod is printed: until the pod is ready, its target is ready, or all targets
# are. Empty: until a readiness probe of the pod succeeds; without end for `follow`.
LOGS_UNTIL = ('ready', 'available', 'end')

# Effect of a failed target: the run ends (the default), it ends after all other targets, or none.
FAIL_MODES = ('now', 'end', 'ignore')
