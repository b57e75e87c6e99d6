"""Builds, starts and stops the one-node cluster that the tests run against."""
