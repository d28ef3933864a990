"""Reads the ``responses`` section of a domain: wordings, buttons, channels, conditions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialogue.domain import Variation
from dialogue.findings import Findings
from dialogue.types import Button
from foundation.yaml_lines import LineDict

MAX_TITLE = 20
"""Characters of a button's title (WhatsApp's limit; the strictest channel)."""

_KEYS = {"text", "buttons", "channel", "condition"}


def read_responses(
    content: Any, path: Path, findings: Findings
) -> dict[str, tuple[Variation, ...]]:
    """Return the variations of each response, noting what is wrong."""
    if content is None:
        return {}
    if not isinstance(content, LineDict):
        findings.error(path, content, "`responses` harus berisi nama dan isinya")
        return {}
    reader = _Reader(path, findings)
    return {str(name): reader.variations(str(name), content) for name in content}


class _Reader:
    def __init__(self, path: Path, findings: Findings) -> None:
        self._path = path
        self._findings = findings

    def variations(self, name: str, table: LineDict) -> tuple[Variation, ...]:
        if not name.startswith("utter_"):
            self._findings.error(
                self._path, table, f"nama respons `{name}` harus diawali `utter_`", key=name
            )
        items = table[name]
        if not isinstance(items, list) or not items:
            self._findings.error(self._path, table, f"respons `{name}` tidak berisi", key=name)
            return ()
        found = [self._variation(name, item, items) for item in items]
        return tuple(variation for variation in found if variation)

    def _variation(self, name: str, item: Any, parent: Any) -> Variation | None:
        text = item.get("text") if isinstance(item, LineDict) else None
        if not isinstance(text, str) or not text.strip():
            self._findings.error(self._path, item, f"respons `{name}` perlu `text`")
            return None
        for key in item:
            if key not in _KEYS:
                self._findings.warning(
                    self._path, item, f"kunci `{key}` tidak didukung dan diabaikan", key=key
                )
        return Variation(
            text=text.strip(),
            buttons=tuple(filter(None, map(self._button, item.get("buttons") or ()))),
            channel=item.get("channel"),
            slots=self._conditions(item.get("condition") or ()),
        )

    def _button(self, item: Any) -> Button | None:
        if not isinstance(item, LineDict) or not item.get("title") or "payload" not in item:
            self._findings.error(self._path, item, "tombol perlu `title` dan `payload`")
            return None
        title = str(item["title"])
        if len(title) > MAX_TITLE:
            self._findings.warning(
                self._path, item, f"judul tombol `{title}` lebih dari {MAX_TITLE} huruf"
            )
        return Button(title, str(item["payload"]))

    def _conditions(self, items: Any) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        for item in items:
            if isinstance(item, LineDict) and item.get("type") == "slot" and "name" in item:
                slots[str(item["name"])] = item.get("value")
            else:
                self._findings.error(self._path, item, "syarat respons harus bertipe `slot`")
        return slots
