"""What residents write becomes the project's one spelling; what is ambiguous stays."""

from __future__ import annotations

import pytest

from nlu.lexicon import default_lexicon
from nlu.normalize import Normalizer

PLAIN = Normalizer(default_lexicon())
VOCABULARY = frozenset(
    [
        "koperasi",
        "sertifikat",
        "pendirian",
        "notaris",
        "karyawan",
        "pelatihan",
        "merek",
        "dagang",
        "simpanan",
        "anggota",
        "online",
        "daftar",
        "kerja",
        "warung",
        "pinjaman",
        "jam",
    ]
)
SPELLING = Normalizer(default_lexicon(), VOCABULARY)


def normal(text: str) -> str:
    return PLAIN.normalize(text).text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mw bkin nib biar bs jualan resmi gmn crny y",
         "mau membuat nib biar bisa jualan resmi bagaimana caranya ya"),
        ("brp org sih klo mau bikin koprasi", "berapa orang sih kalau mau membuat koperasi"),
        ("mksh bgt min", "terima kasih sekali min"),
        ("gk ada yg jwb, lgsg aja", "tidak ada yang jawab langsung saja"),
        ("BAGAIMANA CARANYA", "bagaimana caranya"),
        ("dimana kantornya? kemana sy hrs dtg", "di mana kantornya ? ke mana saya harus datang"),
        ("wajib g min, bisa g", "wajib tidak min bisa tidak"),
    ],
)  # fmt: skip
def test_chat_abbreviations_are_written_out(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("punten, syaratna naon wae nya?", "permisi syaratnya apa saja ya ?"),
        ("sabaraha biayana, pa", "berapa biayanya pa"),
        ("abdi ti Ciawi hoyong daftar merek, kumaha carana",
         "saya dari ciawi ingin daftar merek bagaimana caranya"),
        ("urang can boga NIB", "saya belum punya nib"),
        ("ka kantor dinas iraha bukana", "ke kantor dinas kapan bukanya"),
        ("hapuskeun chat abdi nu tadi", "hapus chat saya yang tadi"),
        ("ieu mah gratis?", "ini gratis ?"),
    ],
)  # fmt: skip
def test_sundanese_words_get_their_indonesian_equivalents(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("banyaaak bangeeet", "banyak sekali"),
        ("makasihhh yaaa", "terima kasih ya"),
        ("maaaf", "maaf"),
        ("tanya2 syarat2ny ibu2", "tanya-tanya syarat-syaratnya ibu-ibu"),
        ("org-org", "orang-orang"),
        ("ibu² itu", "ibu-ibu itu"),
        ("di bikin, di tolak, di mana", "dibuat ditolak di mana"),
        ("dikantor kekantor didesa", "di kantor ke kantor di desa"),
        ("syarat nya biaya ny", "syaratnya biayanya"),
        ("daftarin bayarin ajukn", "daftarkan membayarkan ajukan"),
        ("ＮＩＢ 𝗯𝗮𝗿𝘂", "nib baru"),
    ],
)
def test_spoken_spelling_is_undone(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("50 jt", "50 juta"),
        ("1,8jt", "1,8 juta"),
        ("Rp1.800.000", "1,8 juta"),
        ("rp 500", "500 rupiah"),
        ("500 ribu rupiah", "500 ribu"),
        ("2M", "2 miliar"),
        ("setengah M", "500 juta"),
        ("1 juta 500 ribu", "1,5 juta"),
        ("1.500 juta", "1,5 miliar"),
        ("dua ratus lima puluh ribu", "250 ribu"),
        ("satu setengah juta", "1,5 juta"),
        ("dua juta setengah", "2,5 juta"),
        ("sejuta dua ratus ribu", "1,2 juta"),
        ("10k", "10 ribu"),
        ("bantuan 2,4 masih ada", "bantuan 2,4 juta masih ada"),
    ],
)
def test_money_has_one_form(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize(
    "kept",
    [
        "nik",  # number of a cooperative or of a person
        "kop surat",
        "kop",
        "teh",
        "pa",
        "ka asep",
        "sku",
        "shu",
        "rat",
        "suhu",
        "rata",
        "nip",
        "2 m x 3 m",
        "sapa umkm",
        "jasa boga",
        "koperasi nu",
        "siswa smp negeri",
        "merah putih",
        "can",
        "pp 28 tahun 2025",
        "min 9 orang",
    ],
)
def test_ambiguous_words_are_left_alone(kept: str) -> None:
    assert normal(kept) == kept


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("anggota kop", "anggota koperasi"),
        ("pembagian suhu", "pembagian shu"),
        ("bikin nin", "membuat nib"),
        ("ka dinas", "ke dinas"),
        ("pinjam 2m", "pinjam 2 miliar"),
        ("urang bogor", "orang bogor"),
    ],
)
def test_context_makes_an_ambiguous_word_certain(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("koperaei", "koperasi"),  # the key beside
        ("sertifiakt", "sertifikat"),  # swapped
        ("notarris", "notaris"),  # struck twice
        ("karywan", "karyawan"),  # a vowel forgotten
        ("pelatiham onlinejam", "pelatihan online jam"),
        ("krja", "kerja"),
    ],
)
def test_misspelt_project_words_are_repaired(written: str, expected: str) -> None:
    assert SPELLING.normalize(written).text == expected


@pytest.mark.parametrize("word", ["kerajinan", "menalangi", "kuitansi", "xyzzy", "zoom", "kerdil"])
def test_other_words_are_not_bent_to_the_vocabulary(word: str) -> None:
    assert SPELLING.normalize(word).text == word


def test_without_vocabulary_nothing_is_respelled() -> None:
    assert normal("krywwan sertifiaakt") == "krywwan sertifiaakt"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("👍🏽", "oke"),
        ("🙏🙏🙏", "terima kasih"),
        ("⭐⭐⭐⭐", "4 bintang"),
        ("halo 😭 min", "halo min"),
        ("🦄", ""),
    ],
)
def test_emoji_are_mapped_or_dropped(written: str, expected: str) -> None:
    assert normal(written) == expected


def test_a_message_of_particles_alone_is_not_emptied() -> None:
    assert normal("euy") == "euy"


@pytest.mark.parametrize(
    "written", ["0812-3456-7890", "+62 812 3456 7890", "3201012304950001", "01.234.567.8-901.000"]
)
def test_identifiers_become_one_word(written: str) -> None:
    assert normal(f"ini {written}") == "ini nomor"


def test_links_and_addresses_become_one_word() -> None:
    assert normal("lihat https://oss.go.id/a?b=1 atau a.b@c.co.id") == "lihat tautan atau email"


def test_spans_point_at_the_original_pieces() -> None:
    text = "Brp biaya nya, 1,8jt?"
    found = PLAIN.normalize(text)
    pieces = [text[start:end] for start, end in found.spans]
    assert list(zip(found.text.split(), pieces, strict=True)) == [
        ("berapa", "Brp"),
        ("biayanya", "biaya nya"),
        ("1,8", "1,8jt"),
        ("juta", "1,8jt"),
        ("?", "?"),
    ]
