from datetime import date
from pathlib import Path

import pytest

from dialogue import Assets, validate_assets
from foundation.errors import TrainingDataError

DOMAIN = """version: "3.1"
intents:
- sapa
responses:
  utter_sapa:
  - text: Halo
"""
RULES = """version: "3.1"
rules:
- rule: Salam
  steps:
  - intent: sapa
  - action: utter_sapa
"""
ENTRY = """version: "3.1"
pengetahuan:
- label: merek/biaya
  id: merek-01
  judul: Berapa biaya merek?
  tombol: Biaya merek
  ringkas: Rp500.000.
  jawaban: Rp500.000 per kelas.
  sumber: [PP 28/2019]
  tahun: 2019
  keyakinan: tinggi
  pemilik: Tim
  berlaku_sejak: 2026-11-24
  tinjau_paling_lambat: 2027-11-24
  status_tinjau: belum diperiksa dinas
  instansi: null
  terkait: []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "knowledge").mkdir()
    return tmp_path


def findings(folder: Path, **options: date) -> list[tuple[str, int, str, str]]:
    return [
        (item.file.name, item.line, item.severity, item.text)
        for item in validate_assets(folder, **options)
    ]


def test_sound_files_have_no_findings(folder: Path) -> None:
    assert findings(folder) == []
    assert Assets.load(folder).rules[0].actions == ("utter_sapa",)


def test_broken_yaml_is_named_with_file_and_line(folder: Path) -> None:
    (folder / "domain.yml").write_text(DOMAIN + "  utter_x: [\n")
    assert findings(folder)[0][:3] == ("domain.yml", 8, "error")
    with pytest.raises(TrainingDataError, match=r"domain\.yml:8: "):
        Assets.load(folder)


def test_missing_domain_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"domain\.yml:1"):
        Assets.load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("- sapa", "- sapa\n- sapa", 4, "`sapa` ditulis dua kali"),
        ("- text: Halo", "- text: ''", 6, "perlu `text`"),
        ("utter_sapa:\n  - text: Halo", "halo:\n  - text: Halo", 5, "diawali `utter_`"),
        ("responses:", "slots:\n  nama:\n    type: teks\nresponses:", 6, "jenis slot `teks`"),
        ("responses:", "forms:\n  f: {}\nresponses:", 5, "perlu `required_slots`"),
    ],
)
def test_fault_in_the_domain_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, text: str
) -> None:
    (folder / "domain.yml").write_text(DOMAIN.replace(old, new))
    found = [item for item in findings(folder) if text in item[3]]
    assert found
    assert found[0][:3] == ("domain.yml", line, "error")


def test_title_longer_than_any_channel_allows_is_warned_of(folder: Path) -> None:
    button = "    buttons:\n    - title: Judul yang jauh terlalu panjang\n      payload: /sapa\n"
    (folder / "domain.yml").write_text(DOMAIN + button)
    assert findings(folder)[0][:3] == ("domain.yml", 8, "warning")


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("intent: sapa", "intent: halo", 3, "maksud `halo` tidak ada"),
        ("utter_sapa", "utter_lain", 3, "aksi `utter_lain` tidak dikenal"),
        ("  - action: utter_sapa\n", "", 3, "perlu satu `intent` dan satu `action`"),
        ("- rule: Salam\n  steps", "- steps", 3, "perlu nama"),
    ],
)
def test_fault_in_the_rules_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, text: str
) -> None:
    (folder / "rules.yml").write_text(RULES.replace(old, new))
    found = [item for item in findings(folder) if text in item[3]]
    assert found
    assert found[0][:3] == ("rules.yml", line, "error")


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("sumber: [PP 28/2019]", "sumber: []", 9, "tanpa sumber"),
        ("keyakinan: tinggi", "keyakinan: yakin", 11, "`keyakinan` harus"),
        ("Biaya merek", "Biaya pendaftaran merek dagang", 6, "lebih dari 20"),
        ("terkait: []", "terkait: [merek/hilang]", 17, "`merek/hilang` tidak ada"),
        ("tahun: 2019", "tahun: dulu", 10, "`tahun` harus angka"),
        ("2027-11-24", "kapan-kapan", 14, "harus tanggal"),
        ("ringkas: Rp500.000.", "ringkas: ''", 7, "`ringkas` wajib"),
    ],
)
def test_fault_in_the_knowledge_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, text: str
) -> None:
    (folder / "knowledge" / "merek.yml").write_text(ENTRY.replace(old, new))
    found = [item for item in findings(folder) if text in item[3]]
    assert found
    assert found[0][:3] == ("merek.yml", line, "error")


def test_overdue_review_is_listed_as_a_warning(folder: Path) -> None:
    (folder / "knowledge" / "merek.yml").write_text(ENTRY)
    due = findings(folder, today=date(2027, 11, 25))
    assert ("merek.yml", 14, "warning", "merek/biaya: tinjauan lewat batas 2027-11-24") in due
    on_time = findings(folder, today=date(2027, 11, 24))
    assert not [item for item in on_time if "lewat batas" in item[3]]


def test_all_faults_are_found_at_once(folder: Path) -> None:
    (folder / "domain.yml").write_text(DOMAIN.replace("- text: Halo", "- text: ''"))
    (folder / "knowledge" / "a.yml").write_text(ENTRY.replace("sumber: [PP 28/2019]", "sumber: []"))
    (folder / "knowledge" / "b.yml").write_text("x: [")
    assert {item[0] for item in findings(folder)} == {"domain.yml", "a.yml", "b.yml"}


def test_pattern_with_an_unknown_word_list_is_named(folder: Path) -> None:
    (folder / "patterns.yml").write_text(
        'words:\n  ya: ya, iya\npatterns:\n  setuju:\n    match:\n    - "{yaa}"\n'
    )
    assert findings(folder) == [
        ("patterns.yml", 6, "error", "daftar kata 'yaa' tidak ada atau kosong")
    ]
