"""The HTML report in a real browser: fast, accessible, usable by keyboard, and harmless."""

from __future__ import annotations

import json

import pytest

from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.output.report import html_page
from tests.unit.output.report.runs import child
from tests.unit.output.report.runs import container
from tests.unit.output.report.runs import demo
from tests.unit.output.report.runs import kube_event
from tests.unit.output.report.runs import log
from tests.unit.output.report.runs import record
from tests.unit.output.report.runs import run_of
from tests.unit.output.report.runs import state

# What would run, leave its cell or hide, wherever a page puts it without care.
HOSTILE = (
    '</script><script>window.hit=1;alert(1)</script>'
    '<img src=x onerror="window.hit=1"> " onmouseover="window.hit=1" \' `${window.hit=1}` '
    '--><svg/onload=window.hit=1> </bdi></td></pre> &lt;b&gt; \u202egnp.exe \u2066x\u2069 '
    '\x00\x1b[31m \u2028\u2029 \ud800 ]]> <!--<script>'
)
SECONDS = 2
MAX_BYTES = 5_000_000


@pytest.fixture
def show(open_page, tmp_path):
    """show(run, …): the opened report of a run."""

    def shown(run, **options):
        path = tmp_path / 'report.html'
        path.write_text(html_page.create_report(run), encoding='utf-8')
        return open_page(path, **options)

    return shown


def texts(page, selector):
    return page.evaluate(
        f'[...document.querySelectorAll({json.dumps(selector)})].map(node => node.textContent)'
    )


