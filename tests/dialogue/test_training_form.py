import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import AFTER_HOURS, Talk, titles_of, words_of

MEANINGS = {
    "mau daftar pelatihan": "daftar_pelatihan",
    "syarat nib apa ya?": "izin_usaha/cara_buat_nib",
    "saya siti, nama saya siti aminah dari ciomas, mau daftar pelatihan": "daftar_pelatihan",
    "makasih ya": "terima_kasih",
    "kamu bot ya": "bot_atau_manusia",
}
FILLED = ("mau daftar pelatihan", "Budi Santoso", "keripik singkong", "Ciomas", "081234567890")


def test_slots_are_asked_in_order_then_confirmed_then_sent(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    asked = [talk(text).asks for text in FILLED]
    assert asked == ["nama", "jenis_usaha", "kecamatan", "no_hp", None]
    confirmed = talk("sudah benar")
    assert confirmed.case_request.reason == "formulir"
    assert confirmed.case_request.ticket in words_of(confirmed)
    assert confirmed.case_request.card["form"] == "daftar_pelatihan"
    assert confirmed.slots == {
        "nama": "Budi Santoso",
        "jenis_usaha": "keripik singkong",
        "kecamatan": "Ciomas",
        "no_hp": "+6281234567890",
    }


def test_confirmation_shows_all_values(assets: Assets) -> None:
    words = words_of(Talk(assets, MEANINGS).each(*FILLED))
    for value in ("Budi Santoso", "keripik singkong", "Ciomas", "+6281234567890"):
        assert value in words


def test_values_given_early_are_not_asked_again(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("Saya Siti, nama saya Siti Aminah dari Ciomas, mau daftar pelatihan")
    assert turn.asks == "jenis_usaha"
    assert talk("warung kopi").asks == "no_hp"


def test_second_form_does_not_ask_for_what_the_first_got(assets: Assets) -> None:
    talk = Talk(assets, {**MEANINGS, "mau komplain": "keluhan"})
    talk.each(*FILLED, "ya")
    assert talk("mau komplain").asks == "uraian"


def test_digression_is_answered_and_the_form_resumed(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi Santoso")
    turn = talk("syarat nib apa ya?")
    assert turn.answers == ("izin_usaha/cara_buat_nib",)
    assert turn.asks == "jenis_usaha"
    assert talk("keripik").asks == "kecamatan"


@pytest.mark.parametrize("text", ["makasih ya", "kamu bot ya"])
def test_act_within_the_form_is_no_name(assets: Assets, text: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk("mau daftar pelatihan")
    turn = talk(text)
    assert turn.asks == "nama"
    assert "nama" not in turn.slots


@pytest.mark.parametrize("text", ["gak usah deh", "males ah", "enggak jadi, kak", "lain kali aja"])
def test_unwillingness_ends_the_form_and_fills_nothing(assets: Assets, text: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi Santoso")
    turn = talk(text)
    assert turn.asks is None
    assert turn.slots == {"nama": "Budi Santoso"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ngapain minta jenis usaha segala", "hapus data saya"),
        ("emang harus isi data", "hapus data saya"),
        ("gak mau ngasih", "hapus data saya"),
        ("bentar ya kak", "Saya tunggu"),
    ],
)
def test_aside_about_the_form_is_no_value(assets: Assets, text: str, said: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi Santoso")
    turn = talk(text)
    assert turn.asks == "jenis_usaha"
    assert "jenis_usaha" not in turn.slots
    assert said in words_of(turn)


@pytest.mark.parametrize("place", range(1, 6))
@pytest.mark.parametrize("text", ["batal", "ga jadi deh", "cancel aja kak", "batalkeun wae"])
def test_form_can_be_cancelled_at_any_point(assets: Assets, place: int, text: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:place])
    turn = talk(text)
    assert (turn.asks, turn.case_request) == (None, None)
    assert talk("ya").case_request is None


def test_typo_in_the_district_is_repaired_or_confirmed(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:3])
    turn = talk("ciomass")
    if turn.asks == "kecamatan":
        turn = talk("ya benar")
    assert turn.slots["kecamatan"] == "Ciomas"
    assert turn.asks == "no_hp"


def test_district_of_kota_bogor_is_explained_and_refused(assets: Assets) -> None:
    talk = Talk(assets, {**MEANINGS, "tanah sareal": "layanan_kantor/warga_kota_bogor"})
    talk.each(*FILLED[:3])
    turn = talk("Tanah Sareal")
    assert turn.asks == "kecamatan"
    assert "kecamatan" not in turn.slots
    assert "Kota Bogor" in words_of(turn)
    assert talk("Ciomas").asks == "no_hp"


def test_three_bad_values_offer_an_officer(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:4])
    assert "Chat dengan CS" not in titles_of(talk.each("nanti saya ingat dulu", "0812"))
    offered = talk("zzz zzz")
    assert "Chat dengan CS" in titles_of(offered)
    assert talk("ya").case_request.reason == "diminta"


def test_messages_that_give_nothing_count_as_bad_values(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:4])
    turn = talk.each("???", "😀", "apa maksudnya gitu?")
    assert "Chat dengan CS" in titles_of(turn)
    assert talk("ya").case_request.reason == "diminta"


def test_offer_refused_lets_try_again(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:4], "zzz", "0812", "zzz zzz")
    assert talk("tidak").asks == "no_hp"
    assert talk("0812 3456 7890").asks is None


