"""Packages of trackers in whole runs, through the front door."""

from __future__ import annotations

import sys
from functools import partial

import pytest

from kubectl_dog import api
from kubectl_dog import platform_compat
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.events import CauseSeen
from kubectl_dog.model.events import Notice
from kubectl_dog.model.events import TargetEnded
from kubectl_dog.model.options import Options
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Group
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Verdict
from tests.unit.builders import labelled
from tests.unit.builders import manifest
from tests.unit.in_memory import Cluster
from tests.unit.needs import posix

LAMPS = Resource('example.com', 'v1', 'lamps', 'Lamp', 'lamp')
HALL = Target(LAMPS, 'shop', 'hall')
READY = {'conditions': [{'type': 'Ready', 'status': 'True', 'observedGeneration': 3}]}
CAUSE = """
    from kubectl_dog.tracker import *
    codes = ('LampBroken',)
    def wants(view):
        return (Watch(CONFIGMAPS, view.target.namespace, 'lamp=hall'),)
    def assess(view):
        watch, = wants(view)
        if watch not in view.objects_by_watch:
            return waiting('a look at its maps')
        maps = view.objects_of(watch)
        cause = Cause('LampBroken', 'Dark', view.target.name, f'{len(maps)} maps')
        cause = cause._replace(tolerance_seconds=20.0)
        return waiting('a repair')._replace(causes=(cause,))
"""


def run(*targets, lamps=('hall',), meta=None, **options):
    maps = labelled(manifest('ConfigMap', 'a'), lamp='hall')
    cluster = Cluster(*(manifest('Lamp', name, meta, **READY) for name in lamps), maps)
    events = list(api.session(cluster, targets or (HALL,), Options(timeout=100.0, **options)))
    ended = [event for event in events if isinstance(event, TargetEnded)]
    return [event.text for event in events if isinstance(event, Notice)], ended, events


def test_a_cause_of_its_own_counts_like_any_other(packages):
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    notices, (ended,), events = run()
    assert (ended.verdict, ended.reason, ended.at) == (Verdict.FAILED, 'LampBroken', 20.0)
    (seen,) = [event for event in events if isinstance(event, CauseSeen)]
    assert (seen.cause.message, seen.seconds_left) == ('1 maps', 20.0)
    assert notices == []


SOURCE = """
    from kubectl_dog.tracker import *
    def assess(view):
        said = 'it was put out: nobody is there'
        cause = Cause('LampBroken', 'Dark', 'hall', said, tolerance_seconds=0.0)
        cause = cause._replace(suggested_commands=('look',))
        return failed('Dark', {!r})._replace(causes=(cause,), suggested_commands=('look', 'go'))
"""


@pytest.mark.parametrize(
    ('message', 'facts'),
    (
        ('nobody is there', ('it was put out: nobody is there',)),
        ('is dark', ('it was put out: nobody is there', 'is dark')),
    ),
)
def test_what_a_cause_says_is_not_said_twice(packages, message, facts):
    packages.install('acme', code=SOURCE.format(message), Lamp_example_com='')
    explanation = run()[1][0].explanation
    assert (explanation.facts, explanation.suggested_commands) == (facts, ('look', 'go'))


@pytest.mark.parametrize(('how', 'at'), (('=40s', 40.0), ('/hall=50s', 50.0), ('/bed=50s', 20.0)))
def test_the_user_may_tolerate_it(packages, how, at):
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    assert run(tolerate=(f'LampBroken{how}',))[1][0].at == at


def test_the_target_may_tolerate_it(packages):
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    annotations = {'kubectl-dog.github.io/tolerate': 'LampBroken=30s'}
    notices, (ended,), _ = run(meta={'annotations': annotations})
    assert (notices, ended.at) == ([], 30.0)


def test_a_code_that_none_of_the_targets_has_is_an_error(packages):
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    message = r"no cause has the code 'LampBroken' \(`kubectl dog explain` lists them\)"
    with pytest.raises(UserError, match=message):
        run(Target(DEPLOYMENTS, 'shop', 'web'), tolerate=('LampBroken=5m',))


def test_an_unknown_code_is_an_error_before_a_cluster_is_read_if_no_package_can_have_it(packages):
    with pytest.raises(UserError, match="no cause has the code 'LampBroken'"):
        api.check_code('LampBroken=5m')
    api.check_code('CrashLoop=5')
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    api.check_code('LampBroken=5m')


