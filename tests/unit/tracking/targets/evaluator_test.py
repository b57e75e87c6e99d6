"""One object over time: what each look at it makes of the run before."""

from __future__ import annotations

import pytest

from kubectl_dog.causes.scheduling import NO_SCHEDULER_SECONDS
from kubectl_dog.causes.tolerances import ALWAYS
from kubectl_dog.model.assessments import Assessment
from kubectl_dog.model.assessments import Progress
from kubectl_dog.model.assessments import Revision
from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.causes import Tolerance
from kubectl_dog.model.errors import UserError
from kubectl_dog.model.options import Options
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.tracking.store import Store
from kubectl_dog.tracking.targets.evaluator import Evaluator
from kubectl_dog.tracking.targets.evaluator import History
from kubectl_dog.tracking.verdict.target_options import PREFIX
from kubectl_dog.tracking.world import World
from tests.unit.builders import DEPLOY
from tests.unit.builders import NOW
from tests.unit.builders import POD
from tests.unit.builders import deployment
from tests.unit.builders import ended
from tests.unit.builders import pod
from tests.unit.builders import status

MISSING = Cause('ConfigMapMissing', '', 'app', '', pods=('web-1',))
QUOTA = Cause('QuotaExceeded', '', 'tiny', '')
CRASHED = pod(status(state=ended(3)), owner='rs-2', age=1)
CRASH = ('CrashLoop', 'main')


class Script:
    """A tracker that judges what it is given, and remembers the views it was shown."""

    codes = ('LampDark',)

    def __init__(self):
        self.assessed = Assessment(State.PROGRESSING)
        self.views = []

    def wants(self, view):
        return ()

    def assess(self, view):
        self.views.append(view)
        return self.assessed(view) if callable(self.assessed) else self.assessed


class Run:
    """Run at one object, whose assessments are given."""

    def __init__(self, follow=False, at_work=(), **options):
        self.script = Script()
        self.evaluator = Evaluator(DEPLOY, self.script, follow)
        self.history = History()
        self.world = World(Store(), NOW, Options(**options), frozenset(at_work))

    def evaluate(self, at, state='progressing', obj=None, **more):
        self.script.assessed = Assessment(State(state), **more)
        return self.step(at, obj or deployment())

    def step(self, at, obj):
        evaluation = self.evaluator.evaluate(at, self.world, obj, self.history)
        self.history = evaluation.history
        return evaluation

    @property
    def views(self):
        return self.script.views


def annotated(**annotations):
    named = {PREFIX + key.replace('_', '-'): value for key, value in annotations.items()}
    return deployment(meta={'annotations': named})


def test_a_look_is_of_the_object_at_the_servers_time():
    run, obj = Run(stable_for=3.0), deployment()
    evaluation = run.evaluate(5.0, obj=obj)
    assert evaluation.view is run.views[0]
    assert (evaluation.view.object, evaluation.view.now, evaluation.view.target) == (
        obj,
        NOW + 5,
        DEPLOY,
    )
    assert (evaluation.moment.at, evaluation.options, evaluation.view.stable_for) == (
        5.0,
        Options(stable_for=3.0),
        3,
    )


def test_the_first_look_is_remembered():
    run = Run()
    assert [run.evaluate(at).history.seen_at for at in (3.0, 4.0)] == [3.0, 3.0]


@pytest.mark.parametrize(
    ('second', 'progressed_at'),
    (
        (Progress(3, updated=2), 2.0),
        (Progress(3, updated=1), 1.0),
        (Progress(3, updated=0), 1.0),
        (Progress(9, updated=1), 1.0),
    ),
)
def test_only_better_counts_are_progress(second, progressed_at):
    run = Run()
    run.evaluate(1.0, progress=Progress(3, updated=1))
    assert run.evaluate(2.0, progress=second).moment.progressed_at == progressed_at
    assert run.evaluate(9.0, progress=second).view.run_history.progressed_at == NOW + progressed_at


