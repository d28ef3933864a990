"""What a worker tells the studio: labels found by words, the effect of an edit beforehand."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

import nlu
from dialogue import Assets
from foundation.settings import PROJECT_ROOT
from learning import StudioHelp
from nlu.types import Understands
from service_hours import Calendar
from storage import Store, active_edits, add_edit

DATA = PROJECT_ROOT / "training_data"
TOPICS = ("pendirian_koperasi.yml", "halal.yml", "tindak_sapa.yml")
FOUNDERS = "pendirian_koperasi/jumlah_pendiri"


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "training_data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("gold", "conversations"))
    for path in (folder / "nlu").glob("*.yml"):
        if path.name not in TOPICS:
            path.unlink()
    return folder


@pytest.fixture(scope="module")
def small_model(small_folder: Path) -> nlu.TrainedModel:
    every = nlu.TrainingData.load(small_folder).unique().examples
    of_label = itertools.groupby(every, key=lambda example: example.intent)
    few = [example for _, own in itertools.islice(of_label, 6) for example in list(own)[:15]]
    lexicon = small_folder / "lexicon"
    return nlu.train(nlu.TrainingData(tuple(few)), lexicon_dir=lexicon, embedding=None, seed=0)


@pytest.fixture
def worker(sqlite_store: Store, small_folder: Path, small_model: nlu.TrainedModel) -> StudioHelp:
    assets = Assets.load(small_folder)

    def bundle() -> tuple[Assets, Understands | None]:
        return assets, small_model

    return StudioHelp(sqlite_store, small_folder, Calendar(), bundle, small_folder / "models")


def test_labels_are_found_by_their_examples_and_by_the_studios(
    worker: StudioHelp, sqlite_store: Store
) -> None:
    found = worker.find_labels({"q": "minimal pendiri berapa orang"})["found"]
    assert found[0]["label"] == FOUNDERS
    assert len(found[0]["examples"]) == 3
    assert found[0]["title"]
    with sqlite_store.write() as tx:
        body = {"text": "zamzami kwartet simfoni", "intent": "sapa"}
        add_edit(tx, "example", key=body["text"], body=body, author="rina")
    [first, *_] = worker.find_labels({"q": "zamzami kwartet"})["found"]
    assert first["label"] == "sapa"
    assert "zamzami kwartet simfoni" in first["examples"]


def test_the_search_can_be_made_ready_before_words_are_typed(worker: StudioHelp) -> None:
    assert worker.find_labels({"q": ""}) == {"found": []}
    assert worker.find_labels({"q": "pendiri"})["found"]


def test_a_rasa_file_comes_in_as_edits_or_says_where_it_is_wrong(
    worker: StudioHelp, sqlite_store: Store
) -> None:
    text = 'version: "3.1"\nnlu:\n- intent: {}\n  examples: |\n    - zamzami kwartet simfoni\n'
    wrong = worker.import_examples({"text": text.format("tidak/ada"), "author": "rina"})
    assert wrong == {"problem": "berkas.yml:5: label tidak/ada tidak ada"}
    right = {"text": text.format(FOUNDERS), "author": "rina"}
    assert worker.import_examples(right) == {"added": 1, "known": 0}
    assert worker.import_examples(right) == {"added": 0, "known": 1}
    with sqlite_store.read() as tx:
        [edit] = active_edits(tx, "example")
    assert (edit.body["intent"], edit.author) == (FOUNDERS, "rina")


def test_an_answer_is_shown_as_a_resident_will_read_it(worker: StudioHelp) -> None:
    body = {"ringkas": "Sembilan orang sudah cukup untuk memulai."}
    shown = worker.preview_answer({"label": FOUNDERS, "body": body})
    assert "Sembilan orang sudah cukup" in " ".join(shown["replies"])
    before = worker.preview_answer({"label": FOUNDERS, "body": {}})
    assert "Sembilan orang sudah cukup" not in " ".join(before["replies"])


def test_an_answer_that_breaks_the_knowledge_is_told_with_its_reason(worker: StudioHelp) -> None:
    shown = worker.preview_answer({"label": FOUNDERS, "body": {"sumber": []}})
    assert "jawaban tanpa sumber" in shown["problem"]
    assert "halo-preview" not in shown["problem"], "no path of this machine"


def test_a_spelling_is_tried_out_on_messages(worker: StudioHelp) -> None:
    request = {
        "table": "salah_ketik.tsv",
        "after": ["kwaprasix", "koperasi", ""],
        "texts": ["syarat bikin kwaprasix", " "],
    }
    [row] = worker.preview_lexicon(request)["rows"]
    assert "koperasi" not in row["now"]["read"]
    assert "koperasi" in row["then"]["read"]
    assert row["then"]["intent"]


def test_a_row_that_stands_twice_is_refused(worker: StudioHelp) -> None:
    row = ["yg", "yang lain", ""]
    shown = worker.preview_lexicon({"table": "singkatan.tsv", "after": row, "texts": []})
    assert "singkatan.tsv" in shown["problem"]


def test_trends_can_travel_as_json(worker: StudioHelp) -> None:
    import json

    found = json.loads(json.dumps(worker.trends({})))
    assert len(found["weeks"]) == 12
    assert found["weeks"][-1]["first"] == "2026-11-23"
