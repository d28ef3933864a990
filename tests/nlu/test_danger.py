"""The danger detector: small but real, trained on lines made for these tests."""

import json
from pathlib import Path

import numpy as np
import pytest
from nlu_builders import LEXICON, WordHashEmbedding, small_data, train_small

import nlu
from foundation.errors import ModelDamagedError, TrainingDataError
from nlu.danger.cues import DangerCues
from nlu.danger.detector import Calibration
from nlu.danger.figures import Share, danger_figures
from nlu.danger.logistic import Logistic
from nlu.danger.space import Spellings, count_ngrams
from nlu.danger.texts import DangerText, read_danger_texts
from nlu.danger.training import Judged, choose_thresholds, train_detector
from nlu.lexicon import Lexicon, default_lexicon
from nlu.saved_parts import parts_from_files

VIOLENT = ["saya dipukul {} tadi", "{} bawa golok ke warung", "tolong {} menyerang kios saya"]
FIRE = ["kebakaran di {}", "api sudah sampai {}", "gas meledak di {}"]
PEOPLE = ["suami", "preman", "tetangga", "penagih", "orang mabuk"]
PLACES = ["dapur", "pasar", "gudang", "rumah", "bengkel"]
HARMLESS = ["jual golok hias {}", "asuransi kebakaran {} ada tidak", "harga gas di {} naik"]


def texts(writer: str, part: str = "latih") -> list[DangerText]:
    """Return 45 made messages of one writer."""
    rows = [(frame.format(who), "kekerasan") for frame in VIOLENT for who in PEOPLE]
    rows += [(frame.format(where), "kebakaran_kecelakaan") for frame in FIRE for where in PLACES]
    rows += [(frame.format(where), "aman") for frame in HARMLESS for where in PLACES]
    made = [f"{text} {writer}" for text, _ in rows]
    return [
        DangerText(text, kind, part, writer)  # type: ignore[arg-type]
        for text, (_, kind) in zip(made, rows, strict=True)
    ]


@pytest.fixture(scope="module")
def model() -> nlu.TrainedModel:
    return train_small(danger=[*texts("a"), *texts("b"), *texts("c", "kalibrasi")])


@pytest.mark.parametrize("embedding", [WordHashEmbedding(), None])
def test_danger_of_another_writer_is_recognised(embedding: WordHashEmbedding | None) -> None:
    others = texts("c", "kalibrasi")
    trained = train_small(embedding=embedding, danger=[*texts("a"), *texts("b"), *others])
    found = [(text, trained.sense_danger(text.text)) for text in others if text.dangerous]
    right = [
        text
        for text, estimate in found
        if estimate and estimate.level == "danger" and estimate.kinds[0].name == text.kind
    ]
    assert len(right) >= 0.9 * len(found)
    new = trained.sense_danger("mertua bawa golok ke warung")
    assert new is not None
    assert new.probability > 0.5


def test_ordinary_messages_are_safe(model: nlu.TrainedModel) -> None:
    levels = [found.level for e in small_data().examples if (found := model.sense_danger(e.text))]
    assert len(levels) == len(small_data().examples)
    assert levels.count("danger") <= len(levels) // 50


def test_any_text_is_borne(model: nlu.TrainedModel) -> None:
    for text in ("", " ", "\ud800", "😭" * 50, "a" * 5000):
        found = model.sense_danger(text)
        assert found is not None
        assert 0.0 <= found.probability <= 1.0


def test_model_without_enough_texts_has_no_detector() -> None:
    assert train_small(danger=texts("a")[:10]).sense_danger("tolong") is None


