"""Tests against a real cluster: control plane, kubelet and containers on loopback."""
