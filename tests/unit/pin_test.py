"""The pinned requirements are those of setup.cfg, and pip can check them."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests import pin
from tests import pythons


def entries(extra):
    text = (pin.FOLDER / f'{extra}.txt').read_text(encoding='utf-8')
    return re.findall(r'^(?!#)(\S.*(?:\n .*)*)', text, re.M)


def normal(name):
    return re.sub('[-_.]+', '-', name).lower()


@pytest.mark.parametrize('extra', pin.EXTRAS)
def test_every_version_is_exact_and_has_hashes(extra):
    for entry in entries(extra):
        first, *hashes = entry.split('\\\n')
        assert re.fullmatch(r'[\w.-]+==[\w.]+( ; .+)? ', first), first
        assert hashes and all(re.fullmatch(r' +--hash=sha256:[0-9a-f]{64} ?', it) for it in hashes)


@pytest.mark.parametrize('extra', pin.EXTRAS)
def test_files_contain_no_address_of_an_index(extra):
    text = (pin.FOLDER / f'{extra}.txt').read_text(encoding='utf-8')
    assert not re.search(r'://|index|find-links', text)


@pytest.mark.parametrize('version', pythons.promised())
@pytest.mark.parametrize('extra', pin.EXTRAS)
def test_the_pins_satisfy_setup_cfg_on_every_python(extra, version):
    python = {'python_version': version, 'python_full_version': f'{version}.0'}

    def applies(requirement):
        return requirement.marker is None or requirement.marker.evaluate(python)

    pinned = [Requirement(entry.split('\\\n')[0]) for entry in entries(extra)]
    versions = {normal(it.name): Version(str(it.specifier)[2:]) for it in pinned if applies(it)}
    for wanted in map(Requirement, filter(None, pin.requirements(extra))):
        if applies(wanted):
            assert wanted.specifier.contains(versions[normal(wanted.name)]), wanted


@pytest.mark.parametrize('extra', pin.EXTRAS)
def test_every_package_is_pinned_once_for_each_python(extra):
    for version in pythons.promised():
        python = {'python_version': version, 'python_full_version': f'{version}.0'}
        pinned = [Requirement(entry.split('\\\n')[0]) for entry in entries(extra)]
        names = [it.name for it in pinned if not it.marker or it.marker.evaluate(python)]
        assert len(names) == len(set(names))
