"""kubectl-dog: tells whether a rollout is done, whether it failed, and why."""

from __future__ import annotations
