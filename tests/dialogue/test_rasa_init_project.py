"""The files of `rasa init` in Indonesian, and a form, trained and run by our own loaders."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import nlu
from commands.quality import validate
from dialogue import Assets, Assistant, Conversation, Turn, validate_assets
from foundation.clock import parse_moment
from learning import build_bundle, load_bundle_parts
from nlu.types import Entity, Understands
from tests.dialogue.dialogue_kit import CALENDAR, OPEN_HOURS, words_of

PROJECT = Path(__file__).parent / "proyek_rasa"
IGNORED = "tidak didukung dan diabaikan"

Parts = tuple[Assets, Understands]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """What a worker loads of the bundle that is made of the project."""
    models = tmp_path_factory.mktemp("models")
    bundle = build_bundle(PROJECT, models, seed=13, embedding=None)
    return load_bundle_parts(models / bundle.version)


@pytest.fixture
def talk(parts: Parts) -> Conversation:
    moment = parse_moment(OPEN_HOURS)
    return Conversation(Assistant(*parts), CALENDAR, moment, tickets=lambda: "HK-TEST-0001")


def said(talk: Conversation, *texts: str) -> Turn:
    return [talk.say({"text": text}) for text in texts][-1]


def test_what_is_not_supported_is_named_with_file_and_line() -> None:
    found = [
        (str(item.file.relative_to(PROJECT)), item.line, item.severity, item.text)
        for item in validate_assets(PROJECT)
    ]
    assert found == [
        ("config.yml", 1, "warning", f"kunci `recipe` {IGNORED}"),
        ("config.yml", 2, "warning", f"kunci `assistant_id` {IGNORED}"),
        ("config.yml", 3, "warning", f"kunci `language` {IGNORED}"),
        ("config.yml", 4, "warning", f"kunci `pipeline` {IGNORED}"),
        ("config.yml", 10, "warning", f"kunci `policies` {IGNORED}"),
        ("data/rules.yml", 20, "warning", f"aksi `action_hitung_harga` {IGNORED}"),
        ("domain.yml", 13, "warning", f"kunci `use_entities` {IGNORED}"),
        ("domain.yml", 50, "warning", f"kunci `image` {IGNORED}"),
        ("domain.yml", 75, "warning", f"aksi `action_hitung_harga` {IGNORED}"),
        ("domain.yml", 77, "warning", f"kunci `session_config` {IGNORED}"),
        ("endpoints.yml", 1, "warning", f"kunci `action_endpoint` {IGNORED}"),
    ]


def test_validate_command_asks_for_nothing_that_rasa_does_not_know() -> None:
    done = CliRunner().invoke(validate, ["--data", str(PROJECT)])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "0 galat, 11 peringatan.")


def test_every_example_of_its_nlu_is_read() -> None:
    counts = nlu.TrainingData.load(PROJECT).counts()
    assert set(counts) == set(Assets.load(PROJECT).domain.intents)
    assert min(counts.values()) >= 8


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("halo selamat pagi", "Hai! Apa kabar?"),
        ("sampai jumpa lagi ya", "Sampai jumpa!"),
        ("kamu ini bot atau manusia", "Saya bot, dibuat dengan Rasa."),
        ("hari ini saya senang", "Bagus, lanjutkan!"),
        ("saya sedih sekali hari ini", "Ini gambar untuk menghibur Anda:\nApakah itu membantu?"),
        ("iya betul sekali", "Bagus, lanjutkan!"),
        ("qwrtp zxvbn", "Maaf, saya belum paham."),
    ],
)
def test_rules_and_stories_answer(talk: Conversation, text: str, answer: str) -> None:
    assert words_of(said(talk, text)) == answer


def test_form_takes_the_annotated_words_and_finishes(talk: Conversation) -> None:
    begun = said(talk, "mau pesan nasi goreng dong")
    assert (begun.asks, begun.slots["menu"]) == ("jumlah", "nasi goreng")
    done = said(talk, "3")
    assert words_of(done) == "Dicatat: 3 porsi nasi goreng."
    assert done.asks is None


def test_form_asks_for_what_was_not_said(talk: Conversation) -> None:
    assert said(talk, "mau pesan makanan").asks == "menu"
    assert said(talk, "laksa bogor").asks == "jumlah"
    assert words_of(said(talk, "2 porsi")) == "Dicatat: 2 porsi laksa bogor."


def test_slot_is_filled_from_an_intent(talk: Conversation) -> None:
    assert said(talk, "halo").slots["sudah_makan"] is False
    assert said(talk, "tentu, boleh").slots["sudah_makan"] is True


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("pesan SATE AYAM", Entity("menu", 6, 15, "SATE AYAM")),
        ("pesan sego goreng", Entity("menu", 6, 17, "nasi goreng")),
        ("pesan soto bogor", Entity("menu", 6, 16, "soto kuning")),
        ("pesan asinan", Entity("menu", 6, 12, "asinan")),
        ("antar ke meja C7", Entity("nomor_meja", 14, 16, "C7")),
    ],
)
def test_entities_come_from_marks_synonyms_lookups_and_patterns(text: str, entity: Entity) -> None:
    assert Assets.load(PROJECT).marked.find(text) == (entity,)


def test_the_longest_of_overlapping_wordings_counts() -> None:
    found = Assets.load(PROJECT).marked.find("toge goreng dan nasi goreng")
    assert [entity.value for entity in found] == ["toge goreng", "nasi goreng"]


def test_what_the_data_hold_besides_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(
        "intents: [beli, tawar]\nentities: [barang]\n"
        "responses:\n  utter_a: [{text: a}]\n  utter_b: [{text: b}]\n"
    )
    (tmp_path / "data" / "nlu.yml").write_text(
        "nlu:\n- intent: beli\n  metadata: {a: 1}\n  examples: |\n"
        '    - beli [apel]{"entity": "barang", "role": "asal"}\n'
        "- lookup: kota\n  examples: |\n    - Cibinong\n"
        "- regex: barang\n  examples: |\n    - (tak tertutup\n"
    )
    (tmp_path / "data" / "stories.yml").write_text(
        "stories:\n- story: satu\n  steps:\n  - checkpoint: awal\n  - intent: beli\n"
        "  - action: utter_a\n- story: dua\n  steps:\n  - intent: beli\n  - action: utter_b\n"
    )
    found = [(i.file.name, i.line, i.severity, i.text) for i in validate_assets(tmp_path)]
    differing = "cerita berbeda-beda sesudah `beli`; pilihan dari riwayat percakapan"
    broken = "pola `(tak tertutup` tidak dapat dibaca: "
    assert found == [
        ("nlu.yml", 3, "warning", f"kunci `metadata` {IGNORED}"),
        ("nlu.yml", 5, "warning", f"kunci `role` pada anotasi {IGNORED}"),
        ("nlu.yml", 6, "warning", f"`lookup: kota` bukan nama entitas; {IGNORED}"),
        ("nlu.yml", 9, "error", f"{broken}missing ), unterminated subpattern at position 0"),
        ("stories.yml", 4, "warning", f"kunci `checkpoint` {IGNORED}"),
        ("stories.yml", 5, "warning", f"{differing} {IGNORED}"),
    ]
