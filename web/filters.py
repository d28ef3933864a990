"""Template filters: moments (all WIB) and kinds of danger in words, pasted data covered."""

from __future__ import annotations

from datetime import date, datetime, time
from urllib.parse import urlsplit

from flask import Flask

from foundation.clock import WIB, indonesian_date, indonesian_time
from foundation.masking import mask_pasted
from handoff import danger_name


def register(app: Flask) -> None:
    """Add the filters, all named in Indonesian."""
    app.jinja_env.filters |= {
        "tanggal": indonesian_date,
        "tanggal_hari": date_in_words,
        "hari": day_in_words,
        "hari_singkat": weekday_in_words,
        "jam": indonesian_time,
        "jam_iso": iso_time,
        "tertutup": mask_pasted,
        "bahaya": danger_name,
        "host": host_of,
    }


def host_of(url: str) -> str:
    """Return the host of an address, as readers know it.

    >>> host_of("https://www.oss.go.id/panduan")
    'oss.go.id'
    """
    return (urlsplit(url).hostname or url).removeprefix("www.")


def date_in_words(day: date) -> str:
    """Return a calendar day without its weekday.

    >>> date_in_words(date(2026, 11, 24))
    '24 November 2026'
    """
    return indonesian_date(datetime.combine(day, time(12), WIB), weekday=False)


def weekday_in_words(day: date) -> str:
    """Return a calendar day with its weekday, without its year.

    >>> weekday_in_words(date(2026, 11, 24))
    'Selasa, 24 November'
    """
    return day_in_words(datetime.combine(day, time(12), WIB))


def day_in_words(moment: datetime) -> str:
    """Return the WIB day of a near moment, without its year.

    >>> day_in_words(datetime(2026, 11, 30, 1, 0, tzinfo=WIB))
    'Senin, 30 November'
    """
    return indonesian_date(moment).rsplit(" ", 1)[0]


def iso_time(text: str) -> str:
    """Return the WIB time of day of an ISO 8601 moment with offset.

    >>> iso_time("2026-11-24T02:05:00+00:00")
    '09.05'
    """
    return indonesian_time(datetime.fromisoformat(text))
