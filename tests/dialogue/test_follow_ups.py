import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import Talk, titles_of

MEANINGS = {
    "cara mendirikan koperasi": "pendirian_koperasi/langkah",
    "cara bikin nib": "izin_usaha/cara_buat_nib",
    "syarat kur apa": "pembiayaan/syarat_kur",
    "biaya daftar merek": "merek/biaya_daftar",
    "biaya pirt berapa": "pangan/cara_urus_pirt",
    "kapan rat": "rapat_anggota/batas_waktu_rat",
    "alamat kantor dimana": "layanan_kantor/alamat",
    "lelet amat": "keluhan",
    "syarat kur": "pembiayaan/syarat_kur",
}


@pytest.mark.parametrize(
    ("question", "follow_up", "label"),
    [
        ("cara mendirikan koperasi", "kalo biayanya?", "pendirian_koperasi/biaya"),
        ("cara mendirikan koperasi", "berapa lama?", "pendirian_koperasi/lama_pengesahan"),
        ("cara mendirikan koperasi", "berapa orang?", "pendirian_koperasi/jumlah_pendiri"),
        ("cara mendirikan koperasi", "harus ke notaris ga?", "pendirian_koperasi/akta_notaris"),
        (
            "cara mendirikan koperasi",
            "kalau ditolak gimana?",
            "pendirian_koperasi/pengesahan_ditolak",
        ),
        ("cara bikin nib", "itu gratis?", "izin_usaha/biaya_nib"),
        ("cara bikin nib", "terus syaratnya?", "izin_usaha/cara_buat_nib"),
        ("syarat kur apa", "bunganya berapa", "pembiayaan/bunga_kur"),
        ("syarat kur apa", "jaminannya?", "pembiayaan/jaminan_kur"),
        ("syarat kur apa", "daftarnya kemana pak", "pembiayaan/tempat_ajukan_kur"),
        ("biaya daftar merek", "berlaku berapa tahun?", "merek/masa_berlaku"),
        ("kapan rat", "kalau telat apa sanksinya", "rapat_anggota/sanksi_tidak_rat"),
        ("kapan rat", "boleh online?", "rapat_anggota/secara_daring"),
    ],
)
def test_left_out_subject_is_that_of_the_last_answer(
    assets: Assets, question: str, follow_up: str, label: str
) -> None:
    talk = Talk(assets, MEANINGS)
    talk(question)
    turn = talk(follow_up)
    assert turn.answers == (label,)
    assert turn.intent == label


