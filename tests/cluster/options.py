"""Options and environment variables of the tests in this folder.

tests/conftest.py has to register the option, for pytest asks only that file in time:

    from tests.cluster.options import add_option as pytest_addoption
"""

from __future__ import annotations

import os

from .harness import images
from .harness import needs

HOW_OPERATORS = 'Builds real operators: as root, `pytest --operators tests/cluster/operators`.'
HOW = 'Needs a cluster: as root, `pytest --cluster tests/cluster` starts one and stops it again.'


def add_option(parser):
    """Registers --cluster, --operators and --record-corpus."""
    parser.addoption(
        '--cluster', action='store_true', help='run the tests that need a real cluster, too'
    )
    parser.addoption(
        '--operators', action='store_true', help='run the tests that build real operators, too'
    )
    parser.addoption(
        '--record-corpus',
        metavar='DIR',
        help='save the recordings of the scenarios that pass (tests/unit/corpus/recordings)',
    )


def external_kubeconfig():
    """The kubeconfig of an existing cluster to use in place of one of our own, or None."""
    return os.environ.get('KUBECTL_DOG_TEST_KUBECONFIG') or None


def image():
    """The image with a busybox that the cluster can run."""
    if external_kubeconfig():
        return os.environ.get('KUBECTL_DOG_TEST_IMAGE') or 'busybox:1.36'
    return images.BUSYBOX


def in_ci():
    """Whether this is a CI run, which must not skip tests."""
    return os.environ.get('CI', '').lower() == 'true'


def wanted(config):
    """Whether the tests that need a cluster are to run."""
    return in_ci() or config.getoption('--cluster', default=False)


def obstacles():
    """Sentences on missing requirements of the cluster."""
    return [] if external_kubeconfig() else needs.missing()
