"""Nobody who writes to us can write a log line."""

from __future__ import annotations

import logging

import pytest

from foundation.logs import MaskingFormatter

FORGED = "x\n2026-11-24 09:00:00 INFO web web: admin signed in"


def _line(message: str, *args: object, error: Exception | None = None) -> str:
    record = logging.LogRecord("halo", logging.ERROR, "f.py", 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    return MaskingFormatter("%(asctime)s %(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
)
def test_a_line_end_in_a_message_ends_no_line(end: str) -> None:
    assert len(_line("path %s", f"a{end}b").splitlines()) == 1


@pytest.mark.parametrize(
    "control", ["\x00", "\x1b[2J", "\x7f", "\x9b31m", "\u202e", "\ud800", "\b"]
)
def test_control_characters_are_escaped(control: str) -> None:
    line = _line("%s", f"a{control}b")
    assert line.endswith("b")
    assert control not in line
    line.encode()


def test_an_error_that_quotes_a_text_forges_no_line() -> None:
    lines = _line("failed", error=ValueError(FORGED)).splitlines()
    assert len(lines) > 1
    assert all(line.startswith("  | ") for line in lines[1:])
    assert any("admin signed in" in line for line in lines[1:])


def test_an_error_that_is_formatted_twice_reads_the_same() -> None:
    """The base keeps the text of the traceback on the record."""
    record = logging.LogRecord("halo", logging.ERROR, "f.py", 1, "failed", (), None)
    error = ValueError("a\nb")
    record.exc_info = (ValueError, error, None)
    formatter = MaskingFormatter("%(message)s")
    assert formatter.format(record) == formatter.format(record)
