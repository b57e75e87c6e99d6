"""Limits for input of a connection: the network, credential plugins, files; see docs/faults.md.

A server, a proxy or a plugin that exceeds one is reported in one sentence.
"""

from __future__ import annotations

from kubectl_dog.model.connection import CutError

KIB, MIB = 1024, 1024 * 1024

# Seconds to open a connection, and then for TLS and the answer of a proxy.
CONNECT_SECONDS = 5.0
HANDSHAKE_SECONDS = 15.0
# Seconds until the headers of an answer are complete, and between two reads of its body.
HEAD_SECONDS = 30.0
# Seconds for a whole answer. `--request-timeout` replaces it, and limits the headers as well.
ANSWER_SECONDS = 120.0
# Seconds for the body of a refusal, of which only the beginning is read.
REFUSAL_SECONDS = 5.0
# Seconds for an answer of an identity provider, and its bytes.
PROVIDER_SECONDS, PROVIDER_BYTES = 20.0, MIB
# Seconds for a credential plugin, which may wait for a browser; `--request-timeout` replaces it.
PLUGIN_SECONDS = 300.0
# Seconds for the output of a plugin that has exited: a child may keep it open.
PLUGIN_CHILD_SECONDS = 0.5

# Bytes of all headers of an answer, with those of `100 Continue` before it.
HEAD_BYTES = 256 * KIB
# Bytes of a body, also after decompression: a list of 10,000 large pods has half of it.
BODY_BYTES = 256 * MIB
REFUSAL_BYTES = 64 * KIB
# Bytes of one event of a watch: etcd stores objects of up to 1.5 MiB by default.
EVENT_BYTES = 32 * MIB
# Bytes of the objects of one list, in pages or as a watch.
LIST_BYTES = 512 * MIB
# Longer log lines are cut.
LOG_LINE_BYTES = 16 * KIB
PLUGIN_BYTES = MIB
# Bytes of a file with a token, a certificate or a key.
CREDENTIAL_BYTES = 4 * MIB


class TooLongError(CutError):
    """An answer exceeds its limit, which is the message."""


def describe(size: int) -> str:
    """Return a number of bytes as text."""
    return f'{size // MIB} MiB' if size >= MIB else f'{size // KIB} KiB'
