"""Load the rule files that the user names with --rules."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence

from kubectl_dog import file_limits
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import Resource
from kubectl_dog.rules.rule_text import parse_rule_text
from kubectl_dog.trackers.declarative.rule_model import Rule

# The number of kinds that a message lists.
_LISTED = 5


def load_rules(paths: Sequence[str]) -> list[Rule]:
    """Load the rules of files in order; raises UserError with the file, rule and field."""
    all_rules = []
    for path in paths:
        rules = parse_rule_text(_read_text(path), path)
        if not rules:
            raise UserError(f'{path}: has no rule: docs/rules.md describes rules')
        all_rules += rules
    return all_rules


def unused_files(rules: Sequence[Rule], resources: Collection[Resource]) -> Iterator[str]:
    """Yield a sentence for each file whose rules match none of these kinds."""
    by_file: dict[str, list[Rule]] = {}
    for rule in rules:
        by_file.setdefault(rule.source.rpartition(': rule ')[0], []).append(rule)
    for file, its_rules in by_file.items():
        if not any(rule.fits(resource) for rule in its_rules for resource in resources):
            kinds = list(dict.fromkeys(label for rule in its_rules for label in _labels(rule)))
            more = f' and {len(kinds) - _LISTED} more' if len(kinds) > _LISTED else ''
            listed = ', '.join(kinds[:_LISTED])
            yield f'--rules {file} matches nothing: no target is of kind {listed}{more}'


def _labels(rule: Rule) -> Iterator[str]:
    for kind in rule.kinds:
        yield from (f'{kind}.{group}'.rstrip('.') for group in rule.groups)


def _read_text(path: str) -> str:
    try:
        return file_limits.read_file(path, file_limits.RULES).decode()
    except OSError as error:
        raise UserError(f'{path}: cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise UserError(f'{path}: is not text in UTF-8') from None
    except ValueError:
        # open() raises ValueError for a NUL in the name.
        raise UserError(f'{path!r}: cannot be read: invalid path') from None