def test_another_revision_is_judged_again_knowing_that_it_is_another():
    run = Run()
    first = run.evaluate(1.0, revision=Revision('1'), causes=(MISSING,))
    assert (
        [view.run_history.revision_changed for view in run.views],
        len(first.moment.cause_clocks),
    ) == (
        [False],
        1,
    )
    second = run.evaluate(2.0, revision=Revision('2'))
    assert [view.run_history.revision_changed for view in run.views[1:]] == [False, True]
    assert (second.view.run_history.revision_changed, second.moment.cause_clocks) == (True, {})
    assert second.moment.progressed_at == 2.0
    run.evaluate(3.0, revision=Revision('2'))
    assert [view.run_history.revision_changed for view in run.views[3:]] == [True]


def test_the_second_judgement_is_the_one_that_counts():
    run = Run()
    run.evaluate(1.0, revision=Revision('1'))

    def assess(view):
        return Assessment(
            State.PROGRESSING if view.run_history.revision_changed else State.FAILED,
            revision=Revision('2'),
        )

    run.script.assessed = assess
    evaluation = run.step(2.0, deployment())
    assert evaluation.moment.assessed.state is State.PROGRESSING


def test_the_first_revision_that_is_known_is_no_change():
    run = Run()
    run.evaluate(1.0, causes=(MISSING,))
    evaluation = run.evaluate(2.0, revision=Revision('1'), causes=(MISSING,))
    assert [view.run_history.revision_changed for view in run.views] == [False, False]
    assert evaluation.moment.cause_clocks[MISSING.key].first_seen == 1.0


def test_the_clocks_of_causes_go_on_while_the_revision_stays():
    run = Run()
    for at in (1.0, 2.0):
        evaluation = run.evaluate(at, revision=Revision('1'), causes=(MISSING,))
    assert evaluation.moment.cause_clocks[MISSING.key].first_seen == 1.0


def test_causes_are_those_of_the_tracker_and_of_the_pods():
    run = Run()
    evaluation = run.evaluate(1.0, causes=(MISSING,), pods=(CRASHED,))
    assert set(evaluation.moment.cause_clocks) == {MISSING.key, CRASH}
    evaluation = run.evaluate(2.0, pods=(CRASHED,))
    assert evaluation.moment.cause_clocks[MISSING.key].gone_since == 2.0
    assert evaluation.moment.cause_clocks[CRASH][:2] == (1.0, None)


def test_progress_starts_the_clock_of_what_lacks_room_anew():
    run = Run()
    run.evaluate(1.0, causes=(QUOTA,), progress=Progress(3))
    evaluation = run.evaluate(2.0, causes=(QUOTA,), progress=Progress(3, updated=1))
    assert evaluation.moment.cause_clocks[QUOTA.key].first_seen == 2.0


@pytest.mark.parametrize(
    ('at_work', 'accompanied'), (((), False), ((DEPLOY,), False), ((POD,), True))
)
def test_another_target_that_is_on_its_way_is_company(at_work, accompanied):
    evaluation = Run(at_work=at_work).evaluate(1.0, causes=(MISSING,))
    assert evaluation.moment.cause_clocks[MISSING.key].cause.may_await_other_target is accompanied


@pytest.mark.parametrize(
    ('tolerate', 'allowed'),
    (
        ((), None),
        (('ConfigMapMissing=5m',), Tolerance(seconds=300.0)),
        (('ConfigMapMissing/other=5m',), None),
    ),
)
def test_causes_have_the_tolerance_that_the_user_gave(tolerate, allowed):
    evaluation = Run(tolerate=tolerate).evaluate(1.0, causes=(MISSING,))
    assert evaluation.moment.cause_clocks[MISSING.key].cause.tolerance_override == allowed


ILL = MISSING._replace(pods=('web-1', 'web-2'))


def ready_pod(name):
    return pod(status(), name=name, ready=True)


@pytest.mark.parametrize(
    ('allowed', 'progress', 'excused'),
    (
        ('', Progress(4), False),
        ('1', Progress(4), False),
        ('2', Progress(4), True),
        ('50%', Progress(4), True),
        ('50%', Progress(3), False),
        ('50%', None, False),
        ('100%', None, True),
    ),
)
def test_so_many_pods_may_fail(allowed, progress, excused):
    run = Run(allow_failures=allowed)
    pods = (ready_pod('web-3'), ready_pod('web-4'))
    evaluation = run.evaluate(1.0, causes=(ILL,), progress=progress, pods=pods)
    assert (evaluation.moment.cause_clocks[ILL.key].cause.tolerance_override == ALWAYS) is excused
    # Those that are left are enough.
    reason = 'MinAvailable' if excused and progress else ''
    assert evaluation.moment.assessed.reason == reason


