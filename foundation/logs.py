"""Log lines: one line per event, identifiers masked and control characters escaped, whoever wrote.

No text of a stranger can look like a line of its own: a line break in a message is written as a
backslash and an n, and the lines of a traceback are set off, since an error may quote what came in.
"""

from __future__ import annotations

import logging
import re
import sys

from foundation.masking import mask_identifiers

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, line ends, what turns the direction of writing, and halves of surrogate pairs."""

_SET_OFF = "  | "


def escaped(text: str) -> str:
    r"""Return the text on one line, each control character written as in Python.

    >>> print(escaped("satu\ndua\x1b[31m"))
    satu\ndua\x1b[31m
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class MaskingFormatter(logging.Formatter):
    """Formats like its base; masks and escapes the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line, with the lines of a traceback under it."""
        first, *others = mask_identifiers(super().format(record)).split("\n")
        return "\n".join([first, *(_SET_OFF + escaped(line) for line in others)])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """Return the line itself, without a traceback."""
        return escaped(super().formatMessage(record))


def configure_logging(level: str, *, process: str) -> None:
    """Send all log records of this process to stderr, masked, marked with ``process``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        MaskingFormatter(f"%(asctime)s %(levelname)s {process} %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Alembic tells at every look at the schema which dialect it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
