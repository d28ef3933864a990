import pytest

from dialogue import Assets, CaseView
from tests.dialogue.dialogue_kit import Talk, words_of

MEANINGS = {
    "data saya apa aja": "data_saya",
    "hapus data saya": "hapus_data",
    "mau daftar pelatihan": "daftar_pelatihan",
    "cek tiket": "cek_tiket",
    "tiket hk-zzzz-yyyy gimana": "cek_tiket",
    "nomor 081299998888 nipu saya pinjol": "perlindungan/modus_penipuan",
    "kantor di cibinong buka jam berapa": "layanan_kantor/jam_loket",
    "mau komplain": "keluhan",
}


def test_what_is_kept_is_shown(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi Santoso", "batal")
    assert "- Nama: Budi Santoso" in words_of(talk("data saya apa aja"))


def test_erasure_needs_a_yes_and_forgets_the_slots(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi Santoso", "batal")
    assert not talk("hapus data saya").erase_requested
    turn = talk("ya")
    assert turn.erase_requested
    assert turn.slots == {}
    assert turn.events[-1].data["erase"] is True


def test_erasure_can_be_refused(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("hapus data saya")
    assert not talk("ga jadi").erase_requested
    assert not talk("ya").erase_requested


@pytest.mark.parametrize("text", ["nik saya 3201012345678901", "ini npwp 09.254.294.3-407.0001"])
def test_pasted_identifier_is_warned_of(assets: Assets, text: str) -> None:
    assert "jangan mengirim NIK" in words_of(Talk(assets)(text))


def test_phone_number_is_no_identifier_to_warn_of(assets: Assets) -> None:
    assert "jangan mengirim NIK" not in words_of(Talk(assets)("hubungi saya di 0812 3456 7890"))


def test_numbers_and_places_of_others_fill_no_slot(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk.each("nomor 081299998888 nipu saya pinjol", "kantor di Cibinong buka jam berapa")
    assert "no_hp" not in turn.slots
    assert "kecamatan" not in turn.slots


def test_ticket_shows_state_and_place_only(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    ticket = talk("chat dengan cs").case_request.ticket
    words = words_of(talk("cek tiket"))
    assert ticket in words
    assert "ke-1" in words


@pytest.mark.parametrize("state", ["claimed", "returned", "resolved", "expired"])
def test_every_state_of_a_ticket_has_words(assets: Assets, state: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.case = CaseView("HK-AAAA-BBBB", state)
    if state != "claimed":
        assert "HK-AAAA-BBBB" in words_of(talk("cek tiket"))


def test_ticket_of_another_conversation_is_not_told(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("chat dengan cs")
    words = words_of(talk("tiket HK-ZZZZ-YYYY gimana"))
    assert "menunggu" not in words
    assert "percakapan tempat tiket itu dibuat" in words


def test_without_a_ticket_it_says_so(assets: Assets) -> None:
    assert "belum ada tiket" in words_of(Talk(assets, MEANINGS)("cek tiket"))


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("⭐⭐⭐", 3),
        ("bintang 5", 5),
        ("nilai 9", 4),
        ("skor 7 dari 10", 4),
        ("100", 5),
        ("bintang lima", 5),
    ],
)
def test_rating_is_kept_from_one_to_five(assets: Assets, text: str, rating: int) -> None:
    turn = Talk(assets, {text: "penilaian_layanan"})(text)
    assert turn.events[-1].data["rating"] == rating


def test_low_rating_offers_to_take_the_complaint(assets: Assets) -> None:
    talk = Talk(assets, {"bintang 1": "penilaian_layanan"})
    talk("bintang 1")
    assert talk("ya").asks == "nama"


def test_pasted_nik_is_warned_of_and_not_taken_for_that_of_a_koperasi(assets: Assets) -> None:
    said = "nik saya 3201010101010001"
    turn = Talk(assets, {said: "nik_ods/sertifikat_nomor_induk"})(said)
    assert turn.answers == ()
    assert turn.clarify
    assert "jangan mengirim NIK" in words_of(turn)


@pytest.mark.parametrize(
    "text",
    [
        "kode otp saya 482913",
        "pin atm: 123456",
        "482913 itu kode otp",
        "cvv nya 123",
        "password saya: kucing88",
        "kartu debit 4111 1111 1111 1111",
    ],
)
def test_pasted_secret_is_warned_of_with_what_to_do_and_not_repeated(
    assets: Assets, text: str
) -> None:
    turn = Talk(assets)(text)
    words = words_of(turn)
    assert "jangan mengirim OTP" in words
    assert "bank" in words
    assert "iasc.ojk.go.id" in words
    assert not any(secret in words for secret in ("482913", "123456", "kucing88", "4111"))
    assert (turn.clarify, turn.fallback) == (False, False)


@pytest.mark.parametrize(
    "text", ["diminta otp 6 angka", "lupa pin", "minta pin 150rb", "kode kbli 10792", "pin 500.000"]
)
def test_word_of_a_secret_is_none(assets: Assets, text: str) -> None:
    assert "jangan mengirim OTP" not in words_of(Talk(assets)(text))


@pytest.mark.parametrize(
    "text",
    [
        "nik saya 3201990000000001, dapat bantuan umkm ga",
        "dapat bantuan umkm ga nik saya 3201990000000001",
        "ini ktp 3201990000000001 dapat bantuan umkm ga",
        "otp saya 482913. dapat bantuan umkm ga",
    ],
)
def test_question_beside_pasted_data_is_answered_too(assets: Assets, text: str) -> None:
    turn = Talk(assets, {"dapat bantuan umkm ga": "bantuan_program/bpum_blt"})(text)
    assert turn.answers == ("bantuan_program/bpum_blt",)
    assert "jangan mengirim" in words_of(turn)
    assert not turn.clarify
