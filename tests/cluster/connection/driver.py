"""`kubectl get --raw PATH` with the flags and the connection of kubectl dog."""

from __future__ import annotations

import sys

from kubectl_dog import api
from kubectl_dog.cli import common_flags
from kubectl_dog.cli import flags
from kubectl_dog.cluster.transport import api_errors
from kubectl_dog.model.connection import UnreachableError
from kubectl_dog.model.errors import UserError

TIMES = flags.Flag(('--times',), 'N', parse=int, default=1)
COMMAND = flags.Command('driver', print, '', (TIMES, *common_flags.CLUSTER))
try:
    args = flags.parse(COMMAND, sys.argv[1:])
    connection = api.connect(**common_flags.cluster(args))
    for _ in range(args.times):
        response = connection.get('/version')
except (UserError, UnreachableError) as error:
    sys.stderr.write(f'{error}\n')
    sys.exit(5)
if response.status != 200:
    status = api_errors.parse_status(response.status, response.body)
    sys.stderr.write(f'{api_errors.read_failure(status, connection.server).message}\n')
    sys.exit(5)
