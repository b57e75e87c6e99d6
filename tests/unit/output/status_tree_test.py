"""Order and nesting of the rows of `status`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.assessments import State
from kubectl_dog.model.causes import Cause
from kubectl_dog.model.statuses import Status
from kubectl_dog.output.status_tree import arrange
from kubectl_dog.output.status_tree import fold_ready
from kubectl_dog.output.status_tree import message
from tests.unit.oddities import SETTINGS


def status(name, parent='', state=State.READY, text='', kind='Pod'):
    return Status('v1', kind, 'shop', name, state, message=text, uid=name, parent=parent)


def failing(name, parent='', text='it crashes', kind='Pod'):
    return status(name, parent, State.FAILING, text, kind)


def names(*statuses, folds=False):
    rows = arrange(statuses, folds)
    return [f'{"  " * row.depth}{row.status.name}{"+" * row.more}' for row in rows]


def test_the_worst_come_first_and_equals_keep_their_order():
    states = (State.READY, State.PROGRESSING, State.FAILED, State.PAUSED, State.FAILING)
    shown = names(*(status(state.value, state=state) for state in states))
    assert shown == ['failed', 'failing', 'progressing', 'paused', 'ready']


def test_ready_children_have_no_row():
    assert names(status('web'), status('rs', 'web'), status('po', 'rs')) == ['web']


def test_a_child_whose_owner_is_not_listed_has_a_row_of_its_own():
    assert names(status('po', 'gone')) == ['po']


def test_children_are_below_their_owner_in_any_order_of_the_input():
    assert names(failing('po', 'rs'), failing('rs', 'web', 'quota'), failing('web')) == [
        'web',
        '  rs',
        '    po',
    ]


def test_an_object_between_that_adds_nothing_is_left_out():
    assert names(failing('web'), failing('rs', 'web'), failing('po', 'rs')) == ['web', '  po']
    assert names(failing('web'), status('rs', 'web'), failing('po', 'rs')) == ['web', '  po']
    assert names(failing('web'), failing('rs', 'web')) == ['web', '  rs']


def test_what_its_owner_says_already_is_marked():
    rows = arrange([failing('web'), failing('a', 'web'), failing('b', 'web', 'other')], False)
    assert [row.repeats for row in rows] == [False, True, False]


def test_a_ready_owner_of_a_failing_child_comes_first():
    assert names(status('a'), status('web'), failing('po', 'web')) == ['web', '  po', 'a']


def test_failures_of_the_past_have_no_row_below_a_ready_owner():
    evicted = status('po', 'web', State.FAILED)
    assert names(status('a'), status('web'), evicted) == ['a', 'web']
    assert names(failing('web'), evicted) == ['web', '  po']


def test_many_equal_siblings_are_one_row_where_rows_are_folded():
    pods = [failing(str(number), 'web') for number in range(6)]
    assert names(failing('web'), *pods, folds=True) == [
        *('web', '  0', '  1', '  2', '  3+++'),
    ]
    assert len(names(failing('web'), *pods)) == 7
    assert len(names(failing('web'), *pods[:4], folds=True)) == 5


def test_objects_that_own_each_other_have_rows():
    circle = failing('a', 'c'), failing('b', 'a'), failing('c', 'b')
    assert sorted(name.strip() for name in names(*circle)) == ['a', 'c']
    assert names(failing('a', 'a')) == ['a']


def test_a_long_chain_of_owners_is_no_problem():
    chain = [failing(str(number), str(number - 1), str(number)) for number in range(5000)]
    assert len(names(*chain)) == 5000


def test_ready_objects_can_be_one_row():
    rows = arrange([status('a'), status('web'), failing('po', 'web'), status('b')], False)
    assert [(row.status.name, row.more) for row in fold_ready(rows)] == [
        *(('web', 0), ('po', 0), ('a', 2)),
    ]
    assert fold_ready(rows[:3]) == rows[:3]


def test_other_causes_that_can_fail_a_rollout_are_named():
    codes = ('CrashLoop', 'CrashLoop', 'SecretMissing', 'NotReady', 'OOMKilled', 'ImageNotFound')
    causes = [Cause(code, '', 'main', 'it ends', active=code != 'OOMKilled') for code in codes]
    web = failing('web')._replace(reason='CrashLoop', causes=tuple(causes))
    assert message(web) == 'CrashLoop: it ends; also SecretMissing, ImageNotFound'


UIDS = st.sampled_from(['', 'a', 'b', 'c', 'd'])
STATUSES = st.lists(
    st.tuples(UIDS, UIDS, st.sampled_from(State), st.sampled_from(['', 'x', 'y'])).map(
        lambda fields: status(fields[0], *fields[1:])
    ),
    max_size=12,
)


@SETTINGS
@given(STATUSES, st.booleans())
def test_every_broken_object_is_shown_or_counted(statuses, folds):
    rows = arrange(statuses, folds)
    assert bool(rows) == bool(statuses)
    shown = {row.status.state for row in rows}
    assert State.FAILING not in {status.state for status in statuses} or State.FAILING in shown
    ranks = [row.status.state for row in rows if not row.depth]
    assert sum(row.more or 1 for row in rows) <= len(statuses)
    assert bool(ranks) == bool(statuses)
