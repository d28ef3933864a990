"""The office's calendar: open now, next opening, service minutes between two moments."""

from service_hours.calendar import Calendar, CalendarChange, Opening, ServiceStatus
from service_hours.calendar_file import (
    WEEKDAYS,
    CalendarFile,
    Interval,
    calendar_as_content,
    hours_in_words,
    parse_calendar,
)

__all__ = [
    "WEEKDAYS",
    "Calendar",
    "CalendarChange",
    "CalendarFile",
    "Interval",
    "Opening",
    "ServiceStatus",
    "calendar_as_content",
    "hours_in_words",
    "parse_calendar",
]
