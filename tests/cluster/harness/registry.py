"""An image registry on loopback that can fail in the ways of real registries.

    python -m tests.cluster.harness.registry --port N --mode ok|notfound|auth|late [--delay S]

ok: every repository and tag is the busybox image; notfound: no manifest is there;
auth: credentials are asked for; late: notfound at first, ok after the delay.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

from . import images

MODES = ('ok', 'notfound', 'auth', 'late')
MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json'


class Registry:
    """A registry; `mode` can be changed while it runs, and `requests` holds the requested paths."""

    def __init__(self, mode='ok', port=0, delay=15):
        self.mode, self.delay, self.requests = mode, delay, []
        # Part of every image name, so that no test uses an image that the node pulled for another.
        self.name = uuid.uuid4().hex[:8]
        self._born = time.monotonic()
        self._blobs, self._manifest = _contents(self.name)
        self._server = ThreadingHTTPServer(
            ('127.0.0.1', port), type('Handler', (_Handler,), {'registry': self})
        )
        self.port = self._server.server_address[1]

    def image(self, tag='1'):
        """The name of an image in this registry."""
        return f'127.0.0.1:{self.port}/{self.name}/app:{tag}'

    def serve(self):
        """Serves until close() is called."""
        self._server.serve_forever(poll_interval=0.05)

    def start(self):
        """Serves in the background; returns itself."""
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def close(self):
        """Ends the service that start() began."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path):
        """The status, body and headers for a path."""
        self.requests.append(path)
        if self.mode == 'auth':
            return _error(
                401,
                'UNAUTHORIZED',
                'authentication required',
                {'WWW-Authenticate': 'Basic realm="test"'},
            )
        if path.rstrip('/') == '/v2':
            return 200, b'{}', {'Content-Type': 'application/json'}
        kind, reference = path.split('/')[-2:]
        if kind == 'manifests':
            return self._manifest_answer(reference)
        if kind == 'blobs' and reference in self._blobs:
            return 200, self._blobs[reference], {'Content-Type': 'application/octet-stream'}
        return _error(404, 'BLOB_UNKNOWN', 'blob unknown')

    def _manifest_answer(self, reference):
        late = self.mode == 'late' and time.monotonic() - self._born < self.delay
        unknown = reference.startswith('sha256:') and reference != images.digest(self._manifest)
        if self.mode == 'notfound' or late or unknown:
            return _error(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
        digest = {'Docker-Content-Digest': images.digest(self._manifest)}
        return 200, self._manifest, {'Content-Type': MANIFEST_TYPE, **digest}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    registry = None

    def do_GET(self):
        """Answers HEAD, too."""
        status, body, headers = self.registry.answer(self.path)
        self.send_response(status)
        for name, value in {**headers, 'Content-Length': len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format, *args):  # the base class calls it that
        """Print nothing."""


def _contents(note):
    """The blobs by digest, and the manifest."""
    layer = images.layer()
    config = images.config(layer, ['/bin/sh'], f'registry {note}')
    manifest = json.dumps(
        {
            'schemaVersion': 2,
            'mediaType': MANIFEST_TYPE,
            'config': _descriptor('application/vnd.docker.container.image.v1+json', config),
            'layers': [_descriptor('application/vnd.docker.image.rootfs.diff.tar', layer)],
        }
    ).encode()
    return {images.digest(blob): blob for blob in (layer, config)}, manifest


def _descriptor(media_type, blob):
    return {'mediaType': media_type, 'size': len(blob), 'digest': images.digest(blob)}


def _error(status, code, message, headers=None):
    body = json.dumps({'errors': [{'code': code, 'message': message}]}).encode()
    return status, body, {'Content-Type': 'application/json', **(headers or {})}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog='python -m tests.cluster.harness.registry',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--mode', choices=MODES, default='ok')
    parser.add_argument(
        '--delay', type=float, default=15, help='seconds, for late (default: %(default)s)'
    )
    chosen = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        Registry(chosen.mode, chosen.port, chosen.delay).serve()


if __name__ == '__main__':
    main()
