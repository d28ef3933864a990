"""`halo test danger` and what `halo validate` says of the safety files."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.quality import validate
from commands.quality_danger import test_danger as command
from foundation.settings import PROJECT_ROOT

DATA = PROJECT_ROOT / "training_data"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the training data that may be broken."""
    folder = tmp_path / "training_data"
    shutil.copytree(DATA, folder)
    return folder


def complaints(folder: Path) -> str:
    """Return what `halo validate` prints."""
    return CliRunner().invoke(validate, ["--data", str(folder)]).output


def change(path: Path, before: str, after: str) -> None:
    """Replace a part of a file that must have it."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_own_safety_files_are_in_order() -> None:
    assert "safety" not in complaints(DATA)


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        ("jawaban.yml", "  pemilik: Tim HALO KOP-UKM\n", "", "`pemilik` wajib diisi"),
        ("jawaban.yml", " (nomor menurut pemberitaan), atau", ", atau", "tidak hati-hati"),
        ("bahaya.yml", "kanal: [darurat_112, polisi_110]", "kanal: [damkar]", "`damkar` tidak ada"),
        ("bahaya.yml", "Saya ikut khawatir.", "Telepon 113.", "nomor ditulis di jawaban.yml"),
        ("bahaya.yml", "Saya ingin memastikan", "Telepon 112. Saya", "tidak boleh menyebut nomor"),
        ("bahaya.yml", "sudah_aman: Sudah aman", "sudah_aman: ''", "tombol `sudah_aman`"),
        ("bahaya.yml", "[pengaduan/lapor_pinjol,", "[pengaduan/tidak_ada,", "tidak_ada"),
        ("kata.yml", "  terkurung:", "  terjepit:", "pola `terjepit` bukan jenis bahaya"),
    ],
)
def test_broken_safety_file_is_told(
    data: Path, file: str, before: str, after: str, complaint: str
) -> None:
    change(data / "safety" / file, before, after)
    assert complaint in complaints(data)


@pytest.mark.parametrize("name", ["Satgas Saber Pungli", "telepon 193", "SMS 1193"])
def test_dissolved_task_force_may_stand_in_no_answer(data: Path, name: str) -> None:
    change(data / "knowledge" / "pengaduan.yml", "Simpan semua", f"Hubungi {name}. Simpan semua")
    assert "tidak boleh menyebut" in complaints(data)


def test_text_of_an_unknown_kind_is_told(data: Path) -> None:
    path = data / "safety" / "teks" / "latih_x.jsonl"
    path.write_text('{"text": "tolong sekali", "kind": "gempa"}\n', encoding="utf-8")
    assert "jenis `gempa` tidak ada" in complaints(data)


def test_line_that_is_no_message_is_told(tmp_path: Path) -> None:
    path = tmp_path / "uji.jsonl"
    path.write_text(json.dumps({"text": "tolong"}), encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert "uji.jsonl:1" in str(result.exception)
