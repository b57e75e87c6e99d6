"""Packages are found without being imported, in an order that is always the same."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from kubectl_dog.model.errors import UserError
from kubectl_dog.tracking.plugins import entry_points

LAMP = 'Lamp.example.com'


def claims(name=LAMP):
    return [claim.label for claim in entry_points.claims(entry_points.TRACKERS).get(name, ())]


def test_packages_are_found_without_being_imported(packages):
    module = packages.install('acme-lamps', '1.2', 'raise SystemExit', Lamp_example_com='')
    assert claims() == ['acme-lamps 1.2']
    assert module not in sys.modules


def test_ours_are_found_in_the_same_way():
    assert [claim.source for claim in entry_points.claims(entry_points.TRACKERS)['Pod']] == [
        'kubectl_dog.trackers.kinds.pod'
    ]
    assert list(entry_points.claims(entry_points.CONNECTIONS)) == ['kubeconfig', 'kubernetes']


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


def test_a_package_that_claims_a_kind_twice_counts_once(packages):
    packages.install('acme', entries=f'[{entry_points.TRACKERS}]\n{LAMP} = b\n{LAMP} = a\n')
    assert [claim.source for claim in entry_points.claims(entry_points.TRACKERS)[LAMP]] == ['a']


def test_a_list_that_cannot_be_read_hides_no_other(packages):
    packages.install('broken', entries='[kubectl_dog.trackers.v1]\nno equals sign\n')
    packages.install('acme', Lamp_example_com='')
    assert claims() == ['acme 1.0']


def test_a_package_without_metadata_is_called_by_its_module(packages, tmp_path):
    module = packages.install('acme', Lamp_example_com='')
    for file in tmp_path.glob('*/*/METADATA'):
        file.unlink()
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
    # Newer versions of importlib refuse it already while they read the list.
    claim = entry_points.Claim(LAMP, SimpleNamespace(value=source))
    with pytest.raises(
        entry_points.BrokenError, match='names neither a module nor an object in one'
    ):
        claim.load()


def test_a_package_that_is_interrupted_while_it_is_imported_is_the_users(packages):
    packages.install('acme', code='raise KeyboardInterrupt', Lamp_example_com='')
    (claim,) = entry_points.claims(entry_points.TRACKERS)[LAMP]
    with pytest.raises(KeyboardInterrupt):
        claim.load()


def test_a_connection_that_does_not_exist_is_named():
    with pytest.raises(UserError, match='no connection for carrier-pigeon: there is kubeconfig'):
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
        assert entry_points.locate_error(error) == f'LookupError: 5{where}'
