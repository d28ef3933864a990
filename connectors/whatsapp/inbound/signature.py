"""Is it Meta who calls? SPEC sections 1 and 2; everything fails closed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

_HEADER = re.compile(r"sha256=([0-9a-f]{64})")


def signature_is_valid(raw: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Whether ``X-Hub-Signature-256`` is the HMAC of the bytes as received, for one of the secrets.

    False for a missing or oddly formed header and when no secret is set.
    """
    given = _HEADER.fullmatch(header or "")
    if given is None:
        return False
    found = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        # No early exit: the time tells nothing about which secret fits.
        found |= hmac.compare_digest(expected, given[1])
    return found


def sign(raw: bytes, secret: str) -> str:
    """Return the header value that Meta would send with these bytes."""
    return f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"


def challenge_of(query: Mapping[str, str], verify_token: str) -> str | None:
    """Return what to echo to a verification request, ``None`` when it must be refused."""
    given = query.get("hub.verify_token", "")
    known = bool(verify_token) and hmac.compare_digest(given.encode(), verify_token.encode())
    if not known or query.get("hub.mode") != "subscribe":
        return None
    return query.get("hub.challenge")
