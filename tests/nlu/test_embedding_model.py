"""The embedding model is built once, verified, and computed alike by both engines."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_weights import HIDDEN, PIECES, tiny_weights

import nlu
from foundation.errors import EmbeddingUnavailableError
from nlu.embedding.build import default_folder, ensure_model, is_complete
from nlu.embedding.encoder import find_model, load_encoder, model_hash
from nlu.embedding.fast_bert import FastBert
from nlu.embedding.folder import build_tokenizer
from nlu.embedding.source import verify
from nlu.embedding.vocabulary import choose_pieces
from nlu.embedding.weights import WeightFile

TEXTS = ["cara nib?", "koperasi", "", "🙏 halo, pak 123", "a" * 300]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_model(
        tmp_path_factory.mktemp("embedding") / "tiny", fetch=tiny_weights, words=lambda: ["query"]
    )


def test_blocks_of_four_bits_become_numbers() -> None:
    weights = WeightFile(tiny_weights())
    content = tiny_weights()
    rows = weights.tensor("l0.q.w", HIDDEN, HIDDEN)
    entry = weights._tensors["l0.q.w"]
    block = content[entry.offset : entry.offset + 18]
    scale = np.frombuffer(block[:2], "<f2")[0]
    first, seventeenth = block[2] & 15, block[2] >> 4
    assert rows[0, 0] == pytest.approx((first - 8) * float(scale))
    assert rows[0, 16] == pytest.approx((seventeenth - 8) * float(scale))


def test_a_file_that_ends_early_or_is_another_is_refused() -> None:
    for content in (tiny_weights()[:200], b"GGUF" + tiny_weights()[4:], b""):
        with pytest.raises(EmbeddingUnavailableError, match="weight file"):
            WeightFile(content)


def test_other_scripts_are_pruned_and_signs_kept() -> None:
    pieces = WeightFile(tiny_weights()).pieces
    keep = choose_pieces(
        pieces, build_tokenizer(pieces, range(len(pieces.texts))), ["query", "koperasi"]
    )
    kept = {pieces.texts[number] for number in keep}
    assert set(PIECES) - kept == {"稣", "query"}  # words come as "▁query"


def test_a_complete_model_is_not_built_again(folder: Path) -> None:
    def never() -> bytes:
        raise AssertionError("fetched again")

    assert ensure_model(folder, fetch=never, words=list) == folder


def test_a_damaged_model_is_built_again(tmp_path: Path) -> None:
    built = ensure_model(tmp_path / "m", fetch=tiny_weights, words=lambda: ["query"])
    sound = model_hash(built)
    (built / "tokenizer.json").write_text("{}")
    assert not is_complete(built)
    assert model_hash(ensure_model(built, fetch=tiny_weights, words=lambda: ["query"])) == sound


def test_the_same_weights_give_the_same_files(folder: Path, tmp_path: Path) -> None:
    assert model_hash(
        ensure_model(tmp_path / "again", fetch=tiny_weights, words=lambda: ["query"])
    ) == model_hash(folder)
    other = ensure_model(
        tmp_path / "other", fetch=lambda: tiny_weights(seed=1), words=lambda: ["query"]
    )
    assert model_hash(other) != model_hash(folder)


def test_weights_with_another_checksum_are_refused() -> None:
    with pytest.raises(EmbeddingUnavailableError, match="SHA-256"):
        verify(b"palsu", "0" * 64, "bobot.bin")


def test_a_text_has_the_same_vector_alone_and_among_others(folder: Path) -> None:
    encoder = load_encoder(folder)
    together = encoder.encode(TEXTS)
    assert np.array_equal(together, np.concatenate([encoder.encode([text]) for text in TEXTS]))
    assert np.allclose(np.linalg.norm(together[:, : encoder.dimension], axis=1), 1, atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_both_engines_agree(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    fast = load_encoder(folder)
    assert isinstance(fast, FastBert)
    slow = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    expected = slow.encode(TEXTS, show_progress_bar=False)
    ours = fast.encode(TEXTS)[:, : fast.dimension]
    assert ((ours * expected).sum(1) > 0.99).all()


def test_vectors_are_computed_once_and_kept_per_model(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.sqlite3"
    first = nlu.Embedding(folder, cache=cache)
    seen: list[tuple[int, int]] = []
    vectors = first.vectors(["a", "b", "a"], lambda done, total: seen.append((done, total)))
    assert np.array_equal(vectors[0], vectors[2])
    again = nlu.Embedding(folder, cache=cache)
    again.__dict__["_encoder"] = None  # any use of the encoder would now fail
    assert np.array_equal(again.vectors(["b", "a"]), vectors[[1, 0]])
    assert seen[-1] == (3, 3)
    other = nlu.Embedding(
        ensure_model(
            tmp_path / "other", fetch=lambda: tiny_weights(seed=1), words=lambda: ["query"]
        ),
        cache=cache,
    )
    assert not np.allclose(other.vectors(["a"]), vectors[:1])


def test_a_model_that_was_not_built_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingUnavailableError, match="embedding_build"):
        nlu.open_embedding("", data_dir=tmp_path)


def test_a_setting_that_names_a_folder_is_used(folder: Path, tmp_path: Path) -> None:
    assert find_model(str(folder)) == folder
    assert nlu.open_embedding(str(folder), data_dir=tmp_path).folder == folder
    with pytest.raises(EmbeddingUnavailableError, match="no folder"):
        find_model(str(tmp_path / "tidak" / "ada"))


def test_a_folder_that_holds_no_model_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(EmbeddingUnavailableError):
        load_encoder(tmp_path)


def test_the_default_folder_depends_on_the_recipe_only(tmp_path: Path) -> None:
    assert default_folder(tmp_path) == default_folder(tmp_path)
    assert default_folder(tmp_path).is_relative_to(tmp_path / "embedding")
