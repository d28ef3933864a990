"""Telling the office that somebody waits too long or is in danger: by e-mail and by a webhook.

Neither carries a resident's name or words, nor the ticket of a confidential case. What cannot be
sent is logged and does not stop the other way.
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
from handoff import UrgentCase, danger_name

logger = logging.getLogger(__name__)

_TIMEOUT = 10.0


@dataclass(frozen=True)
class LateCase:
    """A case that waits beyond the target, ``minutes`` of service by now."""

    case_id: int
    ticket: str
    opened_at: datetime
    minutes: int
    confidential: bool = False


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
        subject = desk_reply("alert_subject", jumlah=len(late), menit=self.target_minutes).text
        text = self._late_text(late)
        body = {
            "event": "waiting_beyond_target",
            "text": text,
            "target_minutes": self.target_minutes,
            "cases": [_late_entry(one) for one in late],
        }
        return self._tell(subject, text, body, self.settings.recipients)

    def raise_urgent(self, urgent: Sequence[UrgentCase]) -> list[str]:
        """Tell supervisors about people in danger; return the ways that worked.

        Real cases and drills are told apart, in messages of their own.
        """
        worked: list[str] = []
        for drill in (False, True):
            chosen = [one for one in urgent if one.case.drill is drill]
            if chosen:
                worked += self._tell_urgent(chosen, drill=drill)
        return worked

    def _tell_urgent(self, urgent: Sequence[UrgentCase], *, drill: bool) -> list[str]:
        name = "urgent_drill_subject" if drill else "urgent_subject"
        kinds = ", ".join(dict.fromkeys(danger_name(one.kind) for one in urgent))
        subject = desk_reply(name, jumlah=len(urgent), jenis=kinds).text
        text = desk_reply(
            "urgent_body",
            daftar="\n".join(self._urgent_line(one) for one in urgent),
            menit=self.settings.urgent_repeat_minutes,
            alamat=self.console_url,
        ).text
        body = {
            "event": "urgent_case",
            "text": text,
            "drill": drill,
            "cases": [self._urgent_entry(one) for one in urgent],
        }
        receivers = self.settings.urgent_recipients or self.settings.recipients
        return self._tell(subject, text, body, receivers)

    def _tell(
        self, subject: str, text: str, body: dict[str, Any], receivers: Sequence[str]
    ) -> list[str]:
        worked = []
        if self.settings.smtp_host and receivers and self._mail(subject, text, receivers):
            worked.append("email")
        if self.settings.webhook and self._call(body):
            worked.append("webhook")
        return worked

    def _mail(self, subject: str, text: str, receivers: Sequence[str]) -> bool:
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = self.settings.sender
        message["To"] = ", ".join(receivers)
        message.set_content(text)
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

    def _call(self, body: dict[str, Any]) -> bool:
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

    def _late_text(self, late: Sequence[LateCase]) -> str:
        lines = [
            desk_reply(
                "alert_line",
                tiket=desk_reply("late_confidential").text if one.confidential else one.ticket,
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

    def _urgent_line(self, urgent: UrgentCase) -> str:
        name = "urgent_drill_line" if urgent.case.drill else "urgent_line"
        return desk_reply(
            "urgent_confidential_line" if urgent.case.confidential else name,
            tiket=urgent.case.ticket,
            jenis=danger_name(urgent.kind),
            tanggal=indonesian_date(urgent.since),
            jam=indonesian_time(urgent.since),
            alamat=self._address(urgent),
        ).text

    def _urgent_entry(self, urgent: UrgentCase) -> dict[str, Any]:
        return {
            "ticket": None if urgent.case.confidential else urgent.case.ticket,
            "kind": urgent.kind,
            "since": urgent.since.isoformat(),
            "link": self._address(urgent),
            "told_before": urgent.alerts,
        }

    def _address(self, urgent: UrgentCase) -> str:
        """Return where it is opened; a confidential one is found in the list only."""
        if urgent.case.confidential:
            return self.console_url
        return f"{self.console_url}/percakapan/{urgent.case.conversation}"


def _late_entry(late: LateCase) -> dict[str, Any]:
    return {
        "ticket": None if late.confidential else late.ticket,
        "opened_at": late.opened_at.isoformat(),
        "service_minutes": late.minutes,
    }
