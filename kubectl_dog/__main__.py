"""Entry point of `python -m kubectl_dog`."""

from __future__ import annotations

from kubectl_dog.entry import execute

if __name__ == '__main__':
    execute()
