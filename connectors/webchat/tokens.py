"""Session tokens: the right to one conversation, signed, without personal data."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from foundation.errors import NotSignedInError


@dataclass(frozen=True)
class SessionTokens:
    """Issues and reads tokens. They carry the conversation's id and are kept by the widget."""

    secret_key: str

    def issue(self, conversation_id: str) -> str:
        """Return the token of a conversation."""
        return self._serializer().dumps(conversation_id)

    def read(self, token: str) -> str:
        """Return the conversation's id. Raises ``NotSignedInError`` for a forged token."""
        try:
            conversation_id = self._serializer().loads(token)
        except BadSignature as error:
            raise NotSignedInError("bad widget token") from error
        if not isinstance(conversation_id, str):
            raise NotSignedInError("widget token without a conversation")
        return conversation_id

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt="halo-webchat-session")
