"""docs/library.md, the docstrings and the generated reference are complete."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import runpy
import subprocess
import sys
import types
from importlib import resources
from pathlib import Path

import pytest

import kubectl_dog
from kubectl_dog.library import follow
from kubectl_dog.library import rollout
from tests.page import ROOT

PAGE = (ROOT / 'docs' / 'library.md').read_text(encoding='utf-8')
SCRIPT = (ROOT / 'docs' / 'reference.py').read_text(encoding='utf-8')
# The modules whose docstrings are the reference.
MODULES = ast.literal_eval(re.search(r'^MODULES = (\(.*?^\))', SCRIPT, re.M | re.S)[1])


def public(module_name):
    module = importlib.import_module(module_name)
    classes = [name for name, value in vars(module).items() if inspect.isclass(value)]
    ours = [name for name in classes if getattr(module, name).__module__ == module_name]
    return [(module, name) for name in getattr(module, '__all__', ours)]


NAMES = [entry for name in MODULES for entry in public(name)]


def own(cls):
    """The public members of a class."""
    if not inspect.isclass(cls):
        return []
    return [
        member
        for base in cls.__mro__
        if base.__module__.startswith('kubectl_dog')
        for name, member in vars(base).items()
        if not name.startswith('_') and (inspect.isfunction(member) or isinstance(member, property))
    ]


@pytest.mark.parametrize(('module', 'name'), NAMES)
def test_every_public_name_has_a_docstring(module, name):
    value = getattr(module, name)
    # A NamedTuple without a docstring of its own has one that tells nothing.
    assert value.__doc__, name
    assert not value.__doc__.startswith(f'{name}('), name
    assert all(member.__doc__ for member in own(value)), name


def test_lazy_names_are_the_public_names():
    assert sorted(kubectl_dog._MODULE_OF) == kubectl_dog.__all__ == sorted(kubectl_dog.__all__)
    tree = ast.parse(Path(kubectl_dog.__file__).read_text(encoding='utf-8'))
    typed = [
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('kubectl_dog.')
        for alias in node.names
    ]
    assert sorted(typed) == kubectl_dog.__all__
    assert not hasattr(kubectl_dog, 'nothing')
    assert set(kubectl_dog.__all__) <= set(dir(kubectl_dog))


def test_the_functions_per_kind_are_all_that_is_in_their_modules():
    kinds = ('daemonset', 'deployment', 'job', 'pod', 'statefulset')
    assert rollout.__all__ == follow.__all__ == [f'track_{kind}' for kind in kinds]


def test_the_page_has_every_callback_and_every_function():
    callbacks = set()
    for feed in ('PodFeed', 'JobFeed', 'DeploymentFeed', 'StatefulSetFeed', 'DaemonSetFeed'):
        callbacks |= {name for name in dir(getattr(kubectl_dog, feed)) if name.startswith('on_')}
    assert len(callbacks) == 10
    assert not [name for name in callbacks if f'`feed.{name}`' not in PAGE]
    assert not [name for name in rollout.__all__ if name not in PAGE]
    assert not [
        link for link in re.findall(r'\]\(([^)#]+)\)', PAGE) if not (ROOT / 'docs' / link).exists()
    ]


@pytest.mark.parametrize(
    'theirs',
    [
        *(f'Track{kind}TillReady' for kind in ('Pod', 'Deployment', 'StatefulSet', 'DaemonSet')),
        *('TrackJobTillDone', 'TrackPod', 'TrackJob', 'Multitrack', 'StopTrack', 'ErrStopTrack'),
        *('ResourceError', 'ParentContext', 'LogsFromTime', 'IgnoreLogs', 'GetStatus', 'Track'),
        *('SaveLogsOnlyForNumberOfReplicas', 'IgnoreReadinessProbeFailsByContainerName'),
        *('OnAdded', 'OnReady', 'OnSucceeded', 'OnFailed', 'OnEventMsg', 'OnAddedReplicaSet'),
        *('OnAddedPod', 'OnPodLogChunk', 'OnContainerLogChunk', 'OnPodError', 'OnContainerError'),
        *('OnStatus', 'OnStatusReport', 'canary', 'generic', 'NewDynamicReadinessTracker'),
        *('NewDynamicPresenceTracker', 'NewDynamicAbsenceTracker', 'elimination'),
    ],
)
def test_every_name_of_kubedogs_is_in_the_table(theirs):
    table = PAGE.partition('## From kubedog')[2].partition('## ')[0]
    rows = [line.split(' | ')[0] for line in table.splitlines()]
    assert any(re.search(rf'\b{theirs}\b', row) for row in rows)


def test_the_first_example_of_the_page_is_python():
    (code,) = re.findall(r'^```python\n(.*?)^```$', PAGE, re.M | re.S)
    assert 'kubectl_dog.rollout(\n' in code
    ast.parse(code)


def test_the_types_ship():
    assert resources.files('kubectl_dog').joinpath('py.typed').is_file()
    assert 'py.typed' in (ROOT / 'setup.cfg').read_text(encoding='utf-8')


def test_reference_includes_all_public_modules_and_base_classes():
    assert {'kubectl_dog', 'kubectl_dog.model.events', rollout.__name__, follow.__name__} <= {
        *MODULES
    }
    # What a class of the reference is made of is there, too.
    ours = {
        base for module, name in NAMES for base in getattr(getattr(module, name), '__mro__', ())
    }
    named = {name for _, name in NAMES}
    assert not [
        base
        for base in ours
        if base.__module__.startswith('kubectl_dog.') and base.__name__ not in named
    ]


@pytest.mark.parametrize('package', ('pdoc', 'typing_extensions', 'kubectl_dog'))
def test_reference_script_names_the_package_that_is_missing(monkeypatch, package):
    for name in ('pdoc', 'typing_extensions'):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(ROOT / 'docs' / 'reference.py'))
    expected = f'docs/reference.py: {package} is not installed: run pip install ".[docs]"'
    assert caught.value.code == expected


def test_reference_script_without_a_folder_prints_its_usage(monkeypatch):
    for name in ('pdoc', 'typing_extensions'):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setattr(sys, 'argv', ['reference.py'])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(ROOT / 'docs' / 'reference.py'), run_name='__main__')
    assert caught.value.code == 'usage: python docs/reference.py OUT'


def test_the_generator_is_no_run_time_dependency():
    code = 'import sys, kubectl_dog.library.session; sys.exit("pdoc" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
