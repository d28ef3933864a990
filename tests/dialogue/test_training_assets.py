"""The assets that go into the bundle: sound, readable, and their patterns precise."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from dialogue import Assets, Button, validate_assets
from dialogue.action_names import BUILT_IN_ACTIONS
from dialogue.actions import ACTIONS
from dialogue.reading import parse_payload
from handoff import Reason
from tests.dialogue.dialogue_kit import TRAINING_DATA

LABELS = TRAINING_DATA / "nlu"


def example_texts() -> list[tuple[str, str]]:
    return [
        (item["intent"], line[2:])
        for path in sorted(LABELS.glob("*.yml"))
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in item["examples"].splitlines()
    ]


@pytest.fixture(scope="module")
def lines(assets: Assets) -> list[tuple[str, str]]:
    return [(intent, assets.patterns.prepare(text)) for intent, text in example_texts()]


def buttons(assets: Assets) -> list[Button]:
    return [
        button
        for variations in assets.domain.responses.values()
        for variation in variations
        for button in variation.buttons
    ]


def test_training_data_has_no_errors() -> None:
    errors = [str(item) for item in validate_assets(TRAINING_DATA) if item.severity == "error"]
    assert errors == []


def test_every_built_in_action_is_there() -> None:
    assert set(ACTIONS) | {"action_kirim_formulir", "action_ubah"} == BUILT_IN_ACTIONS


def test_every_button_leads_somewhere(assets: Assets) -> None:
    for button in buttons(assets):
        parsed = parse_payload(button.payload)
        assert parsed is not None, button
        assert parsed[0] in {*assets.domain.intents, *assets.knowledge}, button


def test_titles_fit_every_channel(assets: Assets) -> None:
    titles = [button.title for button in buttons(assets)]
    titles += [*assets.context.act_titles.values(), *assets.context.menu]
    assert [title for title in titles if len(title) > 20] == []


def test_menu_leads_to_every_answer(assets: Assets) -> None:
    topics = [topic for part in assets.context.menu.values() for topic in part]
    assert Counter(topics).most_common(1)[0][1] == 1
    assert {entry.topic for entry in assets.knowledge.values()} == set(topics)
    assert len(assets.context.menu) <= 9


def test_every_answer_belongs_to_a_subject_or_stands_alone(assets: Assets) -> None:
    covered = [label for label in assets.knowledge if assets.context.subject_of(label)]
    assert len(covered) > 100


def test_blanks_in_responses_are_known(assets: Assets) -> None:
    known = {
        *assets.domain.slots,
        *("tiket", "buka_lagi", "tutup_pukul", "posisi", "posisi_antrean", "jam", "jawaban"),
        *("sumber", "tinjau", "instansi", "judul", "satu", "lain"),
        *("pilihan", "daftar", "bagian", "calon", "petugas", "antrean", "menit", "hari", "pukul"),
    }
    blanks = {
        blank
        for variations in assets.domain.responses.values()
        for variation in variations
        for blank in re.findall(r"\{(\w+)\}", variation.text)
    }
    assert blanks <= known


@pytest.mark.parametrize(
    ("pattern", "intents", "least_found", "most_false"),
    [
        ("minta_cs", {"minta_cs"}, 0.85, 2),
        ("setuju", {"setuju"}, 0.5, 2),
        ("tolak", {"tolak", "batal"}, 0.25, 2),
        ("batal", {"batal", "tolak"}, 0.1, 2),
        ("cara_chat_cs", {"layanan_kantor/cara_chat_cs"}, 0.3, 3),
        ("bukan_itu", {"tolak", "keluhan"}, 0.0, 1),
    ],
)
def test_pattern_finds_its_own_and_hardly_anything_else(
    assets: Assets,
    lines: list[tuple[str, str]],
    pattern: str,
    intents: set[str],
    least_found: float,
    most_false: int,
) -> None:
    hits = [item for item in lines if assets.patterns.found(pattern, item[1])]
    own = [intent for intent, _ in lines if intent in intents]
    right = [intent for intent, _ in hits if intent in intents]
    assert len(right) >= least_found * len(own)
    assert [hit for hit in hits if hit[0] not in intents][most_false:] == []


def test_paths_of_this_machine_are_in_no_file() -> None:
    for path in (Path(TRAINING_DATA) / name for name in ("domain.yml", "context.yml")):
        assert "/home/" not in path.read_text(encoding="utf-8")


def test_every_response_is_said_by_something(assets: Assets) -> None:
    by_name = ("utter_ask_", "utter_konfirmasi_", "utter_terkirim_", "utter_tiket_status_")
    root = TRAINING_DATA.parent
    said = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("dialogue", "connectors", "web")
        for path in (root / folder).rglob("*.py")
        if path.name != "action_names.py"
    )
    said += (TRAINING_DATA / "rules.yml").read_text(encoding="utf-8")
    said += (TRAINING_DATA / "context.yml").read_text(encoding="utf-8")
    unsaid = [
        name
        for name in assets.domain.responses
        if name not in said
        and not name.startswith((*by_name, "utter_pastikan_", "utter_ubah_apa_"))
    ]
    assert unsaid == []


def test_reasons_for_a_case_are_those_of_the_queue() -> None:
    reasons = {reason.value for reason in Reason}
    assert {"diminta", "kurang_yakin", "tanpa_model", "keluhan", "formulir"} <= reasons
    assert "pertanyaan_tertunda" in reasons
