"""The version. setup.cfg reads it from here; reading package metadata would slow down the start."""

from __future__ import annotations

VERSION = '0.1.0'
