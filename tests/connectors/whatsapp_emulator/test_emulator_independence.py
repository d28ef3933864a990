"""The emulator stands alone: it cannot hide the connector's mistakes by sharing its code."""

import ast
from pathlib import Path

from connectors import whatsapp_emulator

FOLDER = Path(whatsapp_emulator.__file__).parent


def test_it_imports_nothing_of_the_connector() -> None:
    allowed = ("connectors.whatsapp_emulator", "foundation")
    ours = ("connectors", "foundation", "storage", "dialogue", "handoff", "web", "nlu", "learning")
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.split(".")[0] in ours:
                    assert name.startswith(allowed), f"{path.name} imports {name}"