@pytest.mark.parametrize('how', ('3', '3s'))
def test_a_code_of_a_package_that_is_misspelt_is_told_with_the_one_that_is_meant(packages, how):
    packages.install('acme', code=CAUSE, Lamp_example_com='')
    with pytest.raises(UserError, match="no cause has the code 'LampBrocken': did you mean LampBr"):
        run(tolerate=(f'LampBrocken={how}',))
    with pytest.raises(UserError, match='LampBroken has no count: use LampBroken=3s'):
        run(tolerate=('LampBroken=3',))


FAILING = (
    'import nowhere',
    'def assess(view): return view.oops',
    'def assess(view): return None',
    'def wants(view): return 5',
    'def wants(view): return view.oops',
)


@pytest.mark.parametrize('code', FAILING)
@pytest.mark.parametrize('targets', ((HALL,), (Group(LAMPS, 'shop', ''),)))
def test_what_its_tracker_cannot_judge_is_not_ready(packages, code, targets):
    packages.install('acme', '1.2', code, Lamp_example_com='')
    (notice,), ended, events = run(*targets, lamps=('hall', 'bed'))
    assert 'acme 1.2 for Lamp.example.com' in notice
    assert {(end.verdict, end.reason, end.at) for end in ended} == {
        (Verdict.UNKNOWN, 'TrackerError', 0.0)
    }
    assert all('acme 1.2' in end.message for end in ended)
    assert events[-1].exit_code == 70


@pytest.mark.parametrize('code', FAILING)
@pytest.mark.parametrize(
    ('options', 'verdict', 'at', 'exit_code'),
    (
        ({'once': True}, Verdict.UNKNOWN, 0.0, 70),
        ({'revision': '7'}, Verdict.UNKNOWN, 0.0, 70),
        ({'ready_when': 'condition=Ready'}, Verdict.UNKNOWN, 0.0, 70),
        ({'min_available': '0%'}, Verdict.UNKNOWN, 0.0, 70),
        ({'fail_mode': 'ignore'}, Verdict.UNKNOWN, 0.0, 70),
        ({'blocking': False}, Verdict.UNKNOWN, 0.0, 70),
        ({'on_pause': 'succeed'}, Verdict.UNKNOWN, 0.0, 70),
        ({'follow': True, 'exit_when_ready': True}, Verdict.UNKNOWN, 0.0, 70),
        ({'follow': True}, Verdict.TIMED_OUT, 100.0, 3),
    ),
)
def test_no_option_makes_ready_what_cannot_be_judged(
    packages, code, options, verdict, at, exit_code
):
    packages.install('acme', '1.2', code, Lamp_example_com='')
    (notice,), (ended,), events = run(**options)
    assert 'acme 1.2 for Lamp.example.com' in notice
    assert (ended.verdict, ended.at, events[-1].exit_code) == (verdict, at, exit_code)


@pytest.mark.parametrize('how', ('raises', 'is of another shape', 'is missing'))
@pytest.mark.parametrize('part', ('wants', 'assess'))
def test_without_the_built_in_tracker_a_rollout_is_not_ready(monkeypatch, how, part):
    """The status of a Deployment without pods looks ready to what does not know the kind."""
    target = Target(DEPLOYMENTS, 'shop', 'web')
    if how == 'is missing':
        monkeypatch.setitem(sys.modules, 'kubectl_dog.trackers.kinds.deployment', None)
    else:
        spoil = (lambda view: view.oops) if how == 'raises' else (lambda view: 'ready')
        monkeypatch.setattr(f'kubectl_dog.trackers.kinds.deployment.{part}', spoil)
    available = {'conditions': [{'type': 'Available', 'status': 'True'}], 'observedGeneration': 3}
    web = {'apiVersion': 'apps/v1', **manifest('Deployment', **available)}
    events = list(api.session(Cluster(web), (target,), Options(timeout=100.0)))
    assert [event.verdict for event in events if isinstance(event, TargetEnded)] == [
        Verdict.UNKNOWN
    ]
    (status,) = api.live_statuses(Cluster(web), (target,)).statuses
    (written,) = api.statuses_from_objects([web])
    assert {(result.state, result.reason) for result in (status, written)} == {
        ('unknown', 'TrackerError')
    }
    assert 'kubectl-dog' in status.message


def test_what_fails_in_mid_run_ends_there(packages):
    code = """
        from kubectl_dog.tracker import *
        def assess(view):
            if view.now - view.run_history.started >= 20:
                return view.oops
            return waiting('light')._replace(recheck_at=view.run_history.started + 20)
    """
    packages.install('acme', code=code, Lamp_example_com='')
    _, (ended,), _ = run()
    assert (ended.verdict, ended.at) == (Verdict.UNKNOWN, 20.0)