@pytest.mark.parametrize(
    ('cause', 'state'),
    (
        pytest.param(ILL, 'ready', id='excused'),
        pytest.param(QUOTA, 'progressing', id='of no pod'),
        pytest.param(ILL._replace(pods=('a', 'b', 'c')), 'progressing', id='of more pods'),
    ),
)
def test_the_others_are_enough_where_failures_are_excused(cause, state):
    pods = (ready_pod('web-3'), ready_pod('web-4'))
    run = Run(allow_failures='2', tolerate=('QuotaExceeded=always',))
    evaluation = run.evaluate(1.0, causes=(cause,), progress=Progress(4), pods=pods)
    assert evaluation.moment.assessed.state == state


def test_tolerating_a_cause_makes_nothing_ready():
    pods = (ready_pod('web-1'), ready_pod('web-2'))
    run = Run(tolerate=('ConfigMapMissing=always',))
    evaluation = run.evaluate(1.0, causes=(ILL,), progress=Progress(2), pods=pods)
    assert evaluation.moment.cause_clocks[ILL.key].cause.tolerance_override == ALWAYS
    assert evaluation.moment.assessed.state is State.PROGRESSING


def test_a_pause_is_counted_from_its_first_look():
    run = Run()
    times = [
        run.evaluate(at, state).moment.paused_at
        for at, state in enumerate(('progressing', 'paused', 'paused', 'ready', 'paused'))
    ]
    assert times == [None, 1, 1, None, 4]


def test_what_is_not_of_the_pin_has_no_causes():
    run = Run(revision='2', create_timeout=7.0)
    evaluation = run.evaluate(
        1.0, 'failed', revision=Revision('1'), causes=(MISSING,), pods=(CRASHED,)
    )
    assert (evaluation.history.was_met, evaluation.moment.cause_clocks) == (False, {})
    assert (evaluation.moment.assessed.state, evaluation.moment.assessed.reason) == (
        'progressing',
        'Pinned',
    )
    assert evaluation.moment.assessed.recheck_at == NOW + 1 + 7
    run.evaluate(2.0, revision=Revision('1'))
    assert run.evaluate(3.0, revision=Revision('1')).moment.assessed.recheck_at == NOW + 1 + 7


def test_it_is_remembered_that_a_pin_was_met():
    run = Run(revision='2')
    revisions = ('1', '2', '3', '3')
    looked = [run.evaluate(float(at), revision=Revision(name)) for at, name in enumerate(revisions)]
    assert [evaluation.history.was_met for evaluation in looked] == [False, True, True, True]
    verdicts = [(evaluation.moment.pin_verdict or [None])[0] for evaluation in looked]
    assert verdicts == [None, None, Verdict.SUPERSEDED, Verdict.SUPERSEDED]


def test_an_evaluation_changes_no_history():
    run = Run()
    before = run.evaluate(1.0, 'paused', causes=(MISSING,)).history
    again = [run.evaluator.evaluate(2.0, run.world, deployment(), before) for _ in range(2)]
    assert again[0].history == again[1].history
    assert before.cause_clocks[MISSING.key].updated_at == 1.0


READY = [{'type': 'Lit', 'status': 'True'}]


@pytest.mark.parametrize(
    ('conditions', 'state'), ((READY, 'ready'), ([], 'progressing'), (None, 'ready'))
)
def test_ready_may_be_what_was_agreed(conditions, state):
    run = Run(ready_when='' if conditions is None else 'condition=Lit')
    evaluation = run.evaluate(1.0, 'ready', obj=deployment(conditions=conditions or ()))
    assert evaluation.moment.assessed.state == state


