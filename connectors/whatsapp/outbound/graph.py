"""Calls to Meta's Graph API (SPEC section 8). The session is passed in; the token never leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as TransportSSLError

from connectors.whatsapp.inbound.json_access import as_list, as_mapping, as_text
from connectors.whatsapp.outbound.failures import NOT_SENT

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0
UPLOAD_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Accepted:
    """Meta took the message; that is not yet a delivery."""

    wamid: str


@dataclass(frozen=True)
class Refused:
    """Meta, or our own way out, says no. ``code`` is Meta's, or ``not_sent``.

    ``may_be_accepted``: the answer was a server error, so it is worth looking before the next try.
    """

    code: str
    may_be_accepted: bool = False


@dataclass(frozen=True)
class NoAnswer:
    """Nobody knows whether the message was taken."""

    detail: str


Answer = Accepted | Refused | NoAnswer


@dataclass(frozen=True)
class GraphApi:
    """One business number at one Graph API."""

    session: requests.Session
    url: str
    version: str
    phone_number_id: str
    access_token: str = field(repr=False)
    answer_seconds: float = ANSWER_SECONDS
    """How long an answer is waited for; a send without one may have been taken."""

    def send(self, body: Mapping[str, Any]) -> Answer:
        """Hand a message over."""
        try:
            answer = self._post(f"{self.phone_number_id}/messages", body)
        except requests.RequestException as error:
            return _without_answer(error)
        return _answer_of(answer)

    def mark_read(self, wamid: str, *, typing: bool) -> Answer:
        """Show the resident that the message was read and, for 25 s, that an answer is coming."""
        body: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
        }
        if typing:
            body["typing_indicator"] = {"type": "text"}
        try:
            answer = self._post(f"{self.phone_number_id}/messages", body)
        except requests.RequestException as error:
            return _without_answer(error)
        return Accepted(wamid) if answer.ok else _answer_of(answer)

    def is_usable(self) -> bool:
        """Whether token and number are good, told by a request that changes nothing."""
        try:
            answer = self.get(self.phone_number_id, {"fields": "id"})
        except requests.RequestException:
            return False
        return answer.ok

    def get(self, path: str, query: Mapping[str, str] | None = None) -> requests.Response:
        """Read something. Raises ``requests.RequestException``."""
        return self.session.get(
            f"{self.url}/{self.version}/{path}",
            params=dict(query or {}),
            headers=self.headers(),
            timeout=(CONNECT_SECONDS, self.answer_seconds),
            allow_redirects=False,
        )

    def upload(self, content: bytes, *, mime_type: str, filename: str) -> requests.Response:
        """Upload a file. Raises ``requests.RequestException``."""
        return self.session.post(
            f"{self.url}/{self.version}/{self.phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, content, mime_type)},
            headers=self.headers(),
            timeout=(CONNECT_SECONDS, UPLOAD_SECONDS),
            allow_redirects=False,
        )

    def headers(self) -> dict[str, str]:
        """Return the header with the token: for Meta's own hosts only."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def _post(self, path: str, body: Mapping[str, Any]) -> requests.Response:
        return self.session.post(
            f"{self.url}/{self.version}/{path}",
            json=dict(body),
            headers=self.headers(),
            timeout=(CONNECT_SECONDS, self.answer_seconds),
            # A redirect would carry the token elsewhere.
            allow_redirects=False,
        )


def _answer_of(answer: requests.Response) -> Answer:
    """Read Meta's answer: by its code, never by its title or HTTP status."""
    try:
        body = as_mapping(answer.json())
    except (ValueError, RecursionError):
        body = {}
    code = as_text(as_mapping(body.get("error")).get("code")).strip()
    server_error = answer.status_code >= 500
    if code:
        return Refused(code, may_be_accepted=server_error)
    messages = as_list(body.get("messages"))
    wamid = as_text(as_mapping(messages[0]).get("id")) if messages else ""
    if answer.ok and wamid:
        return Accepted(wamid)
    if answer.ok or server_error:
        # A 200 that names no message may well have sent one.
        return NoAnswer(f"HTTP {answer.status_code} without a code")
    return Refused(f"{answer.status_code}")


def _without_answer(error: requests.RequestException) -> Answer:
    if _never_left(error):
        return Refused(NOT_SENT)
    return NoAnswer(type(error).__name__)


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that Meta cannot have seen the message."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, ProtocolError):
        return False
    return isinstance(reason, NewConnectionError | TransportSSLError)
