"""Lets kubectl dog judge the canaries of Flagger."""