@pytest.mark.parametrize(
    ('options', 'stable_for'),
    (
        ({}, None),
        ({'stable_for': 3.0}, 3.0),
        ({'once': True}, 0.0),
        ({'once': True, 'stable_for': 3.0}, 3.0),
    ),
)
def test_one_look_cannot_tell_what_lasts(options, stable_for):
    run = Run(**options)
    evaluation = run.evaluate(1.0)
    assert run.views[0].stable_for == stable_for
    assert evaluation.options == Options(**options)


@pytest.mark.parametrize(('follow', 'timeout'), ((False, 60.0), (True, None)))
def test_annotations_count_unless_it_is_followed(follow, timeout):
    assert Run(follow).evaluate(1.0, obj=annotated(timeout='1m')).options.timeout == timeout


def test_annotations_are_read_again_when_they_have_changed():
    run = Run()
    values = [
        run.evaluate(float(at), obj=obj).options.timeout
        for at, obj in enumerate((annotated(timeout='1m'), annotated(timeout='2m'), deployment()))
    ]
    assert values == [60.0, 120.0, None]


def test_annotations_that_are_the_same_are_not_read_again():
    run = Run()
    first, second = (run.evaluate(at, obj=annotated(timeout='1m')).options for at in (1.0, 2.0))
    assert first is second


def test_what_cannot_be_read_of_the_annotations_is_told_first():
    assessed = Run().evaluate(1.0, obj=annotated(timeout='x'), notices=('own',)).moment.assessed
    assert ['timeout' in notice for notice in assessed.notices] == [True, False]
    assert assessed.notices[1] == 'own'


def test_an_annotation_may_tolerate_a_code_of_the_tracker():
    lamp = Cause('LampDark', '', 'lamp', '')
    run = Run()
    evaluation = run.evaluate(1.0, obj=annotated(tolerate='LampDark=always'), causes=(lamp,))
    assert evaluation.moment.cause_clocks[lamp.key].cause.tolerance_override == ALWAYS
    assert evaluation.moment.assessed.notices == ()


def test_an_option_that_cannot_be_read_is_an_error():
    with pytest.raises(UserError):
        Run(tolerate=('CrashLoop',)).evaluate(1.0)


@pytest.mark.parametrize(('age', 'look_at'), ((1, NOW - 1 + NO_SCHEDULER_SECONDS), (60, None)))
def test_silence_of_the_scheduler_is_looked_at_again(age, look_at):
    waits = pod(phase='Pending', age=age)
    assert Run().evaluate(0.0, pods=(waits,)).moment.recheck_at == look_at


def test_what_had_ended_before_it_was_deleted_keeps_its_last_look():
    run = Run(timeout=9.0)
    run.evaluate(1.0, causes=(MISSING,))
    run.script.assessed = Assessment(State.FAILED, 'Done', is_terminal=True)
    obj = annotated(stall_timeout='1m')
    evaluation = run.evaluator.evaluate_deleted(5.0, run.world, obj, run.history)
    assert (evaluation.moment.at, evaluation.moment.progressed_at, evaluation.moment.paused_at) == (
        5.0,
        5.0,
        None,
    )
    assert (evaluation.moment.assessed.reason, set(evaluation.moment.cause_clocks)) == (
        'Done',
        {MISSING.key},
    )
    assert evaluation.moment.pin_verdict is None
    assert (evaluation.options.timeout, evaluation.options.stall_timeout) == (9.0, 60.0)


def test_what_was_deleted_on_its_way_has_no_last_look():
    run = Run()
    run.evaluate(1.0)
    assert run.evaluator.evaluate_deleted(5.0, run.world, deployment(), run.history) is None


def test_conditions_of_other_tools_count_for_what_was_deleted():
    run = Run()
    run.evaluate(1.0)
    run.script.assessed = Assessment(State.READY, is_terminal=True)
    annotations = {'pulumi.com/waitFor': 'condition=Lit'}
    deleted = deployment(meta={'annotations': annotations})
    assert run.evaluator.evaluate_deleted(5.0, run.world, deleted, run.history) is None
    keys = ('helm.sh/readiness-success', 'helm.sh/readiness-failure')
    deleted = deployment(meta={'annotations': dict.fromkeys(keys, '["{.never} == 1"]')})
    assert run.evaluator.evaluate_deleted(6.0, run.world, deleted, run.history) is None
