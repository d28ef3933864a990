"""`halo test entities` prints the figures of annotated messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.quality import test as halo_test
from foundation.errors import TrainingDataError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pesan.jsonl"
    row = {
        "text": "besok ke Ciawi",
        "entities": [
            {"entity": "tanggal", "start": 0, "end": 5, "value": "2026-11-25"},
            {"entity": "kecamatan", "start": 9, "end": 14, "value": "Ciawi"},
        ],
    }
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return path


def test_json_has_a_line_of_figures_for_every_kind(file: Path) -> None:
    done = CliRunner().invoke(
        halo_test, ["entities", "--test", str(file), "--today", "2026-11-24", "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["micro"] == {"precision": 1.0, "recall": 1.0, "n": 2}
    assert list(json.loads(done.output)) == ["kecamatan", "tanggal", "micro"]


def test_another_day_makes_the_relative_date_wrong(file: Path) -> None:
    done = CliRunner().invoke(halo_test, ["entities", "--test", str(file), "--today", "2026-11-30"])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()] == [
        "entitas", "kecamatan", "tanggal", "micro",
    ]  # fmt: skip
    assert done.output.splitlines()[2].split()[1:] == ["0.000", "0.000", "1"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kosong.jsonl"
    path.write_text("\n", encoding="utf-8")
    done = CliRunner().invoke(halo_test, ["entities", "--test", str(path)])
    assert isinstance(done.exception, TrainingDataError)
