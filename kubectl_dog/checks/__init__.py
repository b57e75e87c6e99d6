"""Checks of objects before they are applied: objects and answers in, causes out."""
