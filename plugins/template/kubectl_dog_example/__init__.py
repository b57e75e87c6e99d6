"""Lets kubectl dog judge Examples of example.com."""
