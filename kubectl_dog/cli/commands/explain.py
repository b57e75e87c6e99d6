"""The command `explain`: what the code of a cause means, and what to do."""

from __future__ import annotations

from kubectl_dog.cli import common_flags
from kubectl_dog.cli.flags import Argument
from kubectl_dog.cli.flags import Arguments
from kubectl_dog.cli.flags import Command
from kubectl_dog.model.errors import UserError


def explain() -> Command:
    """Return the table of the command."""
    return Command(
        'explain',
        run,
        'Explain the code of a cause: its meaning, how it is recognized, its tolerance, what to do '
        'and how to tolerate it. Without a code, list all codes. No cluster is needed.',
        (common_flags.document('text'),),
        Argument('code', '[CODE]', 'Code of a cause, such as CrashLoop', '?'),
        examples=('kubectl dog explain', 'kubectl dog explain CrashLoop'),
    )


def run(args: Arguments) -> int:
    """Print the explanation, or the list; raises UserError if the code is unknown."""
    from kubectl_dog.causes import code_docs
    from kubectl_dog.cli import standard_streams
    from kubectl_dog.output import code_text
    from kubectl_dog.output.stream_writer import Writer

    codes = code_docs.codes_by_family()
    if args.code is not None:
        code = code_docs.find_code(args.code)
        if code is None:
            raise UserError(_unknown(args.code, code_docs.similar_codes(args.code)))
        codes = [code]
    entries = [code_docs.describe_code(code) for code in codes]
    if args.output == 'json':
        lines = [code_text.document(entries)]
    else:
        lines = code_text.listing(entries) if args.code is None else code_text.describe(entries[0])
    Writer(standard_streams.stdout()).write(lines)
    return 0


def _unknown(word: str, similar: list[str]) -> str:
    from kubectl_dog.cli.parser import program_name

    near = f': did you mean {" or ".join(similar)}?' if similar else ';'
    return f'unknown code "{word}"{near} `{program_name()} explain` lists all codes'
