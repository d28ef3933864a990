"""Broken tables are refused with file and line; the shipped ones keep their promises."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.errors import TrainingDataError
from foundation.settings import PROJECT_ROOT
from nlu.lexicon import Lexicon, default_lexicon
from nlu.scan import words

SHIPPED = PROJECT_ROOT / "training_data" / "lexicon"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "lexicon"
    shutil.copytree(SHIPPED, copy)
    return copy


def _append(name: str, line: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_append("sunda.tsv", "yg\tyang\t"), "sudah ada di singkatan.tsv"),
        (_append("sunda.tsv", "nik\tnomor\t"), "dilindungi"),
        (_append("sunda.tsv", "qwx\tqwx\t"), "dirinya sendiri"),
        (_append("sunda.tsv", "qwx\tQwx Besar\t"), "huruf kecil"),
        (_append("sunda.tsv", "...\tapa\t"), "tidak punya huruf"),
        (_append("sunda.tsv", "qwx\tapa"), "2 kolom, seharusnya 3"),
        (_append("sunda.tsv", "\tapa\t"), "kosong"),
        (_append("sunda.tsv", "qwx\tqwy\t\nqwy\tqwx\t"), "berputar kembali"),
        (_append("kecamatan.tsv", "depok\tDepok\tprovinsi\t-\t"), "wilayah"),
        (_append("satuan.tsv", "lusin\tdua belas\t-\t"), "nilai"),
        (_append("jenis_usaha.tsv", "qwx\tkeripik\t"), "baku harus salah satu"),
        (_append("imbuhan.tsv", "x\ty\ttengah\t-\t"), "letak"),
    ],
)
def test_a_bad_row_is_refused_where_it_stands(
    folder: Path, change: Callable[[Path], None], message: str
) -> None:
    change(folder)
    with pytest.raises(TrainingDataError, match=r"\.tsv:\d+: .*") as caught:
        Lexicon.load(folder)
    assert message in str(caught.value)


def test_a_bad_row_is_named_by_its_line(folder: Path) -> None:
    path = folder / "emoji.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(4, "tanpa kolom lain")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"emoji\.tsv:5: 1 kolom"):
        Lexicon.load(folder)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "bilangan.tsv").unlink()
    with pytest.raises(TrainingDataError, match=r"bilangan\.tsv:1: tabel tidak ada"):
        Lexicon.load(folder)


def test_a_foreign_header_and_a_foreign_encoding_are_refused(folder: Path) -> None:
    (folder / "emoji.tsv").write_text("a\tb\tc\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"emoji\.tsv:1: kepala tabel"):
        Lexicon.load(folder)
    (folder / "emoji.tsv").write_bytes(b"tulisan\xff\n")
    with pytest.raises(TrainingDataError, match=r"emoji\.tsv:1: bukan UTF-8"):
        Lexicon.load(folder)


def test_comments_and_blank_lines_are_skipped(folder: Path) -> None:
    _append("sunda.tsv", "\n# catatan\nqwx\tapa\t")(folder)
    assert Lexicon.load(folder).rewrites.single["qwx"] == ("apa",)


def test_all_kecamatan_are_there() -> None:
    districts = default_lexicon().districts
    assert len({d.name for d in districts if not d.in_city}) == 40
    assert len({d.name for d in districts if d.in_city}) == 6
    for name in {district.name for district in districts}:
        assert "".join(words(name)) in {"".join(d.written) for d in districts}


def test_third_party_tables_keep_their_licences() -> None:
    notice = (SHIPPED / "NOTICE.md").read_text(encoding="utf-8")
    for source in ("indocollex", "louisowen6"):
        assert f"percakapan_{source}.tsv" in notice
        assert "MIT License" in (SHIPPED / f"LICENSE.{source}").read_text(encoding="utf-8")


def test_every_table_is_described_in_the_notice() -> None:
    notice = (SHIPPED / "NOTICE.md").read_text(encoding="utf-8")
    assert [path.name for path in SHIPPED.glob("*.tsv") if path.name not in notice] == []