def test_after_a_change_of_topic_the_new_topic_counts(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("cara mendirikan koperasi", "kalo biayanya?", "cara bikin nib")
    assert talk("kalo biayanya?").answers == ("izin_usaha/biaya_nib",)


@pytest.mark.parametrize(
    ("question", "follow_up", "label"),
    [
        ("biaya daftar merek", "kalau NIB?", "izin_usaha/biaya_nib"),
        ("biaya daftar merek", "bukan merek, maksudnya halal", "halal/biaya_reguler"),
        ("biaya pirt berapa", "bukan PIRT, maksudnya halal", "halal/biaya_reguler"),
        ("biaya pirt berapa", "eh salah, maksud saya merek", "merek/biaya_daftar"),
    ],
)
def test_new_subject_is_asked_the_same(
    assets: Assets, question: str, follow_up: str, label: str
) -> None:
    talk = Talk(assets, MEANINGS)
    talk(question)
    assert talk(follow_up).answers == (label,)


def test_pointing_back_brings_the_earlier_answer(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("biaya daftar merek", "cara bikin nib")
    assert talk("yang tadi soal merek gimana").answers == ("merek/biaya_daftar",)


def test_follow_up_without_anything_before_is_not_guessed(assets: Assets) -> None:
    turn = Talk(assets, MEANINGS)("kalo biayanya?")
    assert turn.answers == ()
    assert turn.clarify


def test_act_is_not_read_as_a_follow_up(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("cara mendirikan koperasi")
    assert talk("lelet amat").intent == "keluhan"


def test_greeting_before_a_question_does_not_hide_it(assets: Assets) -> None:
    meanings = {**MEANINGS, "assalamualaikum, mau tanya syarat kur": "sapa"}
    turn = Talk(assets, meanings)("Assalamualaikum, mau tanya syarat kur")
    assert turn.answers == ("pembiayaan/syarat_kur",)
    assert turn.replies[0].text == "Waalaikumsalam."


def test_two_questions_get_two_answers(assets: Assets) -> None:
    meanings = {**MEANINGS, "syarat kur apa dan kapan rat": ["syarat kur apa", "kapan rat"]}
    turn = Talk(assets, meanings)("syarat kur apa dan kapan rat")
    assert turn.answers == ("pembiayaan/syarat_kur", "rapat_anggota/batas_waktu_rat")
    assert len(turn.replies) == 2


def test_second_of_two_questions_may_lean_on_the_first(assets: Assets) -> None:
    meanings = {**MEANINGS, "syarat kur apa, bunganya?": ["syarat kur apa", "bunganya?"]}
    turn = Talk(assets, meanings)("syarat kur apa, bunganya?")
    assert turn.answers == ("pembiayaan/syarat_kur", "pembiayaan/bunga_kur")


def test_word_with_two_meanings_is_asked_back(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    turn = talk("cara bikin NIK gimana")
    assert turn.clarify
    assert titles_of(turn)[:2] == ["NIK koperasi", "Urus KTP dan KK"]
    assert talk("yang koperasi").answers == ("nik_ods/sertifikat_nomor_induk",)


def test_word_with_two_meanings_is_clear_within_its_topic(assets: Assets) -> None:
    meanings = {**MEANINGS, "cara bikin nik gimana": "nik_ods/sertifikat_nomor_induk"}
    talk = Talk(assets, meanings)
    talk("cara mendirikan koperasi")
    assert talk("cara bikin NIK gimana").answers == ("nik_ods/sertifikat_nomor_induk",)


def test_unsure_message_without_subject_leans_to_the_topic(assets: Assets) -> None:
    meanings = {
        **MEANINGS,
        "kalau mau dobel angsuran gimana ya pak": ("shu/dana_cadangan", "clarify"),
    }
    likely = ("shu/dana_cadangan", "pembiayaan/bunga_kur")
    talk = Talk(assets, meanings, likely=likely)
    talk("syarat kur apa")
    assert talk("kalau mau dobel angsuran gimana ya pak").answers == ("pembiayaan/bunga_kur",)


def test_subject_that_was_only_asked_back_is_remembered(assets: Assets) -> None:
    meanings = {**MEANINGS, "soal merek dagang": ("merek/masa_berlaku", "clarify")}
    talk = Talk(assets, meanings, likely=("merek/biaya_daftar",))
    assert talk("soal merek dagang").clarify
    assert talk("bayar berapa").answers == ("merek/biaya_daftar",)


def test_subject_within_a_subject_is_its_own(assets: Assets) -> None:
    meanings = {"apa itu kopdes": "kopdes_merah_putih/pengertian"}
    talk = Talk(assets, meanings)
    talk("apa itu kopdes")
    assert talk("cara jadi anggotanya?").answers == ("kopdes_merah_putih/cara_jadi_anggota",)


def test_answer_from_another_world_is_doubted(assets: Assets) -> None:
    meanings = {"pirt saya ditolak": "pendirian_koperasi/pengesahan_ditolak"}
    turn = Talk(assets, meanings, likely=("pangan/cara_urus_pirt",))("pirt saya ditolak")
    assert turn.answers == ()
    assert turn.clarify


def test_unsure_question_is_answered_by_the_table_when_the_nlu_thought_of_it_too(
    assets: Assets,
) -> None:
    meanings = {
        "mau bikin koperasi di desa, syaratnya?": ("koperasi_khusus/sekolah_siswa", "clarify")
    }
    likely = ("koperasi_khusus/sekolah_siswa", "pendirian_koperasi/langkah")
    turn = Talk(assets, meanings, likely=likely)("mau bikin koperasi di desa, syaratnya?")
    assert turn.answers == ("pendirian_koperasi/langkah",)


def test_two_questions_that_the_nlu_left_together_are_parted(assets: Assets) -> None:
    meanings = {
        "syarat kur apa? sama kapan rat?": "pembiayaan/syarat_kur",
        "syarat kur apa": "pembiayaan/syarat_kur",
        "kapan rat?": "rapat_anggota/batas_waktu_rat",
    }
    turn = Talk(assets, meanings)("syarat kur apa? sama kapan RAT?")
    assert turn.answers == ("pembiayaan/syarat_kur", "rapat_anggota/batas_waktu_rat")


def test_sure_answer_within_the_topic_is_left_alone(assets: Assets) -> None:
    meanings = {
        "apa itu kopdes": "kopdes_merah_putih/pengertian",
        "pengurusnya digaji brp": "kopdes_merah_putih/gaji_pengurus",
    }
    talk = Talk(assets, meanings)
    talk("apa itu kopdes")
    assert talk("pengurusnya digaji brp").answers == ("kopdes_merah_putih/gaji_pengurus",)


def test_choices_are_offered_once_each(assets: Assets) -> None:
    talk = Talk(assets, {**MEANINGS, "terus pirt gagal": "pendirian_koperasi/pengesahan_ditolak"})
    talk("syarat kur apa")
    titles = titles_of(talk("terus pirt gagal"))
    assert len(titles) == len(set(titles))


def test_word_with_two_meanings_is_taken_in_the_one_that_the_message_tells(
    assets: Assets,
) -> None:
    meanings = {"nik di ktp saya salah": "nik_ods/sertifikat_nomor_induk"}
    turn = Talk(assets, meanings)("NIK di KTP saya salah")
    assert turn.answers == ("kewenangan/ktp_kk_akta_lahir",)


def test_full_answer_of_what_was_pointed_at(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk.each("biaya daftar merek", "syarat kur")
    assert talk("yang merek tadi selengkapnya dong").answers == ("merek/biaya_daftar",)


def test_comparison_is_one_question(assets: Assets) -> None:
    whole = "apa bedanya koperasi sama pt"
    meanings = {
        whole: "pendirian_koperasi/dibanding_pt_cv",
        "apa bedanya koperasi": "jenis_koperasi/macam_dan_beda",
        "pt": "badan_usaha/pt_perorangan",
    }
    assert Talk(assets, meanings)(whole).answers == ("pendirian_koperasi/dibanding_pt_cv",)


def test_follow_up_about_what_the_sources_do_not_tell_is_answered_so(assets: Assets) -> None:
    talk = Talk(assets, MEANINGS)
    talk("biaya pirt berapa")
    turn = talk("lamanya?")
    assert turn.answers == ("pangan/cara_urus_pirt",)
    assert turn.replies[0].text.startswith("Sumber kami tidak menyebut lama pengurusannya")


def test_short_message_with_a_pointing_suffix_stays_on_the_topic(assets: Assets) -> None:
    meanings = {
        "pajak umkm": "pajak/pph_final_umkm",
        "lapornya kemana": "pengaduan/lapor_koperasi_macet",
    }
    talk = Talk(assets, meanings)
    talk("pajak umkm")
    assert talk("lapornya kemana").answers == ("pajak/konsultasi_npwp_spt",)
