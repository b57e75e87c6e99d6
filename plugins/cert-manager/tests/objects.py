"""Objects as https://cert-manager.io/docs/troubleshooting/acme/ and the API reference
(https://cert-manager.io/docs/reference/api-docs/) show them; words of conditions and challenges are
those of cert-manager/cert-manager.
"""

from __future__ import annotations

LATER = '2026-01-01T11:59:50Z'
BEFORE = '2026-01-01T10:00:00Z'


def cond(kind, status, reason='Reason', message='a message', seen=2, at=BEFORE):
    return (
        f'{{type: {kind}, status: "{status}", reason: {reason}, message: "{message}", '
        f'observedGeneration: {seen}, lastTransitionTime: "{at}"}}'
    )


def certificate(*conditions, more=''):
    return f"""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{name: web, generation: 2}}
spec:
  secretName: web-tls
  dnsNames: [web.example.com]
  issuerRef: {{name: letsencrypt, kind: ClusterIssuer}}
status:
  revision: 1
  conditions: [{', '.join(conditions)}]
{more}"""


def owned(kind, group, name, owner, body, revision='2', created='2026-01-01T11:00:00Z'):
    return f"""\
---
apiVersion: {group}/v1
kind: {kind}
metadata:
  name: {name}
  creationTimestamp: "{created}"
  annotations: {{cert-manager.io/certificate-revision: "{revision}"}}
  ownerReferences: [{{kind: {owner[0]}, name: {owner[1]}, controller: true}}]
{body}"""


def request(*conditions, name='web-2', revision='2', more=''):
    body = f"""\
spec: {{issuerRef: {{name: letsencrypt, kind: ClusterIssuer}}}}
status:
  conditions: [{', '.join(conditions)}]
{more}"""
    return owned(
        'CertificateRequest', 'cert-manager.io', name, ('Certificate', 'web'), body, revision
    )


def order(state='pending', reason=''):
    body = f"""\
spec: {{issuerRef: {{name: letsencrypt, kind: ClusterIssuer}}, dnsNames: [web.example.com]}}
status: {{state: {state}, reason: "{reason}"}}
"""
    owner = ('CertificateRequest', 'web-2')
    return owned('Order', 'acme.cert-manager.io', 'web-2-77', owner, body)


def challenge(state='pending', reason='', kind='HTTP-01'):
    body = f"""\
spec:
  dnsName: web.example.com
  type: {kind}
  issuerRef: {{name: letsencrypt, kind: ClusterIssuer}}
status: {{state: {state}, reason: "{reason}", presented: true, processing: true}}
"""
    return owned('Challenge', 'acme.cert-manager.io', 'web-2-77-88', ('Order', 'web-2-77'), body)


def issuer(status='True', reason='ACMEAccountRegistered', message='registered'):
    return f"""\
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {{name: letsencrypt, namespace: null, generation: 2}}
spec: {{acme: {{}}}}
status:
  conditions: [{cond('Ready', status, reason, message)}]
"""


SOLVER = """\
---
apiVersion: v1
kind: Pod
metadata:
  name: cm-acme-http-solver-x
  labels: {acme.cert-manager.io/http01-solver: "true"}
  ownerReferences: [{kind: Challenge, name: web-2-77-88, controller: true}]
"""
ISSUING = cond('Issuing', 'True', 'DoesNotExist', 'Issuing certificate as Secret does not exist')
READY = cond('Ready', 'True', 'Ready', 'Certificate is up to date and has not expired')
UNREADY = cond('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist')
PENDING = cond('Ready', 'False', 'Pending', 'Waiting on certificate issuance from order web-2-77')
APPROVED = cond('Approved', 'True', 'cert-manager.io', 'approved by cert-manager.io')
CHAIN = certificate(ISSUING, UNREADY) + issuer() + request(APPROVED, PENDING) + order()
HTTP = (
    'Waiting for HTTP-01 challenge propagation: failed to perform self check GET request '
    "'http://web.example.com/.well-known/acme-challenge/x': dial tcp: no such host"
)
