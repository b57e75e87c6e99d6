"""A git server on loopback for the repositories in a folder."""

from __future__ import annotations

import os
import subprocess
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer


class GitServer:
    """Serve repositories by git's own CGI program, in the background."""

    def __init__(self, folder):
        handler = type('Handler', (_Handler,), {'folder': str(folder)})
        self._server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
        self.url = f'http://127.0.0.1:{self._server.server_address[1]}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        """End the service."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    folder = ''

    def do_GET(self):
        """Answer a request; a POST in the same way."""
        path, _, query = self.path.partition('?')
        env = {
            'GIT_PROJECT_ROOT': self.folder,
            'GIT_HTTP_EXPORT_ALL': '1',
            'REQUEST_METHOD': self.command,
            'PATH_INFO': path,
            'QUERY_STRING': query,
            'CONTENT_TYPE': self.headers.get('Content-Type', ''),
            'HTTP_CONTENT_ENCODING': self.headers.get('Content-Encoding', ''),
        }
        done = subprocess.run(
            # Another user may own the folder.
            ['git', '-c', 'safe.directory=*', 'http-backend'],
            env={**os.environ, **env},
            input=self._body(),
            stdout=subprocess.PIPE,
            check=False,
        )
        head, _, body = done.stdout.partition(b'\r\n\r\n')
        headers = message_from_bytes(head)
        self.send_response(int(headers.get('Status', '200').split()[0]))
        for name in ('Content-Type', 'Cache-Control'):
            if headers[name]:
                self.send_header(name, headers[name])
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def _body(self):
        if self.headers.get('Transfer-Encoding') != 'chunked':
            return self.rfile.read(int(self.headers.get('Content-Length', 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        return b''.join(chunks)

    def log_message(self, format, *args):  # the base class calls it that
        """Print nothing."""
