from __future__ import annotations

from kubectl_dog import api
from kubectl_dog import recorded_runs
from kubectl_dog.model import events
from kubectl_dog.model.assessments import State
from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.verdicts import Explanation
from kubectl_dog.model.verdicts import Verdict
from kubectl_dog.output.quiet import QuietRenderer
from kubectl_dog.output.renderer import RenderOptions

WEB = Target(DEPLOYMENTS, 'shop', 'web')


def lines_of_demo(name, output):
    play = recorded_runs.demo(name, None)
    renderer = api.renderer(output, play, colour=False)
    return [line for event in play.session for line in renderer.render(event)]


def test_failure_is_the_end_of_the_plain_output():
    quiet, plain = (lines_of_demo('crash-loop', output) for output in ('quiet', 'plain'))
    assert quiet[0] == '✗ deploy/ledger failed after 13s: CrashLoop (CrashLoopBackOff)'
    assert plain[-len(quiet) :] == quiet


def test_success_is_one_line():
    [line] = lines_of_demo('good', 'quiet')
    assert 'deploy/web' in line and 'ready: 3/3 updated' in line


def test_follow_has_a_line_for_a_ready_target():
    renderer = QuietRenderer(RenderOptions(0.0, follow=True))
    ready = events.StateChanged(3.0, WEB, State.READY, '', '', None, '')
    assert not renderer.render(ready)
    ended = events.TargetEnded(3.0, WEB, Verdict.READY, '', '', None, Explanation())
    assert len(renderer.render(ended)) == 1
