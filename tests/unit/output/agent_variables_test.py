from __future__ import annotations

import pytest

from kubectl_dog.output.agent_variables import VARIABLES
from kubectl_dog.output.agent_variables import find_agent_variable


@pytest.mark.parametrize('name', VARIABLES)
def test_variables_of_agents(name):
    assert find_agent_variable({'CI': '1', name: '1'}) == name


@pytest.mark.parametrize('value', ('1', 'TRUE', 'amp', 'goose'))
def test_generic_name_with_the_value_of_an_agent(value):
    assert find_agent_variable({'AGENT': value}) == 'AGENT'


@pytest.mark.parametrize(
    'environment',
    (
        {},
        {'AGENT': 'linux-7'},
        {'AGENT': '0'},
        {'CLAUDECODE': ''},
        {'GEMINI_CLI': '0'},
        {'AI_AGENT': 'False'},
        {'CURSOR_TRACE_ID': 'x', 'REPL_ID': 'x', 'SSH_AUTH_SOCK': 'x', 'CI': 'true'},
    ),
)
def test_no_agent(environment):
    assert find_agent_variable(environment) == ''
