"""Which bundle answers: promoted ones are swapped in, bad ones refused while the old goes on."""

from pathlib import Path

import pytest

from foundation.errors import ModelDamagedError
from learning import LiveBundles, load_assets, read_live, write_live


def _loader(folder: Path) -> str:
    if "rusak" in folder.name:
        raise ModelDamagedError(folder.name)
    return f"isi {folder.name}"


def test_nothing_promoted_means_no_bundle(tmp_path: Path) -> None:
    assert LiveBundles(tmp_path, _loader).current() is None


def test_promotion_is_seen_without_a_restart(tmp_path: Path) -> None:
    bundles = LiveBundles(tmp_path, _loader)
    write_live(tmp_path, "satu")
    assert bundles.current() == ("satu", "isi satu")
    write_live(tmp_path, "dua")
    assert bundles.current() == ("dua", "isi dua")


def test_damaged_bundle_is_refused_and_the_one_in_use_goes_on(tmp_path: Path) -> None:
    bundles = LiveBundles(tmp_path, _loader)
    write_live(tmp_path, "satu")
    bundles.current()
    write_live(tmp_path, "rusak")
    assert bundles.current() == ("satu", "isi satu")
    assert bundles.problem is not None
    write_live(tmp_path, "dua")
    assert bundles.current() == ("dua", "isi dua")
    assert bundles.problem is None


def test_a_rollback_loads_nothing(tmp_path: Path) -> None:
    loaded: list[str] = []

    def load(folder: Path) -> str:
        loaded.append(folder.name)
        return _loader(folder)

    bundles = LiveBundles(tmp_path, load)
    for version in ("satu", "dua", "satu", "dua", "tiga", "satu"):
        write_live(tmp_path, version)
        assert bundles.current() == (version, f"isi {version}")
    assert loaded == ["satu", "dua", "tiga", "satu"]


def test_fresh_process_falls_back_to_the_last_good_one(tmp_path: Path) -> None:
    for version in ("satu", "dua", "rusak"):
        write_live(tmp_path, version)
    assert LiveBundles(tmp_path, _loader).current() == ("dua", "isi dua")


def test_history_remembers_what_was_live(tmp_path: Path) -> None:
    for version in ("satu", "dua", "dua", "tiga"):
        write_live(tmp_path, version)
    pointer = read_live(tmp_path)
    assert pointer is not None
    assert (pointer.version, pointer.history) == ("tiga", ("satu", "dua"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
def test_unreadable_pointer_means_no_bundle_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    (tmp_path / "live.json").write_text(text, encoding="utf-8")
    assert LiveBundles(tmp_path, _loader).current() is None
    assert "live.json" in caplog.text


@pytest.mark.parametrize("manifest", ["", "{}", '{"format": 1, "files": {}}'])
def test_folder_without_a_fitting_manifest_is_damaged(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "bundle.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ModelDamagedError):
        load_assets(tmp_path)