def large_run():
    """A run of ten targets with 10,000 events and 100,000 log lines."""
    batch = []
    for number in range(10):
        target = Target(DEPLOYMENTS, 'shop', f'web-{number}')
        batch.append(state(0.0, target=target))
        for step in range(1000):
            at, pod = step * 0.6, f'web-{number}-5d4f8c7b9-{step % 20:05}'
            if step % 3:
                reason = f'Unhealthy{step % 7}'
                batch.append(kube_event(at, reason, name=pod, times=step + 1, target=target))
            else:
                ready = container(ready=step % 2 == 0, restarts=step // 100)
                batch.append(child(at, f'step {step}', ready, name=pod, target=target))
        lines = [f'{"x" * 80} {number}' for number in range(500)]
        batch += [log(step, *lines, pod=f'p-{step}', target=target) for step in range(20)]
    return record(*batch)


@pytest.mark.parametrize('scheme', ('light', 'dark'))
@pytest.mark.parametrize('width', (1280, 375))
@pytest.mark.parametrize('name', ('crash-loop', 'twelve-services'))
def test_the_page_is_accessible(show, axe, name, width, scheme):
    page = show(demo(name), width=width, scheme=scheme)
    page.evaluate(f'{axe};0')
    violations = page.evaluate(
        'axe.run().then(result => result.violations.map(entry => '
        '[entry.id, entry.impact, entry.nodes.map(node => node.html)]))'
    )
    assert violations == []
    assert page.evaluate('document.documentElement.scrollWidth') == width
    assert page.messages() == []


def test_the_page_tells_the_verdict_without_script(show):
    page = show(demo('crash-loop'), script=False)
    (title,) = texts(page, 'h1')
    assert title.endswith('deploy/ledger failed after 13s: CrashLoop (CrashLoopBackOff)')
    assert 'FATAL: schema version is 41' in ''.join(texts(page, '.outcome pre'))
    assert 'restart 1 after exit code 3' in texts(page, '.phases td')
    assert page.evaluate('getComputedStyle(document.querySelector("#timeline")).display') == 'none'
    assert page.messages() == []


@pytest.mark.parametrize('script', (True, False))
def test_hostile_text_stays_text(show, script):
    page = show(run_of(HOSTILE), script=script)
    if script:
        page.evaluate('document.querySelector(".list [role=option]").click()')
        page.evaluate('document.querySelectorAll(".lanes [role=option]")[1].click()')
        page.settle()
    assert page.evaluate('window.hit') is None
    assert page.messages() == []
    assert (
        page.evaluate('document.querySelectorAll("img, iframe, [onload], [onmouseover]").length')
        == 0
    )
    assert page.evaluate('document.scripts.length') == 2
    rows = page.evaluate(
        '[...document.querySelectorAll(".phases tbody tr")].map(r => r.cells.length)'
    )
    assert set(rows) == {5}
    seen = page.evaluate('document.body.innerText')
    assert not set(seen) & set('\u202e\u2066\u2069\x00\x1b\u2028\u2029')
    assert '</script><script>window.hit=1;alert(1)</script>' in seen
    assert r'\u202egnp.exe' in seen


def test_the_policy_refuses_other_scripts_and_styles(show):
    page = show(demo('good'))
    page.evaluate(
        '(() => { const node = document.createElement("script"); '
        'node.textContent = "window.hit=1"; document.body.append(node); '
        'document.body.setAttribute("style", "color: red"); })()'
    )
    assert page.evaluate('window.hit') is None
    assert page.evaluate('getComputedStyle(document.body).color') != 'rgb(255, 0, 0)'
    assert len(page.messages()) == 2


def test_a_large_run_opens_fast(show, tmp_path):
    page = show(large_run())
    assert (tmp_path / 'report.html').stat().st_size < MAX_BYTES
    assert page.seconds < SECONDS
    assert page.messages() == []
    (status,) = texts(page, '[role=status]')
    total = page.evaluate('JSON.parse(document.getElementById("data").textContent).lanes.length')
    assert f'{total} objects' in status
    assert any('log lines are not in this report' in text for text in search(page, 'not in this'))
    assert page.evaluate('document.querySelectorAll("*").length') < 5000


def search(page, text):
    """The rows of the list for a search."""
    page.evaluate('(() => { const node = document.querySelector("#search"); node.value = ""; })()')
    page.evaluate('document.querySelector("#search").focus()')
    page.type(text)
    return texts(page, '.list .text')


def test_search_and_filters_choose_rows(show):
    page = show(demo('crash-loop'))
    every = texts(page, '[role=status]')
    assert set(search(page, 'schema version')) == {'FATAL: schema version is 41, need 42'}
    assert len(texts(page, '.lanes [role=option]')) == 3
    assert search(page, 'no such text') == []
    page.evaluate('document.querySelector("#search").value = ""')
    page.click('#problems')
    signs = set(texts(page, '.list .sign'))
    assert signs and signs <= set('✗⚠↻')
    assert len(texts(page, '.lanes [role=option]')) == 3
    page.click('#problems')
    assert texts(page, '[role=status]') == every
    page.click('#logs')
    assert '│' not in texts(page, '.list .sign')


def test_the_keyboard_does_what_the_pointer_does(show):
    page = show(demo('crash-loop'))
    (whole,) = texts(page, '.toolbar .mono')
    page.evaluate('document.querySelector(".lanes").focus()')
    page.press('ArrowDown')
    page.press('ArrowDown')
    chosen = texts(page, '[aria-selected=true]')
    assert chosen == ['rs/ledger-597587cd98']
    assert set(texts(page, '.list .object')) == {'rs/ledger-597587cd98'}
    active = page.evaluate('document.activeElement.getAttribute("aria-activedescendant")')
    assert texts(page, f'#{active}') == chosen
    page.press('+', '+')
    page.press('ArrowRight')
    (zoomed,) = texts(page, '.toolbar .mono')
    assert zoomed not in (whole, '')
    page.press('0', '0')
    page.press('Escape')
    assert texts(page, '.toolbar .mono') == [whole]
    assert texts(page, '[aria-selected=true]') == []
    page.press('/', '/')
    assert page.evaluate('document.activeElement.id') == 'search'
    page.evaluate('document.querySelector(".list").focus()')
    page.press('End')
    assert texts(page, '.detail pre') == [texts(page, '.list .text')[-1]]


def test_the_theme_can_be_chosen(show):
    page = show(demo('good'))
    colour = 'getComputedStyle(document.body).backgroundColor'
    seen = []
    for _ in range(4):
        seen.append(
            (
                page.evaluate('document.querySelector(".toolbar > button").textContent'),
                page.evaluate(colour),
            )
        )
        page.click('.toolbar > button')
    assert [name for name, _ in seen] == [
        f'Theme: {name}' for name in ('auto', 'dark', 'light', 'auto')
    ]
    assert seen[1][1] != seen[0][1] == seen[2][1] == seen[3][1]


def test_the_drawing_shows_states(show):
    page = show(demo('crash-loop'))
    colours = page.evaluate(
        '(() => { const canvas = document.querySelector("canvas"); const pixels = '
        'canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data; '
        'const seen = new Set(); for (let at = 0; at < pixels.length; at += 4) '
        'seen.add([...pixels.slice(at, at + 3)].map('
        'x => x.toString(16).padStart(2, "0")).join("")); '
        'return [...seen]; })()'
    )
    style = page.evaluate(
        '["progressing", "failing", "log"].map(name => '
        'getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim().slice(1))'
    )
    assert set(style) <= set(colours)
