"""What all views of the chat API share: whose conversation it is, and how often it may ask."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.webchat import SessionTokens
from web.api.request_data import bearer_token
from web.ratelimit import Limit, RateLimiter


@dataclass(frozen=True)
class SessionViews:
    """Views of one conversation, which the bearer token names."""

    tokens: SessionTokens
    limiter: RateLimiter

    def conversation(self) -> str:
        """Return the conversation's id. Raises ``NotSignedInError``."""
        return self.tokens.read(bearer_token())

    def spend(self, name: str, limit: Limit) -> str:
        """Return the conversation's id and count the call. Raises ``TooManyRequestsError``."""
        conversation_id = self.conversation()
        self.limiter.spend(name, conversation_id, limit)
        return conversation_id
