"""Memory of many log streams: a local TLS server, and the live source of kubectl-dog."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n'
LINE = b'2026-11-22T17:06:45.503478209Z line %d INFO request handled path=/api/v1/things\n'


def serve(folder):
    """Answer every request with 50 lines and then wait; prints the port."""
    import asyncio

    async def answer(reader, writer):
        await reader.readuntil(b'\r\n\r\n')
        writer.write(HEAD)
        for number in range(50):
            line = LINE % number
            writer.write(b'%x\r\n%s\r\n' % (len(line), line))
            await writer.drain()
        await asyncio.sleep(600)

    async def run():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / 'crt', folder / 'key')
        server = await asyncio.start_server(answer, '127.0.0.1', 0, ssl=context, backlog=1000)
        write(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def client(port, count):
    """Print the growth of resident memory by `count` streams in KiB, threads, and ms to stop."""
    from kubectl_dog.cluster.client_config.settings import Settings
    from kubectl_dog.cluster.connections.kubeconfig_connection import KubeConnection
    from kubectl_dog.cluster.source.live import LiveSource
    from kubectl_dog.model.items import LogLines
    from kubectl_dog.model.wants import Logs

    # The same stack size as in the program.
    threading.stack_size(256 * 1024)
    source = LiveSource(KubeConnection(Settings(server=f'https://127.0.0.1:{port}', insecure=True)))
    wants, memory = set(), []
    for streams in (1, count):
        more = {Logs('ns', 'pod', f'{streams}-{number}', 'main') for number in range(streams)}
        wants |= more
        lines = 0
        source.reconcile(frozenset(wants))
        while lines < 50 * streams:
            item = source.take(source.now() + 60)
            if item is None:
                raise SystemExit(f'only {lines} lines of {streams} streams')
            lines += len(item.payload.lines) if isinstance(item.payload, LogLines) else 0
        time.sleep(0.5)
        memory.append(resident())
    threads = threading.active_count()
    began = time.monotonic()
    source.close()
    write(memory[1] - memory[0], threads, round((time.monotonic() - began) * 1000))


def resident():
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') // 1024


def write(*words):
    sys.stdout.write(' '.join(map(str, words)) + '\n')
    sys.stdout.flush()


def main():
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            ('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=x', '-days', '2',
             '-keyout', folder / 'key', '-out', folder / 'crt'),
            check=True, capture_output=True,
        )  # fmt: skip
        server = subprocess.Popen(
            (sys.executable, __file__, 'serve', folder), stdout=subprocess.PIPE
        )
        try:
            port = server.stdout.readline().decode().strip()
            output = subprocess.check_output((sys.executable, __file__, 'client', port, str(count)))
        finally:
            server.kill()
            server.wait()
    grown, threads, stopped = map(int, output.split())
    write(f'{count} log streams over TLS, 50 lines each, then silence ({threads} threads):')
    write(f'{grown / count:.0f} KiB per stream; all stopped within {stopped} ms.')


if __name__ == '__main__':
    if sys.argv[1] == 'serve':
        serve(Path(sys.argv[2]))
    elif sys.argv[1] == 'client':
        client(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
