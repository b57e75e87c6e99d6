"""Lets kubectl dog judge the Rollouts of Argo Rollouts."""
