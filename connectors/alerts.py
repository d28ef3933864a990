"""Telling the office that somebody waits too long: by e-mail and by an outgoing webhook.

Neither carries a resident's name or words. What cannot be sent is logged and does not stop the
other way.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import requests

from connectors.desk_words import desk_reply
from foundation.clock import indonesian_date, indonesian_time
from foundation.settings import AlertSettings
from foundation.targets import DEFAULT_WAIT_TARGET

logger = logging.getLogger(__name__)

_TIMEOUT = 10.0


@dataclass(frozen=True)
class LateCase:
    """A case that waits beyond the target, ``minutes`` of service by now."""

    case_id: int
    ticket: str
    opened_at: datetime
    minutes: int


def _open_smtp(settings: AlertSettings) -> AbstractContextManager[smtplib.SMTP]:
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT)


@dataclass(frozen=True)
class Alarm:
    """Sends alerts as far as the settings say where to; without any it does nothing."""

    settings: AlertSettings
    console_url: str
    target_minutes: int = DEFAULT_WAIT_TARGET
    session: requests.Session = field(default_factory=requests.Session)
    open_smtp: Callable[[AlertSettings], AbstractContextManager[smtplib.SMTP]] = _open_smtp

    def raise_for(self, late: Sequence[LateCase]) -> list[str]:
        """Tell about the cases; return the ways that worked (``email``, ``webhook``)."""
        worked = []
        if self.settings.smtp_host and self.settings.recipients and self._mail(late):
            worked.append("email")
        if self.settings.webhook and self._call(late):
            worked.append("webhook")
        return worked

    def _mail(self, late: Sequence[LateCase]) -> bool:
        message = EmailMessage()
        message["Subject"] = desk_reply(
            "alert_subject", jumlah=len(late), menit=self.target_minutes
        ).text
        message["From"] = self.settings.sender
        message["To"] = ", ".join(self.settings.recipients)
        message.set_content(self._body(late))
        try:
            with self.open_smtp(self.settings) as server:
                if self.settings.smtp_starttls:
                    server.starttls()
                if self.settings.smtp_user:
                    server.login(self.settings.smtp_user, self.settings.smtp_password)
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            # The server's words may repeat what we sent; only the kind of failure is logged.
            logger.error("alert e-mail was not sent: %s", type(error).__name__)  # noqa: TRY400
            return False
        return True

    def _call(self, late: Sequence[LateCase]) -> bool:
        body: dict[str, Any] = {
            "event": "waiting_beyond_target",
            "text": self._body(late),
            "target_minutes": self.target_minutes,
            "cases": [
                {
                    "ticket": one.ticket,
                    "opened_at": one.opened_at.isoformat(),
                    "service_minutes": one.minutes,
                }
                for one in late
            ],
        }
        try:
            answer = self.session.post(self.settings.webhook, json=body, timeout=_TIMEOUT)
        except requests.RequestException as error:
            # The error's text holds the address, and the address may hold a secret.
            logger.error("alert webhook was not reached: %s", type(error).__name__)  # noqa: TRY400
            return False
        if answer.status_code >= 300:
            logger.error("alert webhook answered %d", answer.status_code)
            return False
        return True

    def _body(self, late: Sequence[LateCase]) -> str:
        lines = [
            desk_reply(
                "alert_line",
                tiket=one.ticket,
                tanggal=indonesian_date(one.opened_at),
                jam=indonesian_time(one.opened_at),
                menunggu=one.minutes,
            ).text
            for one in late
        ]
        return desk_reply(
            "alert_body",
            menit=self.target_minutes,
            daftar="\n".join(lines),
            alamat=self.console_url,
        ).text
