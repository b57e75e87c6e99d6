"""Main function: parse the command line, run one command, turn errors into exit codes."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence

from kubectl_dog import platform_compat
from kubectl_dog.cli import standard_streams
from kubectl_dog.cli.parser import executable_name
from kubectl_dog.cli.parser import parse
from kubectl_dog.model.errors import UserError
from kubectl_dog.output.command_guard import guarded_streams
from kubectl_dog.output.escape import sentence
from kubectl_dog.output.stream_writer import OutputClosedError
from kubectl_dog.output.stream_writer import OutputFailedError

# The commands that shells run for completion, by cobra's protocol; the second without descriptions.
_COMPLETE = ('__complete', '__completeNoDesc')
# kubectl runs a file of this name for the TAB key: a link to the program, or a copy of it.
_COMPLETION_PREFIX = 'kubectl_complete-'
_INTERNAL_ERROR = 70
# Log lines are many and short-lived: a collection every 700 objects, Python's default, takes a
# tenth of the time of a run. The objects of a start are many, too, but stay.
_GC_THRESHOLD = 50_000
# The default of 8 MiB for each of hundreds of threads meets limits on virtual memory. The setting
# is the process's, so that only the program changes it: a library would change its caller's.
_STACK_SIZE = 256 * 1024


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; `argv` excludes the program's name."""
    words = sys.argv[1:] if argv is None else list(argv)
    platform_compat.reopen_closed_streams()
    if argv is None and executable_name().startswith(_COMPLETION_PREFIX):
        words.insert(0, _COMPLETE[0])
    if words and words[0] in _COMPLETE:
        from kubectl_dog.cli.completion import complete_command

        return complete_command.run(words[1:], words[0] == _COMPLETE[0])
    gc.set_threshold(_GC_THRESHOLD)
    if argv is None:
        threading.stack_size(_STACK_SIZE)
    with guarded_streams():
        try:
            with standard_streams.background_stderr():
                return _run(words)
        except KeyboardInterrupt as stop:
            return platform_compat.ended_by(stop)


def _run(words: list[str]) -> int:
    """Run a command, and print errors as one sentence."""
    args = None
    try:
        args = parse(words)
        if getattr(args, 'timeout', None):
            standard_streams.set_deadline(args.timeout)
        with standard_streams.reserved_stdout():
            return int(args.run(args))
    except UserError as error:
        from kubectl_dog.cli import early_errors

        text = sentence(str(error))
        code = _fail(text, error.exit_code)
        early_errors.finish(words, args, text)
        return code
    except OutputClosedError:
        return OutputClosedError.exit_code
    except OutputFailedError as error:
        return _fail(sentence(f'cannot write to standard output: {error}'), error.exit_code)
    except (Exception, SystemExit):
        # Only packages raise SystemExit; its exit code would look like a verdict.
        from kubectl_dog.cli import crash_report

        return _fail(crash_report.crash_report(words), _INTERNAL_ERROR)


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f'error: {text}\n')
    return code
