"""The version, written here and read by setup.cfg: asking the metadata would cost start-up time."""

from __future__ import annotations

VERSION = '0.1.0'
