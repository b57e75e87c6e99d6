"""Who judges a kind: deterministic, loaded only when it is needed, and told where it matters."""

from __future__ import annotations

import sys

import pytest

from kubectl_dog.model.assessments import State
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import PODS
from kubectl_dog.model.resources import Resource
from kubectl_dog.model.resources import Target
from kubectl_dog.trackers import generic
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.tracking.plugins.registry import Trackers
from tests.unit.builders import POD
from tests.unit.builders import manifest
from tests.unit.builders import pod
from tests.unit.builders import view

LAMPS = Resource('example.com', 'v1', 'lamps', 'Lamp', 'lamp')
HALL = Target(LAMPS, 'shop', 'hall')
READY = [{'type': 'Ready', 'status': 'True', 'observedGeneration': 3}]
STALLED = [{'type': 'Stalled', 'status': 'True', 'reason': 'Dark'}]
FINE = """
    from kubectl_dog.tracker import failed
    def assess(view):
        return failed('Dark', 'by {}')
"""


def word(tracker, target=HALL):
    return tracker.assess(view(manifest(target.resource.kind), target=target)).message


def test_a_package_is_imported_when_its_kind_is_asked_for(packages):
    module = packages.install('acme', code=FINE.format('acme'), Lamp_example_com='')
    trackers = Trackers()
    trackers.of(PODS)
    assert module not in sys.modules
    assert word(trackers.of(LAMPS)) == 'by acme'
    assert module in sys.modules
    assert trackers.notices() == []


def test_of_two_that_claim_a_kind_the_same_one_is_always_used_and_told(packages):
    for package in ('zinc', 'acme'):
        packages.install(package, code=FINE.format(package), Lamp_example_com='')
    trackers = Trackers()
    assert word(trackers.of(LAMPS)) == word(trackers.of(LAMPS)) == 'by acme'
    assert trackers.notices() == [
        '2 packages have a tracker for Lamp.example.com: using acme 1.0, not '
        'zinc 1.0 (to change this: --tracker Lamp.example.com=zinc)'
    ]
    assert trackers.notices() == []


@pytest.mark.parametrize('spelling', ('zinc-lamps', 'Zinc_Lamps'))
def test_the_user_decides_and_is_told_nothing(packages, spelling):
    for package in ('zinc-lamps', 'acme'):
        packages.install(package, code=FINE.format(package), Lamp_example_com='')
    trackers = Trackers(chosen=[f'Lamp.example.com={spelling}'])
    assert word(trackers.of(LAMPS)) == 'by zinc-lamps'
    assert trackers.notices() == []


def test_a_package_may_replace_a_built_in_kind_and_the_user_may_take_that_back(packages):
    packages.install('acme', code=FINE.format('acme'), Pod='')
    pod = Target(PODS, 'shop', 'a')
    assert word(Trackers().of(PODS), pod) == 'by acme'
    assert word(Trackers(chosen=['Pod=kubectl-dog']).of(PODS), pod) != 'by acme'


@pytest.mark.parametrize(
    ('chosen', 'why'),
    (
        ('Lamp.example.com', 'use Kind.group=PACKAGE'),
        ('Lamp.example.com=', 'use Kind.group=PACKAGE'),
        ('Lamp.example.com=zinc', "'zinc' has no tracker for Lamp.example.com: use acme"),
        (
            'Bulb.example.com=zinc',
            "'zinc' has no tracker for Bulb.example.com: no package has one; see",
        ),
    ),
)
def test_a_choice_that_cannot_be_is_an_error(packages, chosen, why):
    packages.install('acme', Lamp_example_com='')
    with pytest.raises(UserError, match=why):
        Trackers(chosen=[chosen])


@pytest.mark.parametrize(
    ('code', 'why'),
    (
        ('import no_such_module', 'ModuleNotFoundError: '),
        ('wants = 5', 'its attributes `wants` and `assess` must be functions'),
        ('', 'it has neither wants(view) nor assess(view)'),
    ),
)
@pytest.mark.parametrize('meta', (READY, STALLED))
def test_without_what_cannot_be_used_nothing_is_judged(packages, code, why, meta):
    packages.install('acme', '1.2', code, Lamp_example_com='')
    trackers = Trackers()
    lamp = view(manifest('Lamp', conditions=meta), target=HALL)
    assert trackers.of(LAMPS).wants(lamp) == ()
    judged = trackers.of(LAMPS).assess(lamp)
    assert (judged.state, judged.reason) == (State.UNKNOWN, 'TrackerError')
    (notice,) = trackers.notices()
    for text in (notice, judged.message):
        assert 'acme 1.2' in text and why in text


