"""A project as `rasa init` makes it, in Indonesian, runs unchanged but for what is named."""

from pathlib import Path

import pytest

from dialogue import Assets, validate_assets
from tests.dialogue.dialogue_kit import Talk, words_of

DOMAIN = """version: "3.1"

intents:
  - salam
  - pamit
  - kabar_baik
  - tanya_bot
  - pesan_meja
  - faq
  - beri_jumlah:
      use_entities: true

entities:
  - jumlah

slots:
  jumlah:
    type: float
    influence_conversation: true
    mappings:
    - type: from_entity
      entity: jumlah
    - type: from_text
      conditions:
      - active_loop: formulir_meja
        requested_slot: jumlah
  tempat:
    type: categorical
    values: [dalam, luar]
    mappings:
    - type: from_text
      conditions:
      - active_loop: formulir_meja
        requested_slot: tempat
  pelanggan:
    type: bool
    initial_value: false
    mappings:
    - type: custom

responses:
  utter_salam:
  - text: "Halo! Apa kabar?"
  utter_pamit:
  - text: "Sampai jumpa."
  utter_tanya_bot:
  - text: "Saya bot."
    image: "https://example.org/bot.png"
  - text: "Saya bot di WhatsApp."
    channel: whatsapp
  utter_faq/jam_buka:
  - text: "Buka pukul 08.00."
  utter_ask_jumlah:
  - text: "Untuk berapa orang?"
  utter_ask_tempat:
  - text: "Di dalam atau di luar?"
  utter_terpesan:
  - text: "Meja untuk {jumlah} orang di {tempat}."
  utter_default:
  - text: "Maaf, saya tidak mengerti."

forms:
  formulir_meja:
    required_slots:
    - jumlah
    - tempat

actions:
  - action_cek_meja

session_config:
  session_expiration_time: 60
  carry_over_slots_to_new_session: true
"""
RULES = """version: "3.1"

rules:
- rule: Pamit kapan saja
  steps:
  - intent: pamit
  - action: utter_pamit

- rule: Saya bot
  steps:
  - intent: tanya_bot
  - action: utter_tanya_bot

- rule: Tanya umum
  steps:
  - intent: faq
  - action: utter_faq

- rule: Mulai formulir
  steps:
  - intent: pesan_meja
  - action: formulir_meja
  - active_loop: formulir_meja

- rule: Selesai formulir
  condition:
  - active_loop: formulir_meja
  steps:
  - action: formulir_meja
  - active_loop: null
  - slot_was_set:
    - requested_slot: null
  - action: action_cek_meja
  - action: utter_terpesan
  wait_for_user_input: false
"""
STORIES = """version: "3.1"

stories:
- story: senang
  steps:
  - intent: salam
  - action: utter_salam
"""
MEANINGS = {
    "halo": "salam",
    "dah": "pamit",
    "kamu bot?": "tanya_bot",
    "jam buka?": "faq/jam_buka",
    "pesan meja": "pesan_meja",
    "baik": "kabar_baik",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "rules.yml").write_text(RULES)
    (tmp_path / "data" / "stories.yml").write_text(STORIES)
    (tmp_path / "data" / "nlu.yml").write_text('version: "3.1"\nnlu: []\n')
    return tmp_path


def test_unsupported_keys_are_reported_by_name(project: Path) -> None:
    found = {(item.file.name, item.severity, item.text) for item in validate_assets(project)}
    assert found == {
        ("domain.yml", "warning", "kunci `use_entities` tidak didukung dan diabaikan"),
        ("domain.yml", "warning", "kunci `image` tidak didukung dan diabaikan"),
        ("domain.yml", "warning", "kunci `session_config` tidak didukung dan diabaikan"),
        ("domain.yml", "warning", "aksi `action_cek_meja` tidak didukung dan diabaikan"),
        ("rules.yml", "warning", "kunci `wait_for_user_input` tidak didukung dan diabaikan"),
        ("rules.yml", "warning", "aksi `action_cek_meja` tidak didukung dan diabaikan"),
    }


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("halo", "Halo! Apa kabar?"),
        ("dah", "Sampai jumpa."),
        ("kamu bot?", "Saya bot."),
        ("jam buka?", "Buka pukul 08.00."),
        ("entah", "Maaf, saya tidak mengerti."),
        ("baik", "Maaf, saya tidak mengerti."),
    ],
)
def test_rules_and_responses_run(project: Path, said: str, answer: str) -> None:
    talk = Talk(Assets.load(project), MEANINGS)
    assert words_of(talk(said)) == answer


def test_form_runs_with_its_mappings(project: Path) -> None:
    talk = Talk(Assets.load(project), MEANINGS)
    assert talk("pesan meja").asks == "jumlah"
    assert talk("banyak").asks == "jumlah"
    assert talk("4").asks == "tempat"
    assert talk("di atas").asks == "tempat"
    turn = talk("luar")
    assert turn.asks is None
    assert words_of(turn) == "Meja untuk 4.0 orang di luar."


def test_initial_value_of_a_slot_is_there_from_the_start(project: Path) -> None:
    assert Talk(Assets.load(project), MEANINGS)("halo").slots == {"pelanggan": False}


def test_wording_of_the_channel_comes_first(project: Path) -> None:
    talk = Talk(Assets.load(project), MEANINGS)
    talk.conversation.channel = "whatsapp"
    assert words_of(talk("kamu bot?")) == "Saya bot di WhatsApp."
