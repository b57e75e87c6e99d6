"""Environment variables that show that a software agent has started the program."""

from __future__ import annotations

from collections.abc import Mapping

# Variables that agents set for the commands that they run. Variables that the terminals of people
# have too, such as CURSOR_TRACE_ID and REPL_ID, are no sign of an agent.
VARIABLES = (
    'AI_AGENT',
    'CLAUDECODE',
    'CLAUDE_CODE',
    'CURSOR_AGENT',
    'GEMINI_CLI',
    'CODEX_SANDBOX',
    'CODEX_THREAD_ID',
    'CODEX_CI',
    'OPENCODE',
    'OPENCODE_CLIENT',
    'COPILOT_CLI',
    'AMP_CURRENT_THREAD_ID',
    'AUGMENT_AGENT',
    'CLINE_ACTIVE',
    'GOOSE_TERMINAL',
    'ANTIGRAVITY_AGENT',
)
# Other programs use this name for machines and users, so that only these values count.
GENERIC = 'AGENT'
_GENERIC_VALUES = ('1', 'true', 'amp', 'claude', 'codex', 'gemini', 'goose', 'opencode')
_OFF = ('', '0', 'false', 'no')


def find_agent_variable(environment: Mapping[str, str]) -> str:
    """Return the name of a variable that shows an agent, or an empty text."""
    for name in VARIABLES:
        if environment.get(name, '').lower() not in _OFF:
            return name
    return GENERIC if environment.get(GENERIC, '').lower() in _GENERIC_VALUES else ''