@posix
@pytest.mark.parametrize('part', ('wants', 'assess'))
def test_what_hangs_makes_nothing_ready(packages, part):
    code = f"""
        import time
        def {part}(view): time.sleep(60)
    """
    packages.install('acme', '1.2', code, Lamp_example_com='')
    judges = api.trackers(limit=partial(platform_compat.time_limit, 0.05))
    events = list(
        api.session(Cluster(manifest('Lamp', 'hall', **READY)), (HALL,), Options(), judges)
    )
    (ended,) = [event for event in events if isinstance(event, TargetEnded)]
    assert ended.verdict is Verdict.UNKNOWN and 'TooLongError' in ended.message


def test_rules_that_are_given_judge_in_place_of_a_tracker_that_fails(packages, tmp_path):
    packages.install('acme', '1.2', 'def assess(view): return view.oops', Lamp_example_com='')
    rules = tmp_path / 'rules.yaml'
    rules.write_text('{group: example.com, kind: Lamp, ready: {condition: Ready}}')
    judges = api.trackers([str(rules)])
    (written,) = api.statuses_from_objects(
        [{'apiVersion': 'example.com/v1', **manifest('Lamp', **READY)}], judges
    )
    assert written.state == 'ready'


def test_two_that_claim_a_kind_are_told_once(packages):
    packages.install('acme', code='def wants(view): return ()', Lamp_example_com='')
    packages.install('zinc', Lamp_example_com='')
    (notice,), _, events = run(Group(LAMPS, 'shop', ''), lamps=('hall', 'bed'))
    assert 'using acme 1.0, not zinc 1.0' in notice
    assert isinstance(events[1], Notice)


def test_one_look_and_files_are_judged_by_packages_too(packages):
    packages.install('acme', '1.2', 'def assess(view): return None', Lamp_example_com='')
    judges = api.trackers()
    hall = Cluster(manifest('Lamp', 'hall', **READY))
    (status,) = api.live_statuses(hall, (HALL,), judges).statuses
    (written,) = api.statuses_from_objects(
        [{'apiVersion': 'example.com/v1', **manifest('Lamp', **READY)}], judges
    )
    assert {(result.state, result.reason) for result in (status, written)} == {
        ('unknown', 'TrackerError')
    }
    assert 'acme 1.2' in written.message
    (notice,) = judges.notices()
    assert 'acme 1.2' in notice and 'returned None: return an Assessment' in notice


@pytest.mark.parametrize(
    'odd',
    (
        "{'metadata': {'uid': 'a'}}",
        "{'kind': 7, 'metadata': {'uid': 'a', 'name': [], 'ownerReferences': 5}, 'spec': 3}",
        "{'kind': 'Pod', 'metadata': {'uid': 'a'}, 'spec': {'containers': 'x'}, 'status': []}",
        "{'kind': 'Pod', 'metadata': {'uid': 'a'}, 'status': {'containerStatuses': [None, 4]}}",
        "{'kind': 'Deployment', 'metadata': {'uid': 'a'}, 'status': {'conditions': [1]}}",
    ),
)
@pytest.mark.parametrize('field', ('pods', 'other_pods', 'children'))
def test_objects_of_odd_shapes_break_nothing(packages, odd, field):
    code = f"""
        from kubectl_dog.tracker import waiting
        def assess(view):
            return waiting('ever')._replace({field}=({odd},))
    """
    packages.install('acme', code=code, Lamp_example_com='')
    _, (ended,), _ = run()
    assert (ended.verdict, ended.at) == (Verdict.TIMED_OUT, 100.0)
    (written,) = api.statuses_from_objects(
        [{'apiVersion': 'example.com/v1', **manifest('Lamp')}], api.trackers()
    )
    assert written.message == 'waiting for ever'


@pytest.mark.parametrize(
    ('kind', 'notices'),
    (
        ('Lamp', 0),
        ('Lmap', 1),
    ),
)
@pytest.mark.parametrize('target', (HALL, Group(LAMPS, 'shop', '')))
def test_a_file_of_rules_that_fits_no_target_is_reported_at_once(tmp_path, kind, notices, target):
    rules = tmp_path / 'rules.yaml'
    rules.write_text(f'{{group: example.com, kind: {kind}, ready: {{condition: Ready}}}}')
    cluster = Cluster(manifest('Lamp', 'hall', **READY))
    events = list(api.session(cluster, (target,), Options(), api.trackers([str(rules)])))
    texts = [event.text for event in events[:2] if isinstance(event, Notice)]
    expected = f'--rules {rules} matches nothing: no target is of kind Lmap.example.com'
    assert texts == [expected] * notices
