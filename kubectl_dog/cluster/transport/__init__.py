"""Sockets, TLS, proxies and HTTP responses."""
