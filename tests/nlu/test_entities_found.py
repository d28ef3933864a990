"""Which pieces of a message are entities, and which lookalikes are not."""

from __future__ import annotations

from datetime import date

import pytest

from nlu.entities import extract_entities

TODAY = date(2026, 11, 24)  # a Tuesday


def found(text: str) -> list[tuple[str, str, str]]:
    return [(e.entity, e.value, text[e.start : e.end]) for e in extract_entities(text, today=TODAY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saya di Ciawi", [("kecamatan", "Ciawi", "Ciawi")]),
        ("sy org bojong gede", [("kecamatan", "Bojonggede", "bojong gede")]),
        ("warung di gn. putri", [("jenis_usaha", "warung", "warung"),
                                 ("kecamatan", "Gunung Putri", "gn. putri")]),
        ("rumah di leuwilian", [("kecamatan", "Leuwiliang", "leuwilian")]),
        ("warga Cibinog", [("kecamatan", "Cibinong", "Cibinog")]),
        ("parung panjang", [("kecamatan", "Parung Panjang", "parung panjang")]),
        ("dari Nanggung", [("kecamatan", "Nanggung", "Nanggung")]),
        ("warga bogor utara", [("kecamatan_kota", "Bogor Utara", "bogor utara")]),
        ("tanah sereal", [("kecamatan_kota", "Tanah Sareal", "tanah sereal")]),
        ("saya nanggung rugi", []),
        ("Nanggung kecamatannya pak", [("kecamatan", "Nanggung", "Nanggung")]),
        ("kemang min", [("kecamatan", "Kemang", "kemang")]),
        ("harus lapor kemanag", []),
        ("ke kemanag ya", []),
        ("kab bogor brpa koperasinya, bogor thn 2025", []),
    ],
)  # fmt: skip
def test_kecamatan(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hp 0812-0000-0001", [("no_hp", "+6281200000001", "0812-0000-0001")]),
        ("+62 857 0000 0002", [("no_hp", "+6285700000002", "+62 857 0000 0002")]),
        ("wa 81200000003", [("no_hp", "+6281200000003", "81200000003")]),
        ("telepon kantor (021) 87929919", []),
        ("nik 3201012304000001", [("nik", "3201012304000001", "3201012304000001")]),
        ("3201 0163 0400 0001", [("nik", "3201016304000001", "3201 0163 0400 0001")]),
        ("nib saya 0220000000001", [("nib", "0220000000001", "0220000000001")]),
        ("nib 0812000000001", [("nib", "0812000000001", "0812000000001")]),
        ("nik koperasi 3201010000001", []),
        ("npwp 01.000.000.0-000.001",
         [("npwp", "010000000000001", "01.000.000.0-000.001")]),
        ("npwp 3201012304000001", [("npwp", "3201012304000001", "3201012304000001")]),
        ("resi 9999999999999999", []),
    ],
)  # fmt: skip
def test_numbers_of_persons_and_businesses(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("omzet 2M setahun", "2000000000"),
        ("Rp1.500.000", "1500000"),
        ("1,8jt", "1800000"),
        ("500rb", "500000"),
        ("setengah M", "500000000"),
        ("satu juta dua ratus ribu rupiah", "1200000"),
        ("bayar 50000", "50000"),
        ("harga 15.000", "15000"),
        ("bantuan 2,4 masih ada", "2400000"),
        ("modal 2.400.000.000.000", "2400000000000"),
    ],
)
def test_money_in_whole_rupiah(text: str, value: str) -> None:
    assert [(kind, amount) for kind, amount, _ in found(text)] == [("uang", value)]


@pytest.mark.parametrize(
    "text",
    ["5 ribu anggota", "2 juta orang", "luas 2m x 3m", "pasal 1.500", "jam 08.00", "9 orang",
     "bunga 0,5 persen", "tahun 2025"],
)  # fmt: skip
def test_counts_and_measures_are_not_money(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "day", "piece"),
    [
        ("12 Desember 2026", "2026-12-12", "12 Desember 2026"),
        ("rapat 12/05/2027 pagi", "2027-05-12", "12/05/2027"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("3 maret", "2027-03-03", "3 maret"),
        ("3 oktober", "2026-10-03", "3 oktober"),
        ("tgl 5", "2026-12-05", "5"),
        ("tanggal 30 bulan lalu", "2026-10-30", "30 bulan lalu"),
        ("tanggal 5 bulan depan", "2026-12-05", "5 bulan depan"),
        ("besok", "2026-11-25", "besok"),
        ("lusa", "2026-11-26", "lusa"),
        ("kmrn", "2026-11-23", "kmrn"),
        ("senin depan", "2026-11-30", "senin depan"),
        ("jumat kemarin", "2026-11-20", "jumat kemarin"),
    ],
)
def test_days(text: str, day: str, piece: str) -> None:
    assert found(text) == [("tanggal", day, piece)]


