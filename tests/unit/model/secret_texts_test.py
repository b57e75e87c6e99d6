from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_dog.model.resources import DEPLOYMENTS
from kubectl_dog.model.resources import Target
from kubectl_dog.model.secret_texts import mask
from kubectl_dog.model.secret_texts import mask_text
from kubectl_dog.model.secret_texts import mask_url
from kubectl_dog.model.secret_texts import mask_words
from kubectl_dog.model.secret_texts import replace_in_command
from kubectl_dog.model.secret_texts import replace_in_text
from kubectl_dog.model.secret_texts import replace_in_words
from tests.unit.oddities import SETTINGS

S = 'hunter2'
JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl'
PEM = f'-----BEGIN RSA PRIVATE KEY-----\n{S}\n-----END RSA PRIVATE KEY-----'


@pytest.mark.parametrize(
    ('text', 'masked'),
    (
        (f'postgres://app:{S}@db:5432/shop', 'postgres://redacted@db:5432/shop'),
        (f'https://app:a@{S}@db/x', 'https://redacted@db/x'),
        (f'https://app:a/{S}@db/x', 'https://redacted@db/x'),
        (f'https://{S}@github.com/x.git', 'https://redacted@github.com/x.git'),
        (f'https://h/x?token={S}&page=2', 'https://h/x?token=redacted&page=2'),
        (f'https://h/x?sv=1&sig={S}%2F&se=2', 'https://h/x?sv=1&sig=redacted&se=2'),
        (f'root:{S}@tcp(db:3306)/shop', 'redacted@tcp(db:3306)/shop'),
        (f'host=db password={S} dbname=shop', 'host=db password=redacted dbname=shop'),
        (f'Server=db;Password={S};Timeout=1', 'Server=db;Password=redacted;Timeout=1'),
        (f'--set auth.password={S},replicas=2', '--set auth.password=redacted,replicas=2'),
        (f'PASSWORD="{S} {S}" run', 'PASSWORD="redacted" run'),
        (f'(token={S}).', '(token=redacted).'),
        (f'{{"password": "{S}", "port": 1}}', '{"password": "redacted", "port": 1}'),
        (rf'{{"a":"{{\"password\":\"{S}\\\"x\"}}"}}', r'{"a":"{\"password\":\"redacted\"}"}'),
        ('{"password": 12345, "port": 1}', '{"password": redacted, "port": 1}'),
        (f"{{'token': '{S}'}}", "{'token': 'redacted'}"),
        (f'auth:\n  password: {S}\n  user: app', 'auth:\n  password: redacted\n  user: app'),
        (f'auth:\n  - token: "{S} {S}"\n', 'auth:\n  - token: "redacted"\n'),
        (
            f'values.yaml: |\n  token: |\n    {S}\n    {S}',
            'values.yaml: |\n  token: |\n    redacted',
        ),
        (f'a:\n  token: |\n    x\n\n    {S}\nuser: b', 'a:\n  token: |\n    redacted\nuser: b'),
        (f'Authorization: Bearer {S}X', 'Authorization: Bearer redacted'),
        ('authorization: basic YXBwOmh1bnRlcjI=', 'authorization: basic redacted'),
        (f'header "X-Api-Key: {S} {S}" is set', 'header "X-Api-Key: redacted" is set'),
        (
            f'command "ping --password {S}" timed out',
            'command "ping --password redacted" timed out',
        ),
        (
            rf'command "sh -c \"ping --token {S}\"" x',
            r'command "sh -c \"ping --token redacted\"" x',
        ),
        (f'the token {JWT} is invalid', 'the token redacted is invalid'),
        (f'key:\n{PEM}\nend', 'key:\nredacted\nend'),
        ('id AKIAIOSFODNN7EXAMPLE', 'id redacted'),
        ('ghp_' + 'a1' * 18, 'redacted'),
        ('https://hooks.slack.com/services/T0/B0/x', 'https://hooks.slack.com/services/redacted'),
        # What a recording has in place of a secret.
        ('password=redacted-0123abcd', 'password=redacted'),
        ('the value redacted-0123abcd', 'the value redacted'),
    ),
)
def test_secret_parts_of_a_text_are_masked(text, masked):
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    'text',
    (
        'use --token or --user',
        'Basic authentication failed',
        'Bearer realm="https://auth.docker.io/token"',
        'token == 1, password: expired',
        'secret "db" has no key "password"',
        'image registry.test/web:1@sha256:0123 is missing',
        'https://web.test:8080/logo@2x.png',
        'git@github.com:shop/web.git',
        'PASSWORD=$(PASSWORD) and token=${TOKEN}',
        'postgres://app:$(PASSWORD)@db/shop',
        'kubectl describe secret -n shop database',
        'PASSWORD=',
        '{"token": true, "secret": null}',
        'maxTokens=100 --tokenizer=bert',
        '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    ),
)
def test_other_texts_stay(text):
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ('words', 'masked'),
    (
        (['--password', S, '-v'], ['--password', 'redacted', '-v']),
        (['--password', f'-{S}!'], ['--password', 'redacted']),
        ([f'--password={S} {S}'], ['--password=redacted']),
        (
            ['bash', '-ec', f'PASSWORD={S} run -h db'],
            ['bash', '-ec', 'PASSWORD=redacted run -h db'],
        ),
        (['env', f'PASSWORD={S} {S}'], ['env', 'PASSWORD=redacted']),
        (['env', f'PASSWORD={S}', 'run'], ['env', 'PASSWORD=redacted', 'run']),
        (['-H', f'X-Api-Key: {S}'], ['-H', 'X-Api-Key: redacted']),
        (['curl', '-u', f'app:{S}'], ['curl', '-u', 'app:redacted']),
        (
            ['sh', '-c', f'export TOKEN={S}; curl -u app:{S} --api-key "{S}" http://db'],
            [
                'sh',
                '-c',
                'export TOKEN=redacted; curl -u app:redacted --api-key "redacted" http://db',
            ],
        ),
        (['--dsn', f'redis://:{S}@cache/0'], ['--dsn', 'redis://redacted@cache/0']),
        (['--token', '--verbose'], ['--token', '--verbose']),
        (['--token-file', '/run/token'], ['--token-file', '/run/token']),
        (['--password', '$(PASSWORD)'], ['--password', '$(PASSWORD)']),
        (['docker', '--user', '1000:1000'], ['docker', '--user', '1000:1000']),
        (['sleep', '-p', '1h'], ['sleep', '-p', '1h']),
        (['until nc -z db 5432; do sleep 1; done'], ['until nc -z db 5432; do sleep 1; done']),
        ([], []),
    ),
)
def test_secret_words_of_a_command_are_masked(words, masked):
    assert mask_words(words) == masked


