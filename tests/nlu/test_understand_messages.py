"""Any message gets an Understanding; what it says fits together."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nlu_builders import train_small

import nlu
from foundation.clock import StillClock, parse_moment


@pytest.fixture(scope="module")
def model() -> nlu.TrainedModel:
    return train_small()


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_understanding_never_raises_and_is_coherent(
    plain_model: nlu.TrainedModel, text: str
) -> None:
    understood = plain_model.understand(text)
    confidences = [intent.confidence for intent in understood.ranking]
    assert understood.text == text
    assert understood.intent == understood.ranking[0]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0001
    assert 0 <= understood.out_of_scope <= 1
    assert understood.decision in ("answer", "clarify", "handoff")
    assert understood.model_version == plain_model.version


@pytest.mark.parametrize("text", ["\ud800", "nib \udfff?", "\x00", "a" * 5000, "nib " * 800])
def test_odd_messages_are_understood_as_something(model: nlu.TrainedModel, text: str) -> None:
    assert model.understand(text).text == text


def test_plain_questions_are_recognised(model: nlu.TrainedModel) -> None:
    expected = {
        "gimana cara bikin NIB?": "izin_usaha/cara_buat_nib",
        "alamat kantor dinas di mana": "layanan_kantor/alamat",
        "daftar merek biayanya berapa": "merek/biaya_daftar",
        "mau ngobrol sama petugas aja": "minta_cs",
    }
    assert {text: model.understand(text).intent.name for text in expected} == expected


def test_two_questions_become_two_segments(model: nlu.TrainedModel) -> None:
    text = "cara bikin NIB gimana? terus alamat kantor dinas di mana?"
    names = [part.intent.name for part in model.understand(text).segments]
    assert names == ["izin_usaha/cara_buat_nib", "layanan_kantor/alamat"]


def test_the_same_question_twice_is_one(model: nlu.TrainedModel) -> None:
    text = "cara bikin NIB gimana? bikin NIB caranya gimana ya?"
    assert model.understand(text).segments == ()


def test_one_question_has_no_segments(model: nlu.TrainedModel) -> None:
    assert model.understand("alamat kantor dinas di mana").segments == ()


def test_entities_point_into_the_original_text(model: nlu.TrainedModel) -> None:
    text = "Sy dr CIAWI, hp 0812-3456-7890"
    found = {e.entity: text[e.start : e.end] for e in model.understand(text).entities}
    assert found["kecamatan"] == "CIAWI"
    assert found["no_hp"] == "0812-3456-7890"


def test_days_are_counted_from_the_given_clock(model: nlu.TrainedModel) -> None:
    clock = StillClock(parse_moment(datetime(2026, 12, 31, 9).isoformat()))
    found = model.with_clock(clock).understand("saya datang besok").entities
    assert [e.value for e in found if e.entity == "tanggal"] == ["2027-01-01"]


def test_many_messages_are_the_same_as_one_by_one(model: nlu.TrainedModel) -> None:
    texts = ["alamat kantor", "resep soto", "cara nib"]
    assert model.understand_many(texts) == [model.understand(t) for t in texts]


def test_latency_and_encoder_share_are_measured(model: nlu.TrainedModel) -> None:
    examples = [nlu.Example("alamat kantor dinas di mana", "layanan_kantor/alamat")] * 3
    report = nlu.evaluate(model, examples)
    assert report.accuracy == 1.0
    assert report.latency_ms is not None
    assert report.latency_ms["p50"] > 0
    assert report.encoder_share in (0.0, 1.0)
