#!/bin/sh
# Finds a Python for the zip archive that follows these lines; __main__.py checks its version.
for python in python3 python3.15 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python
do
  if command -v "$python" >/dev/null 2>&1; then exec "$python" -S "$0" "$@"; fi
done
echo 'kubectl dog: there is no python3 on the PATH: install Python 3.9 or newer' >&2
exit 127
