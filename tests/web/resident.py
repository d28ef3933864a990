"""A resident's widget over HTTP, and files to send."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n" + b"x" * 40


class Resident:
    """One widget, over HTTP."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        opened = client.post("/api/chat/sessions").json
        self.conversation: str = opened["conversation"]
        self.bearer = {"Authorization": f"Bearer {opened['token']}"}
        self.sent = 0

    def say(self, **body: str) -> None:
        self.sent += 1
        message = {"client_message_id": str(self.sent), **body}
        answer = self.client.post("/api/chat/messages", json=message, headers=self.bearer)
        assert answer.status_code == 202

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/api/chat/events", headers=self.bearer).json[
            "events"
        ]
        return found

    def rate(self, **body: Any) -> Any:
        return self.client.post("/api/chat/ratings", json=body, headers=self.bearer)

    def attach(self, content: bytes, *, name: str = "foto.png", key: str = "f1") -> Any:
        return self.client.post(
            f"/api/chat/attachments?client_message_id={key}&name={name}",
            data=content,
            headers=self.bearer,
        )
