"""The bill of materials (CycloneDX 1.6): packages with licences and hashes."""

from __future__ import annotations

import json
from uuid import NAMESPACE_URL
from uuid import uuid5

# Licence names from before licence expressions.
_MEANT = {'BSD': 'BSD-3-Clause', 'PSF-2.0': 'PSF-2.0'}


def document(ours, packages, builders):
    """The document as bytes; `builders` are (name, version) of the byte code compilers."""
    main = _component(ours, 'application')
    bill = {
        '$schema': 'http://cyclonedx.org/schema/bom-1.6.schema.json',
        'bomFormat': 'CycloneDX',
        'specVersion': '1.6',
        'version': 1,
        'metadata': {
            'component': main,
            'tools': {
                'components': [
                    {'type': 'application', 'name': name, 'version': version}
                    for name, version in builders
                ],
            },
        },
        'components': [_component(package, 'library') for package in packages],
        'dependencies': [
            {'ref': main['bom-ref'], 'dependsOn': [_reference(package) for package in packages]},
            *({'ref': _reference(package)} for package in packages),
        ],
    }
    # The serial number depends only on the content.
    bill['serialNumber'] = uuid5(NAMESPACE_URL, json.dumps(bill, sort_keys=True)).urn
    return (json.dumps(bill, indent=2, sort_keys=True) + '\n').encode('utf-8')


def _component(package, kind):
    return {
        'type': kind,
        'bom-ref': _reference(package),
        'name': package.name,
        'version': package.version,
        'purl': _reference(package),
        'licenses': [{'expression': _MEANT.get(package.licence, package.licence)}],
        'hashes': [{'alg': 'SHA-256', 'content': package.digest}],
    }


def _reference(package):
    return f'pkg:pypi/{package.name}@{package.version}'
