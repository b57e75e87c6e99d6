"""Targets that wait for the same root share one explanation, in every output."""

from __future__ import annotations

import pytest

from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Dependency
from kubectl_dog.model.events import RunBegan
from kubectl_dog.model.events import RunEnded
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import SECRETS
from kubectl_dog.model.resources import STATEFULSETS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.model.wants import Lookup
from kubectl_dog.output.brief import BriefRenderer
from kubectl_dog.output.ci import azure
from kubectl_dog.output.ci import github
from kubectl_dog.output.ci import teamcity
from kubectl_dog.output.ci.ci_output import Context
from kubectl_dog.output.colour import Palette
from kubectl_dog.output.failure_groups import failure_groups
from kubectl_dog.output.failure_summary import failure_summaries
from kubectl_dog.output.renderer import RenderOptions
from kubectl_dog.output.report import html_page
from kubectl_dog.output.report import junit
from kubectl_dog.output.report import markdown
from kubectl_dog.output.short_names import ShortNames
from tests.unit.run_records import record

PROBLEM = 'sts/db: ImageNotFound: image "db:16.l" was not found in the registry'
DB = Dependency(
    ('svc/db:5432',), 'shop', 'sts/db', 'ImageNotFound', PROBLEM, '0 of 1 endpoints ready'
)
API = Dependency(('svc/api:80',), 'shop', 'deploy/api', 'CrashLoop', 'deploy/api: CrashLoop: x')
THROUGH_API = DB._replace(services=('svc/api:80', 'svc/db:5432'))
BAD_TARGET = Dependency(('svc/db:80',), 'shop', 'svc/db', '', 'svc/db:80 forwards to port 8')
NO_PORT, NO_PORT_82 = (
    Dependency((label,), 'shop', 'svc/db', '', f'{label}: the Service has only the port 80')
    for label in ('svc/db:81', 'svc/db:82')
)
NO_IMAGE = Cause('ImageNotFound', 'ErrImagePull', 'main', 'image "db:16.l" was not found')
DB_TARGET = Target(STATEFULSETS, 'shop', 'db')


def waits(name, root=DB, verdict=Verdict.FAILED, namespace='shop', facts=()):
    """The end of a Deployment that crashes because of a Service."""
    cause = Cause('CrashLoop', 'BackOff', 'main', f'{name} exited', (f'{name}-1',), dependency=root)
    cause = cause._replace(evidence=('it connects to svc/db:5432', root.problem) if root else ())
    target = Target(DEPLOYMENTS, namespace, name)
    explanation = Explanation(
        cause,
        (f'{name} exited', *cause.evidence, *facts),
        (f'{name}: refused',),
        (f'kubectl logs {name}-1',),
    )
    return TargetEnded(14.0, target, verdict, '', '', None, explanation)


def broken_db(verdict=Verdict.PROGRESSING):
    explanation = Explanation(NO_IMAGE, (NO_IMAGE.message,), (), ('kubectl describe pod db-0',))
    return TargetEnded(19.0, DB_TARGET, verdict, '', '', None, explanation)


def many(count, **fields):
    return [waits(f's{number}', **fields) for number in range(count)]


def labels(groups):
    """The targets of each group: those with the cause, and those that wait."""
    return [
        (
            [event.target.label for event in group.events],
            [event.target.label for event in group.waiting],
        )
        for group in groups
    ]


