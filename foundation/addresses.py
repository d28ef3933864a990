"""Which addresses and host names are this machine's own."""

from __future__ import annotations

import ipaddress


def is_loopback(address: str | None) -> bool:
    """Whether the network address is this machine's own; a name never is.

    >>> is_loopback("127.0.0.1"), is_loopback("10.0.0.7"), is_loopback(None)
    (True, False, False)
    """
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def is_own_host(host: str) -> bool:
    """Whether a URL's or a setting's host is this machine: its name or its address.

    >>> is_own_host("localhost"), is_own_host("::1"), is_own_host("halo.contoh.go.id")
    (True, True, False)
    """
    return host == "localhost" or is_loopback(host)
