from __future__ import annotations

import pytest

from kubectl_dog.model.secret_names import is_description
from kubectl_dog.model.secret_names import is_secret_name

SECRET = """
password passwd passphrase pwd pass adminPassword PGPASSWORD DB_PASS rootpassword password_1
authToken accessToken token tokens X-Auth-Token oauth2_token GITHUB_TOKEN
apiKey APIKey api-key --api-key API_KEY apikey AWS_SECRET_ACCESS_KEY privateKey client-key-data
SECRET_KEY_BASE clientSecret client_secret credentials aws_credentials creds jwt session_cookie
auth REDIS_AUTH Authorization Proxy-Authorization sig X-Amz-Signature .dockerconfigjson
global.postgresql.auth.password
"""
PUBLIC = """
key keys tls.key topologyKey publicKey secretName passwordSecretRef tokenSecretRef secretKeyRef
imagePullPolicy tokenTTL token_url tokenExpirationSeconds --password-file --password-stdin
automountServiceAccountToken maxTokens max-num-batched-tokens tokenizer --tokenizer enableTokenAuth
authMode authEnabled authority author compass bypass passthrough secretStoreRef secretType name
metadata.name DATABASE_URL ACCESS_KEY_ID host user username certificate 1 -
"""


@pytest.mark.parametrize(
    ('name', 'is_secret'),
    [(it, True) for it in SECRET.split()] + [(it, False) for it in PUBLIC.split()],
)
def test_names_of_secrets(name, is_secret):
    assert is_secret_name(name) is is_secret


def test_the_end_of_a_very_long_name_decides():
    assert is_secret_name('a.' * 10_000 + 'password')
    assert not is_secret_name('password' + '.a' * 10_000)


@pytest.mark.parametrize(
    ('name', 'describes'),
    (
        *((name, True) for name in ('name', 'key', 'secretName', 'optional', 'audience', 'mode')),
        *((name, False) for name in ('value', 'password', 'stringData', '')),
    ),
)
def test_fields_below_a_secret_one_that_describe_it(name, describes):
    assert is_description(name) is describes