@pytest.mark.parametrize(
    ('events', 'expected'),
    (
        # The root is a target, whatever its place.
        ((waits('a'), broken_db()), [(['sts/db'], ['deploy/a'])]),
        ((broken_db(), waits('a'), waits('b')), [(['sts/db'], ['deploy/a', 'deploy/b'])]),
        # It is none.
        ((waits('a'), waits('b')), [([], ['deploy/a', 'deploy/b'])]),
        ((waits('a'),), [(['deploy/a'], [])]),
        ((waits('a'), waits('b', None)), [(['deploy/a'], []), (['deploy/b'], [])]),
        # Another root: in another namespace, or another workload.
        (
            (waits('a'), waits('b', DB._replace(namespace='bank'))),
            [(['deploy/a'], []), (['deploy/b'], [])],
        ),
        ((waits('a'), waits('b', API)), [(['deploy/a'], []), (['deploy/b'], [])]),
        # The Service works, and each connection has a problem of its own, or the same.
        ((waits('a', BAD_TARGET), waits('b', NO_PORT)), [(['deploy/a'], []), (['deploy/b'], [])]),
        ((waits('a', NO_PORT), waits('b', NO_PORT_82)), [([], ['deploy/a', 'deploy/b'])]),
        # A chain: known as a whole, or only through the target on the way.
        (
            (waits('web', THROUGH_API), waits('api'), broken_db()),
            [(['sts/db'], ['deploy/api', 'deploy/web'])],
        ),
        ((waits('web', API), waits('api')), [([], ['deploy/web', 'deploy/api'])]),
        # A circle has no root.
        (
            (waits('web', API), waits('api', API._replace(root='deploy/web'))),
            [(['deploy/web'], []), (['deploy/api'], [])],
        ),
        # Targets with the same cause come together, and those that wait for one of them.
        (
            (waits('a'), broken_db(), waits('b', None), waits('c')),
            [(['sts/db'], ['deploy/a', 'deploy/c']), (['deploy/b'], [])],
        ),
    ),
)
def test_targets_are_grouped_by_the_root(events, expected):
    assert labels(failure_groups(events)) == expected


def summary(*events, progressing=()):
    return failure_summaries(events, Palette(False), ShortNames().full, 0, progressing)


def same(name, **fields):
    """The end of a target with a cause of its own, except for these fields."""
    cause = Cause('CrashLoop', 'BackOff', f'c-{name}', f'{name} exited', (f'{name}-1',))
    event = waits(name, None)
    explanation = event.explanation._replace(cause=cause._replace(**fields), log_excerpt=())
    return event._replace(explanation=explanation)


LOOKUPS = (Lookup(SECRETS, 'shop', 'key'),)


@pytest.mark.parametrize(
    ('events', 'expected'),
    (
        # The same object, wherever it is used.
        (
            [
                same('a', subject='env/key', lookups=LOOKUPS),
                same('b', subject='volume/key', lookups=LOOKUPS),
                same('c', subject='env/key'),
            ],
            [['a', 'b'], ['c']],
        ),
        # The same container of the same pod.
        (
            [
                same('a', subject='x', pods=('p', 'q')),
                same('b', subject='x', pods=('q',)),
                same('c', subject='y', pods=('q',)),
            ],
            [['a', 'b'], ['c']],
        ),
        # The first group counts, also for those that come later.
        (
            [
                same('a', message='m'),
                same('b', subject='x', pods=('p',)),
                same('c', subject='x', pods=('p',), message='m'),
                same('d', subject='x', pods=('p',)),
            ],
            [['a', 'c', 'd'], ['b']],
        ),
        # Another code is another cause.
        ([same('a', message='m'), same('b', message='m', code='OOMKilled')], [['a'], ['b']]),
    ),
)
def test_targets_with_the_same_cause_share_an_explanation(events, expected):
    names = [[event.target.name for event in group.events] for group in failure_groups(events)]
    assert names == expected


