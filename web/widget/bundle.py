"""Puts the widget's parts together into one classic script, without a build tool.

The parts are ES modules that only use ``export`` before a declaration and ``import { … } from``
on one line, so that taking those words away leaves one program.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

PARTS = (
    "strings.js",
    "times.js",
    "memory.js",
    "visitor.js",
    "api.js",
    "link.js",
    "opened.js",
    "place.js",
    "sending.js",
    "talk.js",
    "files.js",
    "nodes.js",
    "attached.js",
    "view.js",
    "rate.js",
    "rows.js",
    "composer.js",
    "menu.js",
    "element.js",
    "main.js",
)
"""In the order in which they need each other."""

_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./[a-z]+\.js\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|class|function))", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*+//.*\n", re.MULTILINE)
_CSS_SPACE = re.compile(r"\s+")


def build_script(folder: Path) -> str:
    """Return the script made of the parts and ``widget.css`` in ``folder``."""
    parts = [_plain((folder / name).read_text(encoding="utf-8")) for name in PARTS]
    style = _CSS_SPACE.sub(" ", (folder / "widget.css").read_text(encoding="utf-8"))
    head = (
        "/* HALO KOP-UKM. Sumber: web/static/widget */\n"
        '(() => {\n"use strict";\n'
        "const SCRIPT = document.currentScript;\n"
        f"const STYLE = {json.dumps(style, ensure_ascii=False)};\n"
    )
    return head + "".join(parts) + "})();\n"


def _plain(module: str) -> str:
    return _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", module)))
