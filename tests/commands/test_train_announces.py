"""What `halo train` does with a new bundle: it answers, or waits for a person, as was decided."""

from pathlib import Path

import pytest

from commands.models import announce
from learning import live_of, promote, read_live, register_bundle
from storage import Store
from tests.learning.bundle_kit import a_bundle


def _live(store: Store) -> str:
    with store.read() as tx:
        pointer = live_of(tx)
    assert pointer is not None
    return pointer.version


def _promoted(store: Store, models: Path) -> str:
    chosen = a_bundle(models, "pilihan")
    register_bundle(store, chosen, author="")
    with store.write() as tx:
        promote(tx, chosen.version, author="rina", note="menambah contoh NIB")
    return chosen.version


def test_the_newest_answers_while_nobody_has_decided(store: Store, tmp_path: Path) -> None:
    for words in ("satu", "dua"):
        fresh = a_bundle(tmp_path, words)
        announce(store, tmp_path, fresh)
        assert _live(store) == fresh.version
    pointer = read_live(tmp_path)
    assert pointer is not None
    assert pointer.version == fresh.version


def test_what_a_person_chose_goes_on_answering(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _promoted(store, tmp_path)
    fresh = a_bundle(tmp_path, "baru")
    announce(store, tmp_path, fresh, load=lambda folder: (folder / "bundle.json").read_text())
    assert _live(store) == chosen
    assert f"halo models promote {fresh.version}" in capsys.readouterr().out


def test_a_chosen_bundle_of_an_older_format_gives_way(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = _promoted(store, tmp_path)
    fresh = a_bundle(tmp_path, "baru")
    # The bundles of this test are no models that the program can read.
    announce(store, tmp_path, fresh)
    assert _live(store) == fresh.version
    assert chosen in capsys.readouterr().out
