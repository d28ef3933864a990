"""Models are plain files: the same bytes every time, and refused when anything is wrong."""

import hashlib
import json
import logging
from pathlib import Path

import pytest
from nlu_builders import LABELS, LEXICON, TARGET, WordHashEmbedding, small_data, train_small

import nlu
from foundation.errors import (
    EmbeddingUnavailableError,
    ModelDamagedError,
    ModelUnavailableError,
    TrainingDataError,
)

TEXTS = ("min cara bikin nib gmn", "alamat kantor dimana", "resep rendang", "", "🙏🙏")


@pytest.fixture
def saved(model: nlu.TrainedModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def load(folder: Path) -> nlu.TrainedModel:
    return nlu.load_model(folder, embedding=WordHashEmbedding())


def test_a_loaded_model_understands_the_same(model: nlu.TrainedModel, saved: Path) -> None:
    loaded = load(saved)
    assert loaded.version == model.version
    assert loaded.labels == tuple(sorted(LABELS))
    assert [loaded.understand(t) for t in TEXTS] == [model.understand(t) for t in TEXTS]


def test_the_same_data_and_seed_give_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    shuffled = nlu.TrainingData(tuple(reversed(small_data().examples)))
    embedding = WordHashEmbedding()
    again = nlu.train(shuffled, lexicon_dir=LEXICON, embedding=embedding, target=TARGET)
    again.save(tmp_path / "again")
    names = sorted(p.relative_to(saved) for p in saved.rglob("*") if p.is_file())
    assert names == sorted(
        p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file()
    )
    for name in names:
        if name.name != "run.json":
            assert (saved / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_other_data_give_another_version(model: nlu.TrainedModel) -> None:
    fewer = nlu.TrainingData(small_data().examples[:-1])
    embedding = WordHashEmbedding()
    other = nlu.train(fewer, lexicon_dir=LEXICON, embedding=embedding, target=TARGET)
    assert other.version != model.version


def test_no_file_is_a_pickle(saved: Path) -> None:
    endings = {path.suffix for path in saved.rglob("*") if path.is_file()}
    assert endings <= {".json", ".txt", ".tsv", ".safetensors", ".html"}


def test_every_other_file_is_in_the_manifest(saved: Path) -> None:
    listed = json.loads((saved / "manifest.json").read_text())["files"]
    found = {p.relative_to(saved).as_posix() for p in saved.rglob("*") if p.is_file()}
    assert found - set(listed) == {
        "manifest.json",
        "run.json",
        "laporan.html",
        "oof.json",
    }


def test_saving_the_same_model_again_changes_nothing(model: nlu.TrainedModel, saved: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in saved.rglob("*")}
    model.save(saved)
    assert before == {p: p.stat().st_mtime_ns for p in saved.rglob("*")}


def test_a_model_is_never_overwritten(plain_model: nlu.TrainedModel, saved: Path) -> None:
    before = (saved / "manifest.json").read_bytes()
    with pytest.raises(ModelDamagedError, match="another model"):
        plain_model.save(saved)
    assert (saved / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("name", ["weights.safetensors", "settings.json", "lexicon/sunda.tsv"])
def test_a_changed_file_is_refused(saved: Path, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(bytes(content))
    with pytest.raises(ModelDamagedError, match=f"{name} was changed"):
        load(saved)


def test_a_missing_file_is_refused(saved: Path) -> None:
    (saved / "words.txt").unlink()
    with pytest.raises(ModelDamagedError, match=r"words\.txt is missing"):
        load(saved)


def test_a_file_outside_the_folder_is_refused(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"]["../rahasia.txt"] = "0" * 64
    (saved / "manifest.json").write_text(json.dumps(manifest))
    (saved.parent / "rahasia.txt").write_text("x")
    with pytest.raises(ModelDamagedError, match="outside"):
        load(saved)


@pytest.mark.parametrize(
    "content", ["bukan json", "[]", '{"format": 1}', '{"format": 99, "files": {}}']
)
def test_a_foreign_manifest_is_refused(saved: Path, content: str) -> None:
    (saved / "manifest.json").write_text(content)
    with pytest.raises(ModelDamagedError):
        load(saved)


def test_files_that_do_not_fit_together_are_refused(saved: Path) -> None:
    settings = json.loads((saved / "settings.json").read_text())
    settings["labels"].pop()
    (saved / "settings.json").write_text(json.dumps(settings))
    manifest = json.loads((saved / "manifest.json").read_text())
    digest = hashlib.sha256((saved / "settings.json").read_bytes()).hexdigest()
    manifest["files"]["settings.json"] = digest
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelDamagedError, match="fit together"):
        load(saved)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 8, (2**62).to_bytes(8, "little"), (4).to_bytes(8, "little") + b"nope",
     (2).to_bytes(8, "little") + b"{}", b"[" * 50_000],
)  # fmt: skip
def test_weights_with_a_damaged_header_are_refused(saved: Path, content: bytes) -> None:
    """Also where the manifest agrees with them: somebody made both."""
    (saved / "weights.safetensors").write_bytes(content)
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"]["weights.safetensors"] = hashlib.sha256(content).hexdigest()
    (saved / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelDamagedError):
        load(saved)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no model"):
        load(tmp_path)


def test_another_embedding_model_is_refused(saved: Path) -> None:
    with pytest.raises(EmbeddingUnavailableError, match="train again"):
        nlu.load_model(saved, embedding=WordHashEmbedding("lain"))


def test_training_without_embeddings_is_loud_and_recorded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        trained = train_small(embedding=None)
    assert "WITHOUT SENTENCE EMBEDDINGS" in caplog.text
    assert trained.manifest["embedding"] is None
    assert not trained.has_embedding
    trained.save(tmp_path / "plain")
    assert "tanpa model makna kalimat" in (tmp_path / "plain" / "laporan.html").read_text()
    assert not nlu.load_model(tmp_path / "plain").has_embedding


def test_one_label_is_not_enough(tmp_path: Path) -> None:
    one = nlu.TrainingData((nlu.Example("halo", "sapa"), nlu.Example("pagi", "sapa")))
    with pytest.raises(TrainingDataError, match="dua label"):
        nlu.train(one, lexicon_dir=LEXICON, embedding=None)


def test_two_labels_with_two_examples_train() -> None:
    tiny = nlu.TrainingData(
        tuple(
            nlu.Example(t, i)
            for t, i in [("halo", "a"), ("hai", "a"), ("nib", "b"), ("izin nib", "b")]
        )
    )
    trained = nlu.train(tiny, lexicon_dir=LEXICON, embedding=None)
    assert trained.understand("nib").intent.name == "b"