class Text(str):
    """A text that counts comparisons, by which groups are found."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other):
        Text.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@pytest.mark.parametrize('shared', (True, False))
def test_the_cost_of_grouping_grows_with_the_number_of_targets(shared):
    costs = []
    for count in (50, 500):
        Text.compared = 0
        failure_groups(
            [same(str(n), message=Text('m' if shared else f'm{n}')) for n in range(count)]
        )
        costs.append(Text.compared)
    assert costs[1] <= 15 * max(costs[0], 1)


def test_targets_in_progress_are_only_in_groups_of_failures():
    progressing = [waits('a', verdict=Verdict.PROGRESSING), broken_db(Verdict.PROGRESSING)]
    assert labels(failure_groups([broken_db(Verdict.FAILED)], progressing[:1])) == [
        (['sts/db'], ['deploy/a'])
    ]
    assert failure_groups([], progressing) == []
    # What it waits for is not why the other one has failed.
    assert labels(failure_groups([waits('b', None)], progressing)) == [(['deploy/b'], [])]
    [line] = [text for text in summary(waits('b'), progressing=progressing) if 'wait for' in text]
    assert line.endswith(': deploy/b, deploy/a')


def test_the_summary_of_a_target_lists_those_that_wait_for_it():
    assert summary(*many(3), broken_db()) == [
        '✗ sts/db was failing when the run ended: ImageNotFound (ErrImagePull)',
        '  WHY   image "db:16.l" was not found',
        '        3 targets wait for svc/db:5432 (0 of 1 endpoints ready): deploy/s0, deploy/s1, '
        'deploy/s2',
        '  NEXT  kubectl describe pod db-0',
    ]


def test_a_root_that_is_no_target_is_explained_once():
    assert summary(*many(9), waits('web', verdict=Verdict.PROGRESSING)) == [
        '✗ deploy/s0, deploy/s1, deploy/s2, deploy/s3, deploy/s4 and 5 more: 9 failed, 1 failing: '
        'sts/db: ImageNotFound',
        f'  WHY   {PROBLEM}',
        '        10 targets wait for svc/db:5432 (0 of 1 endpoints ready): deploy/s0, deploy/s1, '
        'deploy/s2, deploy/s3, deploy/s4, deploy/s5, deploy/s6, deploy/s7, deploy/s8, deploy/web',
        '        last log line: s0: refused',
        '  NEXT  kubectl describe -n shop sts/db',
        '        kubectl logs s0-1',
    ]


def waiting_lines(*events):
    return [text.strip() for text in summary(*events) if ' for svc/' in text]


def test_targets_are_listed_by_the_service_with_those_on_the_way():
    given = waits('a'), waits('web', THROUGH_API), waits('old', DB._replace(services=('svc/db',)))
    [line] = waiting_lines(*given)
    assert line.endswith(': deploy/a, deploy/old, deploy/web (through svc/api:80)')
    other = waits('b', DB._replace(services=('svc/db-read:5432',)))
    assert waiting_lines(waits('a'), other) == [
        '1 target waits for svc/db:5432 (0 of 1 endpoints ready): deploy/a',
        '1 target waits for svc/db-read:5432: deploy/b',
    ]
    [line] = waiting_lines(waits('web', API), waits('api'))
    assert line.endswith(': deploy/web (through svc/api:80), deploy/api')


def test_another_namespace_is_named_and_long_lists_are_cut():
    [line] = waiting_lines(waits('a', namespace='front'), waits('b', namespace='front'))
    assert ' for svc/db:5432 in namespace shop (' in line
    [line] = waiting_lines(*many(33))
    assert line.startswith('33 targets') and line.endswith('deploy/s29, and 3 more')


def crashed(name, log=('FATAL',), root=None):
    """A target whose containers end in the same way as those of others."""
    event = waits(name, root)
    cause = event.explanation.cause._replace(message='it exits')
    return event._replace(explanation=event.explanation._replace(cause=cause, log_excerpt=log))


@pytest.mark.parametrize(
    ('first', 'second', 'count'),
    (
        (crashed('a'), crashed('b'), 1),
        (crashed('a'), crashed('b', ('FATAL: other',)), 2),
        (crashed('a'), crashed('b', root=DB), 2),
        (crashed('a', root=API), crashed('b', root=DB), 2),
    ),
)
def test_the_same_end_of_containers_has_the_same_cause_only_with_the_same_evidence(
    first, second, count
):
    assert len(failure_groups([first, second])) == count


def test_what_is_known_about_the_root_is_not_repeated():
    fact = 'it was waiting for 1 of 1 pod to become ready'
    root = broken_db()
    facts = (NO_IMAGE.message, fact)
    root = root._replace(explanation=root.explanation._replace(facts=facts))
    waiting = [waits('a', facts=(fact,)), waits('b', facts=('it was waiting for 2 of 2 pods',))]
    lines = [line.strip() for line in summary(*waiting, root)]
    assert [line for line in lines if 'it was waiting for' in line] == [fact]


def test_what_else_is_known_about_targets_that_wait_is_kept():
    serves, change = 'the old revision still serves', 'new in revision 8: env DB'
    given = [waits('a', facts=(serves,)), waits('b', facts=(serves, change))]
    lines = [line.strip() for line in summary(*given)]
    assert serves in lines and f'deploy/b: {change}' in lines


def test_the_command_of_a_root_is_safe():
    odd = DB._replace(root='sts/db; rm -rf /')
    assert "  NEXT  kubectl describe -n shop 'sts/db; rm -rf /'" in summary(
        waits('a', odd), waits('b', odd)
    )
    unknown = DB._replace(root='postgrescluster/db')
    assert '  NEXT  kubectl logs a-1' in summary(waits('a', unknown), waits('b', unknown))


def test_a_service_without_a_known_cause_is_the_root():
    root = DB._replace(root='svc/db', code='', problem='Service "db" does not exist', state='')
    headline, why, *_ = summary(waits('a', root), waits('b', root))
    assert headline.endswith(' failed: Service "db" does not exist')
    assert why == '  WHY   Service "db" does not exist'


def test_brief_explains_the_root_once():
    lines = brief(*many(10), broken_db())
    text = '\n'.join(lines)
    assert text.count('WHY') == 1 and '10 targets wait for svc/db:5432' in text
    assert '  kubectl describe pod db-0' in lines and '> ✗ sts/db was failing' in text
    assert '  kubectl dog explain ImageNotFound' in lines


def brief(*ends):
    renderer = BriefRenderer(RenderOptions(0.0, several=True))
    verdicts = tuple((end.target, end.verdict) for end in ends)
    for event in (RunBegan(0.0, 'rollout', tuple(end.target for end in ends)), *ends):
        renderer.render(event)
    return renderer.render(RunEnded(19.0, 1, verdicts))


def test_brief_has_no_line_of_its_own_for_targets_that_wait_for_a_failed_one():
    waiting = waits('a', verdict=Verdict.PROGRESSING)
    cause = waiting.explanation.cause._replace(informational=True)
    waiting = waiting._replace(explanation=waiting.explanation._replace(cause=cause))
    lines = brief(broken_db(Verdict.FAILED), waiting)
    assert not [text for text in lines if 'is in progress' in text]
    assert [text for text in lines if '1 target waits for svc/db:5432' in text]


def wholes(*events):
    run = record(*events, code=1)
    commands = [
        '\n'.join(command.text for command in system.create(Context(run, token='x')).commands)
        for system in (github, azure, teamcity)
    ]
    reports = (report.create_report(run) for report in (junit, markdown, html_page))
    return [*reports, *commands]


@pytest.mark.parametrize('events', ((*many(10), broken_db()), many(10)))
def test_reports_and_annotations_explain_the_root_once(events):
    texts = wholes(*events)
    for text in texts:
        assert text.count('10 targets wait for svc/db:5432') == 1
        assert 'ImageNotFound' in text
    _, page, html, *commands = texts
    assert page.count('WHY') == 1 and html.count('>Why<') == 1
    assert [text.count('\n') for text in commands] == [0, 0, 0]


def test_each_case_of_junit_says_what_the_target_waits_for():
    xml, *_ = wholes(*many(10))
    assert xml.count('WHY   it waits for svc/db:5432: sts/db: ImageNotFound') == 9
    assert xml.count('deploy/s0 has the details') == 9


def test_markdown_and_annotations_name_all_targets_of_a_root_that_is_no_target():
    _, page, html, *commands = wholes(*many(10))
    for text in (page, html, *commands):
        assert 'and 5 more failed: ' in text.replace('%3A', ':')
