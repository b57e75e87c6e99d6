"""Version; setup.cfg reads it here, because reading package metadata delays the start."""

from __future__ import annotations

VERSION = '0.1.0'