def test_detector_is_saved_with_the_model_and_loaded_the_same(
    model: nlu.TrainedModel, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert {"danger.safetensors", "danger.json", "danger"} <= names
    again = nlu.load_model(tmp_path / "model", embedding=WordHashEmbedding())  # type: ignore[arg-type]
    for text in ("preman bawa golok", "jual golok", "syarat nib apa"):
        assert again.sense_danger(text) == model.sense_danger(text)


def test_same_texts_give_the_same_detector(model: nlu.TrainedModel) -> None:
    again = train_small(danger=[*texts("c", "kalibrasi"), *texts("a"), *texts("b")])
    assert again.version == model.version


def test_damaged_detector_is_refused(model: nlu.TrainedModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    path = tmp_path / "model" / "danger.json"
    path.write_text(path.read_text().replace("kekerasan", "kekerasen"), encoding="utf-8")
    with pytest.raises(ModelDamagedError):
        nlu.load_model(tmp_path / "model", embedding=WordHashEmbedding())  # type: ignore[arg-type]


def test_detector_that_does_not_fit_its_ngrams_is_refused(
    model: nlu.TrainedModel, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    root = tmp_path / "model"
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    files["danger/raw.word.txt"] = b"golok"
    with pytest.raises(ModelDamagedError, match="do not fit"):
        parts_from_files(files)


def test_manifest_tells_what_was_measured(model: nlu.TrainedModel) -> None:
    told = model.manifest["danger"]
    assert told["texts"] == 135
    assert told["held_out"]["recall"]["of"] == 60
    assert told["calibration"]["recall"]["of"] == 30
    assert "ordinary_false_alarms" in told["held_out"]


def test_held_out_judgements_never_saw_their_writer() -> None:
    own = [DangerText(f"zzqx{n} wwvk{n}", "kekerasan", "latih", "b") for n in range(25)]
    trained = train_detector(
        [*texts("a"), *own],
        [e.text for e in small_data().examples],
        lexicon=default_lexicon(),
        vectors=None,
    )
    assert trained is not None
    strange = [one.probability for one in trained.held_out if one.text.startswith("zzqx")]
    assert max(strange) < 0.9


def test_ordinary_texts_are_learnt_from_and_counted_as_ordinary() -> None:
    plain = [DangerText(f"golok {n} laku di {n}", "biasa", "latih", "p") for n in range(30)]
    fresh = DangerText("pesan biasa", "biasa", "kalibrasi", "c")
    trained = train_detector(
        [*texts("a"), *texts("b"), *plain, *texts("c", "kalibrasi"), fresh],
        [e.text for e in small_data().examples],
        lexicon=default_lexicon(),
        vectors=None,
    )
    assert trained is not None
    assert "biasa" not in trained.detector.kinds_
    groups = {one.text: (one.kind, one.group) for one in (*trained.held_out, *trained.calibration)}
    assert groups[plain[0].text] == ("aman", "biasa")
    assert groups[fresh.text] == ("aman", "biasa")


def judged(kind: str, *chances: float, group: str = "c") -> list[Judged]:
    """Return judgements of one kind."""
    return [Judged("x", kind, group, chance, "kekerasan", looked=False) for chance in chances]


def test_thresholds_reach_the_wanted_shares_of_dangerous_messages_alone() -> None:
    chances = [n / 1000 for n in range(1000)]
    rows = judged("kekerasan", *chances)
    chosen = choose_thresholds([*rows, *judged("aman", 0.9, 0.99)])
    assert chosen == choose_thresholds(rows)
    assert sum(chance >= chosen.danger for chance in chances) >= 880
    assert chosen.unsure < chosen.danger


def test_figures_count_recall_and_both_kinds_of_false_alarm() -> None:
    rows = judged("kekerasan", 0.9, 0.5, 0.1) + judged("aman", 0.9, 0.2)
    rows += judged("aman", 0.6, 0.1, 0.1, group="biasa")
    thresholds = choose_thresholds(judged("kekerasan", 0.5, 0.5))
    figures = danger_figures(rows, thresholds)
    assert figures["recall"]["count"] == 2
    assert figures["false_alarms"]["count"] == 1
    assert figures["ordinary_false_alarms"]["count"] == 1


def test_calibration_of_an_older_bundle_reads_the_evidence_that_it_knows() -> None:
    evidence = np.array([[1.0, 2.0, 50.0]], np.float32)
    assert Calibration(0.5, (1.0, -1.0)).apply(evidence)[0] == pytest.approx(0.3775, abs=1e-4)


def test_share_has_the_exact_interval() -> None:
    # Clopper-Pearson 95 %, e.g. R: binom.test(95, 100)
    share = Share(95, 100)
    assert share.low == pytest.approx(0.8872, abs=1e-4)
    assert share.high == pytest.approx(0.9836, abs=1e-4)


def test_cues_are_found_with_their_affixes() -> None:
    cues = DangerCues({("pukul",): "serang", ("gas", "bocor"): "api", ("kunci",): "kurung"})
    assert cues.row(["saya", "dipukulin", "mukulin", "dipukuli"]) == "serang serang serang"
    assert cues.row(["ada", "gas", "bocor"]) == "api"
    assert cues.row(["pintu", "dikunci", "ngunci", "kunci"]) == "kurung kurung kurung"
    assert cues.row(["tanya", "syarat"]) == ""


def test_cue_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for path in LEXICON.glob("*.tsv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = tmp_path / "bahaya.tsv"
    table.write_text(f"{table.read_text(encoding='utf-8')}golok\taman\t\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match="ditulis dua kali"):
        Lexicon.load(tmp_path)


def test_lexicon_of_an_older_bundle_has_no_cues(tmp_path: Path) -> None:
    for path in LEXICON.glob("*.tsv"):
        if path.name != "bahaya.tsv":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert Lexicon.load(tmp_path).danger == {}


def test_counted_rows_are_the_rows_of_single_messages() -> None:
    from nlu.danger.space import DangerSpace

    spelt = [Spellings(default_lexicon()).of(text.text) for text in texts("a")]
    counts = count_ngrams(spelt)
    places = np.arange(len(spelt))
    space = DangerSpace().fit(counts, places)
    rows = space.matrix(counts, places).toarray()
    for place in (0, 17, 44):
        columns, values = space.row(spelt[place])
        single = np.zeros(space.width, np.float32)
        single[columns] = values
        np.testing.assert_allclose(single, rows[place], atol=1e-5)


def test_logistic_separates_what_can_be_separated() -> None:
    rows = np.array([[0.0], [1.0], [2.0], [3.0]], np.float32)
    flags = np.array([False, False, True, True])
    odds = Logistic(cost=100.0).fit(rows, [flags]).log_odds(rows)[:, 0]
    assert ((odds > 0) == flags).all()


@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("latih.jsonl", '{"text": "a", "kind": "aman"}', "nama berkas"),
        ("uji_a.jsonl", '{"text": "a", "kind": "aman"}', "nama berkas"),
        ("latih_a.jsonl", "{", "bukan JSON"),
        ("latih_a.jsonl", '{"text": " ", "kind": "aman"}', "tidak kosong"),
        ("latih_a.jsonl", '{"text": "a"}', "tidak kosong"),
    ],
)
def test_broken_texts_are_refused_with_their_line(
    tmp_path: Path, name: str, line: str, complaint: str
) -> None:
    folder = tmp_path / "teks"
    folder.mkdir()
    (folder / name).write_text(line, encoding="utf-8")
    with pytest.raises(TrainingDataError, match=rf"{name}:1: .*{complaint}"):
        read_danger_texts(folder)


def test_text_that_stands_twice_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "teks"
    folder.mkdir()
    row = json.dumps({"text": "Tolong  pak", "kind": "kekerasan"})
    (folder / "latih_a.jsonl").write_text(row, encoding="utf-8")
    (folder / "kalibrasi_b.jsonl").write_text(row.lower(), encoding="utf-8")
    with pytest.raises(TrainingDataError, match="sudah ada di"):
        read_danger_texts(folder)


def test_folder_that_is_missing_has_no_texts(tmp_path: Path) -> None:
    assert read_danger_texts(tmp_path / "teks") == ()
