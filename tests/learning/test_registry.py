"""Bundles in the store: kept whole, fetched by every host, promoted and rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from foundation.clock import StillClock
from foundation.errors import InvalidFormError, ModelDamagedError, ModelUnavailableError
from learning import (
    BundleInfo,
    LiveBundles,
    LiveView,
    adopt_first,
    decided_by_person,
    fetch_bundle,
    live_of,
    live_pointer,
    promote,
    promotions,
    read_live,
    register_bundle,
    rollback,
    rollback_target,
    start_with,
    store_bundle,
    withdraw_answer,
    write_live,
)
from storage import Store
from storage.bundle_tables import bundle_chunk
from tests.learning.bundle_kit import a_bundle


def _words(folder: Path) -> str:
    if not (folder / "bundle.json").exists():
        raise ModelUnavailableError(f"no bundle in {folder}")
    return (folder / "assets" / "domain.yml").read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    return tmp_path / "there"


def test_a_candidate_is_on_every_host_before_it_is_promoted(
    store: Store,
    clock: StillClock,
    here: Path,
    there: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    old, fresh, broken = (a_bundle(here, words) for words in ("lama", "baru", "rusak"))
    store_bundle(store, old, author="rina")
    with store.write() as tx:
        start_with(tx, old.version)
    bundles = LiveBundles(there, _words, store=store)
    assert bundles.current() == (old.version, "lama")
    bundles.prepare()
    assert [path.name for path in there.glob("*/")] == [old.version], "nothing waits"
    clock.advance(minutes=5)
    store_bundle(store, fresh, author="rina")
    bundles.prepare()
    assert (there / fresh.version / "bundle.json").exists()
    assert bundles.current() == (old.version, "lama"), "the old one goes on"
    clock.advance(minutes=5)
    store_bundle(store, broken, author="rina")
    with store.write() as tx:
        tx.connection.execute(
            sa.delete(bundle_chunk).where(bundle_chunk.c.version == broken.version)
        )
    bundles.prepare()
    assert "cannot be fetched beforehand" in caplog.text


def test_another_host_fetches_the_same_bytes(store: Store, here: Path, there: Path) -> None:
    info = a_bundle(here, "halo")
    store_bundle(store, info, author="rina")
    store_bundle(store, info, author="rina")
    folder = fetch_bundle(store, info.version, there)
    assert {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == {
        p.name: p.read_bytes() for p in info.folder.rglob("*") if p.is_file()
    }


def test_damaged_copy_is_replaced_by_the_stored_one(store: Store, here: Path, there: Path) -> None:
    info = a_bundle(here, "halo")
    store_bundle(store, info, author="rina")
    folder = fetch_bundle(store, info.version, there)
    (folder / "assets" / "domain.yml").write_text("rusak", encoding="utf-8")
    assert _words(fetch_bundle(store, info.version, there)) == "halo"


def test_bad_part_in_the_store_is_refused(store: Store, here: Path, there: Path) -> None:
    info = a_bundle(here, "halo")
    store_bundle(store, info, author="rina")
    with store.write() as tx:
        tx.connection.execute(
            sa.update(bundle_chunk)
            .where(bundle_chunk.c.file == "nlu/weights", bundle_chunk.c.number == 1)
            .values(content=b"lain")
        )
    with pytest.raises(ModelDamagedError, match="weights"):
        fetch_bundle(store, info.version, there)
    assert list(there.iterdir()) == []


def test_bundle_that_is_nowhere_is_told(store: Store, there: Path) -> None:
    with pytest.raises(ModelUnavailableError):
        fetch_bundle(store, "tidakada", there)


def test_promotion_needs_name_and_note_and_is_remembered(store: Store, here: Path) -> None:
    first, second = a_bundle(here, "satu"), a_bundle(here, "dua")
    for info in (first, second):
        register_bundle(store, info, author="")
    with store.write() as tx:
        start_with(tx, first.version)
        assert not decided_by_person(tx)
        for author, note in (("", "catatan"), ("rina", "  ")):
            with pytest.raises(InvalidFormError):
                promote(tx, second.version, author=author, note=note)
        pointer = promote(tx, second.version, author="rina", note="menambah contoh NIB")
        assert (pointer.version, pointer.history) == (second.version, (first.version,))
        assert decided_by_person(tx)
        last = promotions(tx)[0]
        assert (last.author, last.note, last.previous) == (
            "rina",
            "menambah contoh NIB",
            first.version,
        )


def test_rollback_goes_back_step_by_step_and_then_ends(store: Store, here: Path) -> None:
    versions = [a_bundle(here, name).version for name in ("satu", "dua", "tiga")]
    for version in versions:
        register_bundle(store, BundleInfo(version, here / version, "i"), author="")
    with store.write() as tx:
        start_with(tx, versions[0])
        promote(tx, versions[1], author="rina", note="dua")
        promote(tx, versions[2], author="rina", note="tiga")
        assert rollback(tx, author="budi").version == versions[1]
        assert rollback(tx, author="budi").version == versions[0]
        assert rollback_target(tx) is None
        with pytest.raises(InvalidFormError):
            rollback(tx, author="budi")
        promote(tx, versions[2], author="rina", note="tiga lagi")
        assert rollback_target(tx) == versions[0]


def test_unknown_version_cannot_be_promoted(store: Store) -> None:
    with store.write() as tx, pytest.raises(ModelUnavailableError):
        promote(tx, "tidakada", author="rina", note="catatan")


def test_hosts_swap_to_what_was_promoted_and_back(store: Store, here: Path, there: Path) -> None:
    first, second = a_bundle(here, "satu"), a_bundle(here, "dua")
    write_live(here, first.version)
    local = LiveBundles(here, _words, store=store)
    far = LiveBundles(there, _words, store=store)
    assert local.current() == (first.version, "satu")
    assert far.current() is None
    for info in (first, second):
        store_bundle(store, info, author="rina")
    with store.write() as tx:
        start_with(tx, first.version)
        promote(tx, second.version, author="rina", note="dua")
    assert local.current() == far.current() == (second.version, "dua")
    assert read_live(there) == live_pointer(None, here)
    with store.write() as tx:
        rollback(tx, author="rina")
    assert local.current() == far.current() == (first.version, "satu")


def test_first_bundle_is_adopted_once(store: Store, here: Path) -> None:
    first, second = a_bundle(here, "satu"), a_bundle(here, "dua")
    adopt_first(store, here, first.version)
    adopt_first(store, here, second.version)
    with store.read() as tx:
        pointer = live_of(tx)
    assert pointer is not None
    assert (pointer.version, pointer.history) == (first.version, ())


def test_view_changes_with_bundle_and_withdrawals_only(store: Store, here: Path) -> None:
    made: list[tuple[str, frozenset[str]]] = []

    def make(version: str, words: str, withdrawn: frozenset[str]) -> str:
        made.append((version, withdrawn))
        return words

    info = a_bundle(here, "satu")
    write_live(here, info.version)
    view = LiveView(LiveBundles(here, _words, store=store), store, make)
    assert view.latest() is None
    assert (view.refresh(), view.refresh(), view.latest()) == ("satu", "satu", "satu")
    with store.write() as tx:
        withdraw_answer(tx, "halal/biaya", reason="tarif salah", author="rina", account_id=None)
    view.refresh()
    assert made == [(info.version, frozenset()), (info.version, frozenset({"halal/biaya"}))]
