"""Requests to the API server, from its metrics and from its audit log."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections import namedtuple

Request = namedtuple('Request', 'verb resource scope code')
Watch = namedtuple('Watch', 'resource scope')
Snapshot = namedtuple('Snapshot', 'requests watches')

SAMPLE = re.compile(
    r'^(apiserver_request_total|apiserver_longrunning_requests)\{(.*)\} (\S+)$', re.MULTILINE
)
LABEL = re.compile(r'(\w+)="([^"]*)"')


def snapshot(text):
    """The counts in the API server's /metrics.

    `requests`: ended requests as a Counter of (verb, resource, scope, code), so that
    `after.requests - before.requests` are those in between; a watch counts when it ends.
    `watches`: open watches as a Counter of (resource, scope). A subresource is written "pods/log".
    The scope is "resource" (one object), "namespace" or "cluster".
    """
    counts = Snapshot(Counter(), Counter())
    for name, labels, value in SAMPLE.findall(text):
        label = dict(LABEL.findall(labels))
        resource = '/'.join(filter(None, (label['resource'], label['subresource'])))
        if name == 'apiserver_request_total':
            counts.requests[Request(label['verb'], resource, label['scope'], label['code'])] += int(
                float(value)
            )
        elif label['verb'] == 'WATCH':
            counts.watches[Watch(resource, label['scope'])] += int(float(value))
    return counts


def count(counter, **wanted):
    """The sum over the keys with these values: count(diff, verb="LIST", resource="pods")."""
    return sum(
        number
        for key, number in counter.items()
        if all(getattr(key, field) == value for field, value in wanted.items())
    )


class AuditLog:
    """The requests since a moment, except those of the cluster's own components.

    Each is a dict as in audit.k8s.io/v1: verb, requestURI, userAgent, objectRef, responseStatus,
    stage ("ResponseStarted" when a watch begins, "ResponseComplete").
    """

    def __init__(self, path):
        self._path = path
        self._offset = 0
        self.reset()

    def reset(self):
        """Ignore the requests up to now."""
        self._offset = self._path.stat().st_size

    def read(self, **wanted):
        """The requests that have these values, as in read(verb="list")."""
        if self._path.stat().st_size < self._offset:
            self._offset = 0  # the log was rotated
        with open(self._path, 'rb') as handle:
            handle.seek(self._offset)
            # A last line without an end is still being written.
            lines = handle.read().rpartition(b'\n')[0].splitlines()
        entries = map(json.loads, lines)
        return [
            entry
            for entry in entries
            if all(entry.get(field) == value for field, value in wanted.items())
        ]