@pytest.mark.parametrize(
    ('url', 'masked'),
    (
        (f'https://app:{S}@api.test:6443/x', 'https://redacted@api.test:6443/x'),
        ('https://api.test:6443/x', 'https://api.test:6443/x'),
        (f'https://h/x?access_token={S}', 'https://h/x?access_token=redacted'),
    ),
)
def test_url_has_neither_user_nor_secret_parameters(url, masked):
    assert mask_url(url) == masked


def test_texts_of_nested_tuples_are_masked_and_equal_values_stay_the_same_object():
    target = Target(DEPLOYMENTS, 'shop', 'web')
    assert mask(target) is target
    assert mask((f'token={S}', (1, None, f'token={S}'))) == (
        'token=redacted',
        (1, None, 'token=redacted'),
    )
    secret = target._replace(name=f'token={S}')
    assert mask(secret) == target._replace(name='token=redacted')


def token(secret):
    return f'redacted-{hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:8]}'


FRAGMENTS = st.one_of(
    st.sampled_from(
        (
            *('--password ', 'token=', '"password": "', 'https://a:', '@', '://', S, JWT, PEM, '"'),
            *("'", ' ', '\n', '$(PW)', 'Bearer ', 'X-Api-Key: ', '  secret: |\n', '\\', ')', ';'),
        )
    ),
    st.text(max_size=5),
)
TEXTS = st.lists(FRAGMENTS, max_size=12).map(''.join)


@given(TEXTS)
@SETTINGS
def test_a_text_from_a_recording_is_masked_like_the_original(text):
    assert mask_text(replace_in_text(text, token)) == mask_text(text)


@given(st.lists(TEXTS, max_size=4))
@SETTINGS
def test_a_command_from_a_recording_is_masked_like_the_original(words):
    assert mask_words(replace_in_words(words, token)) == mask_words(words)
    text = ' '.join(words)
    assert replace_in_command(text, lambda secret: secret) == text
