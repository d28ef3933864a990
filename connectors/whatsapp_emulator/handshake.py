"""The handshake by which Meta verifies a webhook address (SPEC section 1)."""

from __future__ import annotations

from typing import Literal

import requests

Outcome = Literal["verified", "refused", "wrong_answer", "unreachable"]


def verify_webhook(
    url: str, verify_token: str, *, challenge: str, session: requests.Session
) -> Outcome:
    """Ask ``url`` to prove that it knows ``verify_token``, as Meta does before it sends events."""
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": verify_token,
    }
    try:
        answer = session.get(url, params=query, timeout=10, allow_redirects=False)
    except requests.RequestException:
        return "unreachable"
    if answer.status_code in (401, 403):
        return "refused"
    right = answer.status_code == 200 and answer.text == challenge
    return "verified" if right else "wrong_answer"