@pytest.mark.parametrize('code', ('import no_such_module', ''))
def test_what_was_asked_for_by_name_and_cannot_be_used_is_an_error(packages, code):
    packages.install('acme', '1.2', code, Lamp_example_com='', Pod='')
    trackers = Trackers(chosen=['Lamp.example.com=acme'])
    why = r'of acme 1\.2 for Lamp\.example\.com \(selected with --tracker\): '
    with pytest.raises(UserError, match=why):
        trackers.of(LAMPS)
    assert trackers.of(PODS)
    assert trackers.notices()


def test_what_is_broken_leaves_the_kind_to_the_next_that_claims_it(packages):
    packages.install('acme', code='oops', Deployment_apps='')
    trackers = Trackers()
    target = Target(DEPLOYMENTS, 'shop', 'web')
    assert trackers.of(DEPLOYMENTS).wants(view(manifest('Deployment'), target=target))
    rivals, broken = trackers.notices()
    assert 'using acme 1.0, not kubectl-dog' in rivals
    assert 'cannot be used and is ignored: NameError: ' in broken


@pytest.mark.parametrize('meta', (READY, STALLED))
def test_without_what_fails_in_mid_run_nothing_is_judged(packages, meta):
    packages.install('acme', code='def assess(view): return view.oops', Lamp_example_com='')
    trackers = Trackers()
    judged = trackers.of(LAMPS).assess(view(manifest('Lamp', conditions=meta), target=HALL))
    assert (judged.state, judged.reason) == (State.UNKNOWN, 'TrackerError')
    assert 'acme 1.0 failed: AttributeError' in judged.message
    (notice,) = trackers.notices()
    assert 'acme 1.0 for Lamp.example.com failed on lamp/hall' in notice


@pytest.mark.parametrize('code', ('oops', 'def assess(view): return view.oops'))
def test_a_rule_that_ships_is_made_for_its_kind_and_takes_over(packages, code):
    of = Resource('cert-manager.io', 'v1', 'certificates', 'Certificate', 'cert')
    packages.install('acme', code=code, **{'Certificate_cert-manager_io': ''})
    trackers = Trackers()
    certificate = view(manifest('Certificate', conditions=READY), target=Target(of, 'shop', 'web'))
    assert trackers.of(of).assess(certificate).state is State.READY
    assert len(trackers.notices()) == 1


@pytest.mark.parametrize('package', ('acme', 'kubectl-dog'))
def test_nothing_takes_over_from_what_was_asked_for_by_name(packages, monkeypatch, package):
    packages.install('acme', code='def assess(view): return view.oops', Pod='')
    monkeypatch.setattr('kubectl_dog.trackers.kinds.pod.assess', lambda view: view.oops)
    trackers = Trackers(chosen=[f'Pod={package}'])
    judged = trackers.of(PODS).assess(view(pod(phase='Succeeded'), target=POD))
    assert (judged.state, judged.reason) == (State.UNKNOWN, 'TrackerError')
    assert len(trackers.notices()) == 1


def test_a_built_in_tracker_that_cannot_be_imported_judges_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, 'kubectl_dog.trackers.kinds.pod', None)
    trackers = Trackers()
    judged = trackers.of(PODS).assess(view(pod(phase='Succeeded'), target=POD))
    assert (judged.state, judged.reason) == (State.UNKNOWN, 'TrackerError')
    (notice,) = trackers.notices()
    assert 'the tracker of kubectl-dog' in notice and 'ModuleNotFoundError' in notice


def test_a_built_in_kind_has_no_private_path(packages, monkeypatch):
    """Without its entry point a kind is unknown; from any package it is what it was."""
    ours = dict(entry_points.claims(entry_points.TRACKERS))
    without = entry_points.Claims(
        {entry_points.TRACKERS: {key: ours[key] for key in ours if key != 'Pod'}}
    )
    with monkeypatch.context() as patched:
        patched.setattr(entry_points, '_scan', lambda path: without)
        assert Trackers().of(PODS) is generic
    packages.install(
        'elsewhere', entries='[kubectl_dog.trackers.v1]\nPod = kubectl_dog.trackers.kinds.pod\n'
    )
    added = {**without.claims[entry_points.TRACKERS]}
    added['Pod'] = entry_points.claims(entry_points.TRACKERS)['Pod'][:1]
    assert [claim.package for claim in added['Pod']] == ['elsewhere']
    monkeypatch.setattr(
        entry_points, '_scan', lambda path: entry_points.Claims({entry_points.TRACKERS: added})
    )
    judged = Trackers().of(PODS).assess(view(pod(phase='Succeeded'), target=POD))
    assert judged.state is State.READY and judged.is_terminal
