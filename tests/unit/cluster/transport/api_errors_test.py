from __future__ import annotations

import ssl
from http.client import HTTPException

import pytest

from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.cluster.transport.api_errors import ApiStatus
from kubectl_dog.model.items import ReadFailure

URL = 'https://h'
FORBIDDEN = 'pods is forbidden: User "jane" cannot list resource "pods" in the namespace "ns"'


@pytest.mark.parametrize(
    ('code', 'body', 'expected'),
    (
        (403, b'{"code": 403, "reason": "Forbidden", "message": "no"}', (403, 'Forbidden', 'no')),
        (502, b'<html>\n bad <b>', (502, '', 'HTTP 502 <html> bad <b>')),
        (500, b'', (500, '', 'HTTP 500')),
        (500, b'[1]', (500, '', 'HTTP 500 [1]')),
        (500, b'{}', (500, '', 'HTTP 500')),
        (500, b'\xff' * 5000, (500, '', 'HTTP 500 ' + '\ufffd' * 200)),
    ),
)
def test_status(code, body, expected):
    assert api_errors.parse_status(code, body) == ApiStatus(*expected)


@pytest.mark.parametrize(
    ('code', 'message', 'expected'),
    (
        (403, FORBIDDEN, ReadFailure('denied', FORBIDDEN)),
        (
            401,
            'Unauthorized',
            ReadFailure(
                'unauthorized',
                'https://h does not accept the credentials (Unauthorized): sign in again',
            ),
        ),
        (404, 'x', ReadFailure('invalid', 'https://h rejected the request: x')),
        (429, 'x', ReadFailure('unreachable', 'https://h cannot answer now: x')),
        (503, 'x', ReadFailure('unreachable', 'https://h cannot answer now: x')),
    ),
)
def test_trouble(code, message, expected):
    assert api_errors.read_failure(ApiStatus(code, '', message), URL) == expected


def verification(code, message='odd'):
    error = ssl.SSLCertVerificationError(1, 'x')
    error.verify_code, error.verify_message = code, message
    return error


def handshake(reason):
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ('error', 'message'),
    (
        (verification(10), 'cannot trust https://h: its certificate has expired; check the clock'),
        (verification(24), 'cannot trust https://h: odd'),
        (verification(19), 'signed by an unknown authority'),
        (verification(62), 'is not valid for "h"'),
        (handshake('TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'does not accept the client certificate'),
        (handshake('EOF occurred in violation of protocol (_ssl.c:1)'), 'closed the connection'),
        (handshake('NO_PROTOCOLS'), 'TLS failed (no protocols); check --server'),
        (OSError(113, 'No route to host'), 'cannot connect to https://h: no route to host; check'),
        (HTTPException('Aborted'), 'cannot connect to https://h: aborted; check'),
        (TimeoutError(), 'no answer in time'),
    ),
)
def test_why_there_is_no_answer(error, message):
    assert message in api_errors.unreachable(URL, error)


def test_causes_are_looked_for_behind_what_wraps_them():
    try:
        try:
            raise OSError(101, 'Network is unreachable')
        except OSError as error:
            raise HTTPException('Failed: <0x7f>') from error
    except HTTPException as error:
        assert 'network is unreachable; check --context' in api_errors.unreachable(URL, error)
