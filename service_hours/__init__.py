"""The office's calendar: open now, next opening, service minutes between two moments."""

from service_hours.calendar import Calendar, Opening, ServiceStatus

__all__ = ["Calendar", "Opening", "ServiceStatus"]
