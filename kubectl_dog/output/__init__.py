"""Renderers, one module each: events in, lines out."""
