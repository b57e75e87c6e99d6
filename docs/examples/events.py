"""Print the events of several targets at once in an asyncio program.

python events.py shop deploy/web sts/store
"""

from __future__ import annotations

import asyncio
import sys

import kubectl_dog


async def watch(target: str, namespace: str) -> int:
    """Print the events of a target; returns its exit code."""
    session = kubectl_dog.Session(
        target, namespace=namespace, options=kubectl_dog.Options(timeout=120.0)
    )
    async for event in session:
        print(f'{event.at:6.1f} {target:12} {type(event).__name__}')
    return session.result.exit_code


async def main(namespace: str, targets: list[str]) -> int:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.1)
            ticks += 1

    ticking = asyncio.create_task(tick())
    codes = await asyncio.gather(*(watch(target, namespace) for target in targets))
    ticking.cancel()
    print(f'the loop ticked {ticks} times')
    return max(codes)


if __name__ == '__main__':
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2:])))
