"""What somebody else wrote fails as a ``ValueError``, never as the end of the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.reading import parse_payload
from foundation.documents import MOST_LEVELS, check_yaml_depth, read_json
from foundation.errors import ModelDamagedError, TrainingDataError
from foundation.yaml_lines import read_yaml
from nlu.persistence import read_files
from nlu.rasa_yaml import read_rasa_yaml

DEEP = "[" * 50_000


@pytest.mark.parametrize("text", [DEEP, '{"a":' * 50_000, "1e999", "NaN", "9" * 5000, "", b"\xff"])
def test_odd_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_yaml_may_be_nested_but_not_endlessly() -> None:
    check_yaml_depth("[" * MOST_LEVELS + "]" * MOST_LEVELS)
    with pytest.raises(ValueError, match="levels deep"):
        check_yaml_depth("[" * (MOST_LEVELS + 1))


@pytest.mark.parametrize("content", [DEEP, "nlu: " + DEEP, "{a: " * 50_000, "- " * 50_000])
def test_a_deep_training_file_is_refused_with_its_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"nlu\.yml"):
        list(read_rasa_yaml(content, "nlu.yml"))
    with pytest.raises(TrainingDataError, match=r"nlu\.yml"):
        read_yaml(path)


@pytest.mark.parametrize("values", ['{"a": ' + DEEP + "}", '{"a": ' + "9" * 5000 + "}", "{1}"])
def test_an_odd_payload_of_a_resident_is_no_payload(values: str) -> None:
    assert parse_payload(f"/minta_cs{values}") is None


def test_a_bundle_with_a_deep_manifest_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(DEEP, encoding="utf-8")
    with pytest.raises(ModelDamagedError):
        read_files(tmp_path)
