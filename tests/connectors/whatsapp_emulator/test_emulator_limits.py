"""The limits of SPEC section 9, from its table: what is just within goes, one more does not."""

import json
from typing import Any

import pytest

from connectors.whatsapp_emulator import Emulator, GraphError
from foundation.clock import StillClock
from tests.connectors.whatsapp_emulator.emulator_kit import (
    DATA,
    PIXEL,
    a_resident,
    a_row,
    an_emulator,
    interactive,
    put,
    to,
)

LIMITS = json.loads((DATA / "limits.json").read_text(encoding="utf-8"))
REFUSALS = (100, 131008, 131009)


def _message(emulator: Emulator, kind: str, path: str, value: Any) -> dict[str, Any]:
    resident = a_resident(emulator)
    now = emulator.clock()
    if kind == "text":
        return to(resident, "text", put({}, path, value))
    if kind in ("image", "document"):
        file = emulator.media.upload(PIXEL, "image/png", "pixel.png", now)
        return to(resident, kind, put({"id": file.id}, path, value))
    return to(resident, "interactive", put(interactive(kind), path, value))


@pytest.mark.parametrize(("kind", "path", "most"), LIMITS["characters"])
def test_text_of_the_longest_length_is_accepted(
    clock: StillClock, kind: str, path: str, most: int
) -> None:
    emulator = an_emulator(clock)
    assert emulator.send(_message(emulator, kind, path, "é" * most)).id.startswith("wamid.")


@pytest.mark.parametrize(("kind", "path", "most"), LIMITS["characters"])
def test_one_character_more_is_refused(clock: StillClock, kind: str, path: str, most: int) -> None:
    emulator = an_emulator(clock)
    with pytest.raises(GraphError) as refused:
        emulator.send(_message(emulator, kind, path, "x" * (most + 1)))
    assert refused.value.code in REFUSALS


def _items(path: str, count: int) -> list[dict[str, Any]]:
    if path.endswith("buttons"):
        return [
            {"type": "reply", "reply": {"id": f"b{n}", "title": f"Tombol {n}"}}
            for n in range(count)
        ]
    if path.endswith("rows"):
        return [a_row(n) for n in range(count)]
    return [{"title": f"Bagian {n}", "rows": [a_row(n)]} for n in range(count)]


@pytest.mark.parametrize(("kind", "path", "most"), LIMITS["items"])
def test_as_many_items_as_allowed_are_accepted_and_no_more(
    clock: StillClock, kind: str, path: str, most: int
) -> None:
    emulator = an_emulator(clock)
    assert emulator.send(_message(emulator, kind, path, _items(path, most)))
    for count in (0, most + 1):
        with pytest.raises(GraphError) as refused:
            emulator.send(_message(an_emulator(clock), kind, path, _items(path, count)))
        assert refused.value.code in REFUSALS


def test_rows_are_counted_in_all_sections_together(clock: StillClock) -> None:
    emulator = an_emulator(clock)
    sections = [
        {"title": "Satu", "rows": [a_row(n) for n in range(6)]},
        {"title": "Dua", "rows": [a_row(n) for n in range(6, 11)]},
    ]
    with pytest.raises(GraphError) as refused:
        emulator.send(_message(emulator, "list", "action.sections", sections))
    assert refused.value.code == 131009


@pytest.mark.parametrize(("mime_type", "most"), LIMITS["bytes"])
def test_upload_of_the_largest_size_is_kept_and_one_byte_more_is_not(
    clock: StillClock, mime_type: str, most: int
) -> None:
    emulator = an_emulator(clock)
    assert emulator.media.upload(bytes(most), mime_type, "berkas", clock())
    with pytest.raises(GraphError) as refused:
        emulator.media.upload(bytes(most + 1), mime_type, "berkas", clock())
    assert refused.value.code == 131053
