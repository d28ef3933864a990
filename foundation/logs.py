"""Log lines: one line per event, identifiers masked whoever wrote them."""

from __future__ import annotations

import logging
import sys

from foundation.masking import mask_identifiers


class MaskingFormatter(logging.Formatter):
    """Formats like its base and masks identifiers in the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        return mask_identifiers(super().format(record))


def configure_logging(level: str, *, process: str) -> None:
    """Send all log records of this process to stderr, masked, marked with ``process``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        MaskingFormatter(f"%(asctime)s %(levelname)s {process} %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Alembic tells at every look at the schema which dialect it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