@pytest.mark.parametrize(
    "text",
    ["hari senin buka?", "minggu depan", "32/01/2026", "31 februari 2026", "wilujeng enjing",
     "tanggal 31 bulan lalu lalu", "pasal 5 ayat 2"],
)  # fmt: skip
def test_habits_weeks_and_impossible_days_are_no_days(text: str) -> None:
    assert [kind for kind, day, _ in found(text) if day != "2026-10-31"] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nama saya Contoh Sentosa, dari sini", "Contoh Sentosa"),
        ("Nama: CONTOH SENTOSA\nusaha kecil", "Contoh Sentosa"),
        ("nama: qwerta", "Qwerta"),
        ("nama saya siti dari sini", "Siti"),
        ("nami abdi asep", "Asep"),
        ("saya Siti, mau tanya", "Siti"),
        ("selamat pagi pak, saya Siti Contoh ingin bertanya", "Siti Contoh"),
        ("nama saya m. yusuf", "M. Yusuf"),
    ],
)
def test_names_after_an_introduction(text: str, name: str) -> None:
    assert [(kind, value) for kind, value, _ in found(text) if kind == "nama"] == [("nama", name)]


@pytest.mark.parametrize(
    "text",
    ["saya mau nanya", "nama saya belum terdaftar", "nama usaha saya Berkah Jaya",
     "atas nama koperasi Maju Bersama", "nama koperasi harus berapa kata",
     "nama merek saya dijiplak",
     "aturan nama KDMP", "saya punya usaha", "siapa nama kepala dinas", "nama saya kecoret"],
)  # fmt: skip
def test_other_uses_of_the_word_are_no_names(text: str) -> None:
    assert [value for kind, value, _ in found(text) if kind == "nama"] == []


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("usaha saya bikin kerupuk jengkol", ["kerupuk jengkol"]),
        ("istri buka salon kecil", ["salon"]),
        ("jenis usahanya warung sate madura", ["warung sate madura"]),
        ("kami produksi SEPATU KULIT di ciapus", ["sepatu kulit"]),
        ("gaduh usaha ternak hayam", ["ternak hayam"]),
        ("saya petani jambu kristal", ["petani jambu kristal"]),
        ("jual tanaman hias sama pupuk organik", ["tanaman hias", "pupuk organik"]),
        ("usaha kecil kecilan jual pulsa", ["pulsa"]),
        ("usaha: kolam ikan gurame", ["kolam ikan gurame"]),
        ("pengrajin anyaman pandan", ["anyaman pandan"]),
        ("toko sembako kecil punya saya", ["toko sembako"]),
        ("saya pembuat tahu, jualan tempe juga", ["tahu", "tempe"]),
        ("warungnya kecil, jualan kue-kue", ["warung", "kue-kue"]),
        ("usahana sablon", ["sablon"]),
    ],
)  # fmt: skip
def test_a_business_is_named_in_the_words_of_the_message(text: str, phrases: list[str]) -> None:
    pieces = [(value, piece.lower()) for kind, value, piece in found(text) if kind == "jenis_usaha"]
    assert pieces == [(phrase, phrase) for phrase in phrases]


@pytest.mark.parametrize(
    "text",
    ["koperasi simpan pinjam itu apa", "koperasi kami jual pupuk", "koperasi susu di cisarua",
     "koperasi simpan pinjam kami mau buka toko bangunan", "toko bangunan milik koperasi",
     "saya tahu syaratnya", "usaha saya tahu dari mana aturannya", "mesin jahit saya rusak",
     "mau jual tanah", "saya mau beli beras", "kartu sembako saya hilang", "ada kursus bikin roti",
     "saya tinggal di kontrakan", "nongkrong di warung", "naik angkot apa", "gas", "buka jam 9",
     "badan usaha apa yang cocok", "bunga kur berapa", "kode produksi wajib ditulis"],
)  # fmt: skip
def test_goods_and_places_in_passing_are_no_business(text: str) -> None:
    assert [kind for kind, _, _ in found(text) if kind == "jenis_usaha"] == []


@pytest.mark.parametrize(
    ("text", "sure"),
    [("warung kopi saya", True), ("jualan kopi", True), ("punya restoran", True),
     ("katering perlu izin apa", False), ("KBLI warung kopi", False)],
)  # fmt: skip
def test_only_what_somebody_owns_or_sells_is_sure(text: str, sure: bool) -> None:
    (entity,) = extract_entities(text, today=TODAY)
    assert (entity.confidence == 1.0) is sure


def test_a_day_said_twice_in_a_row_counts_once() -> None:
    assert found("datang 23.11.2026 (kemarin)") == [("tanggal", "2026-11-23", "23.11.2026")]
    assert len(found("20.11.2026 atau kemarin")) == 2


def test_several_entities_come_in_order() -> None:
    text = "nama saya Siti Contoh dari Ciawi, hp 0812-0000-0001"
    assert [kind for kind, _, _ in found(text)] == ["nama", "kecamatan", "no_hp"]
