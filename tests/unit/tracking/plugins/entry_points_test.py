"""Packages are found without being imported, in an order that is always the same."""

from __future__ import annotations

import os
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.tracking.plugins import entry_points
from kubectl_dog.version import VERSION

LAMP = 'Lamp.example.com'


def claims(name=LAMP):
    return [claim.label for claim in entry_points.claims(entry_points.TRACKERS).get(name, ())]


def test_packages_are_found_without_being_imported(packages):
    module = packages.install('acme-lamps', '1.2', 'raise SystemExit', Lamp_example_com='')
    assert claims() == ['acme-lamps 1.2']
    assert module not in sys.modules


@pytest.mark.parametrize('group', (entry_points.TRACKERS, entry_points.CONNECTIONS))
def test_our_own_entry_points_are_those_of_setup_cfg(group):
    config = ConfigParser(delimiters=('=',))
    config.optionxform = str
    config.read(Path(__file__).parents[4] / 'setup.cfg')
    lines = filter(None, config['options.entry_points'][group].splitlines())
    listed = sorted(tuple(line.split(' = ')) for line in lines)
    claims = [claim for (claim,) in entry_points.claims(group).values()]
    assert [(claim.name, claim.source) for claim in claims] == listed
    assert {claim.label for claim in claims} == {f'kubectl-dog {VERSION}'}


def test_an_entry_is_a_module_or_an_object_in_one():
    sources = ('os.path', 'os : path.join [extra]')
    loaded = [entry_points.Claim(LAMP, source).load().__name__ for source in sources]
    assert loaded == [os.path.__name__, 'join']


@pytest.mark.parametrize('order', (('Zinc', 'acme'), ('acme', 'Zinc')))
def test_precedence_does_not_depend_on_the_path(packages, order):
    for package in order:
        packages.install(package, Pod='')
    assert claims('Pod') == ['acme 1.0', 'Zinc 1.0', claims('Pod')[2]]
    assert claims('Pod')[2].startswith('kubectl-dog ')


def test_what_is_hidden_by_a_package_of_its_name_does_not_count(packages):
    packages.install('acme.lamps', '1.0', Lamp_example_com='', Torch_example_com='')
    packages.install('acme-lamps', '2.0', Lamp_example_com='')
    assert claims() == ['acme-lamps 2.0']
    assert claims('Torch.example.com') == []


@pytest.mark.skipif(sys.version_info < (3, 10), reason='Python 3.9 refuses such a file.')
def test_a_package_that_claims_a_kind_twice_counts_once(packages):
    packages.install('acme', entries=f'[{entry_points.TRACKERS}]\n{LAMP} = b\n{LAMP} = a\n')
    assert [claim.source for claim in entry_points.claims(entry_points.TRACKERS)[LAMP]] == ['a']


def test_a_list_that_cannot_be_read_hides_no_other(packages):
    packages.install('broken', entries='[kubectl_dog.trackers.v1]\nno equals sign\n')
    packages.install('acme', Lamp_example_com='')
    assert claims() == ['acme 1.0']


@pytest.mark.parametrize('damage', (Path.unlink, lambda file: file.write_bytes(b'Name: \xff')))
def test_a_package_without_metadata_is_called_by_its_module(packages, tmp_path, damage):
    module = packages.install('acme', Lamp_example_com='')
    (file,) = tmp_path.glob('*/*/METADATA')
    damage(file)
    assert claims() == [module]


@pytest.mark.parametrize(
    ('code', 'why'),
    (
        ('import no_such_module', 'ModuleNotFoundError: .*no_such_module'),
        ('raise SystemExit(3)', 'SystemExit: 3'),
        ('raise GeneratorExit', 'GeneratorExit'),
        ('(', 'SyntaxError'),
        (None, 'ModuleNotFoundError'),
    ),
)
def test_what_cannot_be_loaded_says_why(packages, code, why):
    packages.install('acme', code=code, Lamp_example_com='')
    (claim,) = entry_points.claims(entry_points.TRACKERS)[LAMP]
    with pytest.raises(entry_points.BrokenError, match=why):
        claim.load()


@pytest.mark.parametrize('source', ('not a module!!', 'a-b', ':', 'a:', ''))
def test_what_names_nothing_says_so(source):
    claim = entry_points.Claim(LAMP, source)
    with pytest.raises(entry_points.BrokenError, match='use module or module:object'):
        claim.load()


def test_a_package_that_is_interrupted_while_it_is_imported_is_the_users(packages):
    packages.install('acme', code='raise KeyboardInterrupt', Lamp_example_com='')
    (claim,) = entry_points.claims(entry_points.TRACKERS)[LAMP]
    with pytest.raises(KeyboardInterrupt):
        claim.load()


def test_a_connection_that_does_not_exist_is_named():
    with pytest.raises(
        UserError, match="unknown connection 'carrier-pigeon': use kubeconfig or kub"
    ):
        entry_points.load(entry_points.CONNECTIONS, 'carrier-pigeon', 'connection')


def test_a_connection_that_cannot_be_loaded_names_its_package(packages):
    packages.install('acme', '2', entries='[kubectl_dog.connections.v1]\npigeon = no_such\n')
    with pytest.raises(UserError, match='the connection pigeon of acme 2 cannot be loaded: Module'):
        entry_points.load(entry_points.CONNECTIONS, 'pigeon', 'connection')


@pytest.mark.parametrize(
    ('module', 'where'),
    (
        ('acme_lamps', ' (x.py, line 1)'),
        ('kubectl_dog_flux.a', ' (x.py, line 1)'),
        ('kubectl_dog.tracking.plugins.fault_barrier', ''),
        ('kubectl_dog', ''),
    ),
)
def test_what_is_ours_is_never_blamed_wherever_its_files_are(module, where):
    """In the single file, code does not know the path of its file."""
    code = compile('raise LookupError(5)', 'x.py', 'exec')
    try:
        exec(code, {'__name__': module})
    except LookupError as error:
        # Of the test itself nothing is to be told either.
        error.__traceback__ = error.__traceback__.tb_next
        assert entry_points.locate_error(error) == f'LookupError{where}'
        assert entry_points.describe_error(error) == f'LookupError: 5{where}'


class Speechless(Exception):
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ('error', 'text'),
    (
        (ValueError('two\n lines'), 'ValueError: two lines'),
        (ValueError('x' * 9999), f'ValueError: {"x" * 1000}…'),
        (Speechless(), 'Speechless'),
    ),
)
def test_an_error_is_described_in_one_line(error, text):
    assert entry_points.describe_error(error) == text
