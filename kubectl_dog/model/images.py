"""Compare names of container images."""

from __future__ import annotations


def normal_image(image: str) -> str:
    """Return the full name of an image as the container runtime does: `web` is `web:latest`."""
    name, _, digest = image.partition('@')
    first, slash, rest = name.partition('/')
    is_host = bool(slash) and ('.' in first or ':' in first or first == 'localhost')
    host, path = (first, rest) if is_host else ('docker.io', name)
    if host in ('index.docker.io', 'docker.io'):
        host, path = 'docker.io', path if '/' in path else f'library/{path}'
    if ':' not in path.rpartition('/')[2] and not digest:
        path += ':latest'
    return f'{host}/{path}{"@" + digest if digest else ""}'


def may_be_rewritten(image: str, current: str) -> bool:
    """Whether the images are equal but for registry, folder and digest, which webhooks change."""
    names = [
        normal_image(text).rpartition('@')[0] or normal_image(text) for text in (image, current)
    ]
    short_names = [name.rpartition('/')[2] for name in names]
    # A digest in one of them replaces the tag.
    has_tags = all(':' in name for name in short_names)
    names = short_names if has_tags else [name.partition(':')[0] for name in short_names]
    return names[0] == names[1]
