"""Sockets, TLS, proxies and API errors."""