def test_good_value_is_taken_even_while_an_officer_is_offered(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:4], "zzz", "0812", "zzz zzz")
    assert talk("0812 3456 7890").slots["no_hp"] == "+6281234567890"


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("namanya salah, harusnya Budi Santosa", "nama", "Budi Santosa"),
        ("nomornya 0813-1111-2222", "no_hp", "+6281311112222"),
        ("kecamatannya Ciawi bukan Ciomas", "kecamatan", "Ciawi"),
        ("bukan Budi Santoso tapi Budi Susanto", "nama", "Budi Susanto"),
        ("bukan keripik singkong, harusnya kerupuk ikan", "jenis_usaha", "kerupuk ikan"),
        ("jenis usahanya salah, harusnya kue basah", "jenis_usaha", "kue basah"),
    ],
)
def test_correction_before_sending(assets: Assets, said: str, slot: str, value: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED)
    turn = talk(said)
    assert turn.slots[slot] == value
    assert value in words_of(turn)
    assert talk("ya").case_request is not None


def test_naming_the_wrong_part_asks_for_it_again(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED)
    assert talk("ada yang salah").asks is None
    assert talk("nomornya").asks == "no_hp"
    assert talk("0813 1111 2222").asks is None


def test_finished_form_joins_a_case_that_waits_already(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    ticket = talk("chat dengan cs").case_request.ticket
    turn = talk.each(*FILLED, "ya")
    assert turn.case_request is None
    assert turn.attention
    assert ticket in words_of(turn)


def test_form_survives_a_restart_in_the_middle(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:3])
    state = talk.conversation.tracker.to_state()
    later = Talk(assets, MEANINGS, at=AFTER_HOURS)
    later.conversation.tracker = type(talk.conversation.tracker).from_state(state)
    assert later("Ciomas").asks == "no_hp"
    assert later("081234567890").asks is None


@pytest.mark.parametrize(
    ("said", "trade"),
    [
        ("usaha saya katering rumahan", "katering rumahan"),
        ("saya jualan seblak di Cileungsi", "seblak"),
        ("jenis usahanya bengkel motor aja pak", "bengkel motor"),
        ("belum punya", "belum punya"),
        ("catering & kue kering", "catering & kue kering"),
    ],
)
def test_trade_is_kept_without_what_surrounds_it(assets: Assets, said: str, trade: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("mau daftar pelatihan", "Budi")
    assert talk(said).slots["jenis_usaha"] == trade


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("nama saya Neneng Kurniasih", "Neneng Kurniasih"),
        ("SITI AMINAH", "Siti Aminah"),
        ("budi santoso", "Budi Santoso"),
        ("Hj. Siti Nurhasanah", "Hj. Siti Nurhasanah"),
        ("Nur'aini binti Ahmad", "Nur'aini binti Ahmad"),
        ("saya Dadang", "Dadang"),
    ],
)
def test_name_is_kept_as_people_write_names(assets: Assets, said: str, name: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk("mau daftar pelatihan")
    assert talk(said).slots["nama"] == name


@pytest.mark.parametrize(
    "text", ["ga mau ah", "buat apa nama saya", "kenapa harus isi nama?", "goblok", "081234567890"]
)
def test_what_is_no_name_is_not_taken_for_one(assets: Assets, text: str) -> None:
    talk = Talk(assets, MEANINGS)
    talk("mau daftar pelatihan")
    turn = talk(text)
    assert turn.asks == "nama"
    assert "nama" not in turn.slots


def test_reason_for_asking_is_given(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("mau daftar pelatihan")
    assert "hanya dipakai petugas" in words_of(talk("kenapa harus isi nama?"))


def test_bogor_alone_is_no_district(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each(*FILLED[:3])
    turn = talk("kab bogor")
    assert turn.asks == "kecamatan"
    assert "Kecamatannya yang mana" in words_of(turn)


def test_resident_who_only_introduces_themselves_is_welcomed(assets: Assets) -> None:
    talk = Talk(assets, {"nama saya siti aminah dari ciomas": "di_luar_topik", **MEANINGS})
    turn = talk("nama saya Siti Aminah dari Ciomas")
    assert "memperkenalkan diri" in words_of(turn)
    assert talk("mau daftar pelatihan").asks == "jenis_usaha"


@pytest.mark.parametrize("text", ["oke daftar dong", "mau ikut", "daftarin saya ya"])
def test_who_joins_after_asking_for_trainings_comes_to_the_form(assets: Assets, text: str) -> None:
    talk = Talk(assets, {"ada pelatihan apa": "bantuan_program/jadwal_pelatihan"})
    assert "Daftar pelatihan" in titles_of(talk("ada pelatihan apa"))
    assert talk(text).asks == "nama"
