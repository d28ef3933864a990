"""Names that the files may refer to: the actions written in Python, the responses they need."""

from __future__ import annotations

BUILT_IN_ACTIONS = frozenset(
    {
        "action_bagian",
        "action_batal",
        "action_bukan_itu",
        "action_cek_tiket",
        "action_data_saya",
        "action_di_luar_topik",
        "action_hapus_data",
        "action_hinaan",
        "action_jawab",
        "action_keluhan",
        "action_kirim_formulir",
        "action_menu",
        "action_penilaian",
        "action_sambungkan_petugas",
        "action_sapa",
        "action_selengkapnya",
        "action_setuju",
        "action_tambah_laporan",
        "action_tanya_balik",
        "action_tidak_terbaca",
        "action_tolak",
        "action_ubah",
    }
)

OFFER_VICTIM, OFFER_REPORT = "korban_penipuan", "laporan"
OFFERS = frozenset({OFFER_VICTIM, OFFER_REPORT})
"""What ``context.yml`` may offer beside an answer."""

IGNORED_ACTIONS = frozenset(
    {"action_listen", "action_default_fallback", "action_restart", "action_session_start"}
)
"""Rasa's own actions that need no doing here (the fallback is built in)."""

CONFIRM_PREFIX = "utter_konfirmasi_"
"""A form whose ``utter_konfirmasi_<form>`` exists asks for a last yes before it is sent."""

NEEDED_RESPONSES = frozenset(
    {
        "utter_bagian_tak_disebut",
        "utter_bagian_tidak_ada",
        "utter_balas_salam",
        "utter_batal",
        "utter_batal_menunggu",
        "utter_belum_ada_jawaban",
        "utter_bukan_itu",
        "utter_data_saya",
        "utter_data_saya_kosong",
        "utter_di_luar_jam",
        "utter_di_luar_topik",
        "utter_di_luar_topik_rujukan",
        "utter_formulir_batal",
        "utter_formulir_bingung",
        "utter_formulir_lanjut",
        "utter_formulir_sulit",
        "utter_formulir_terkirim",
        "utter_hapus_data_selesai",
        "utter_hapus_data_yakin",
        "utter_hinaan",
        "utter_hinaan_lagi",
        "utter_hinaan_tenang",
        "utter_instansi",
        "utter_isian_keliru",
        "utter_jawaban",
        "utter_jawaban_lama",
        "utter_jawaban_lengkap",
        "utter_jawaban_ragu",
        "utter_jawaban_ulang",
        "utter_kecamatan_mana",
        "utter_keluhan_jawaban",
        "utter_keluhan_mulai",
        "utter_kota_bogor",
        "utter_korban_dicatat",
        "utter_lapor",
        "utter_laporan_ditambah",
        "utter_menu",
        "utter_menu_bagian",
        "utter_pastikan_kecamatan",
        "utter_penilaian",
        "utter_penilaian_rendah",
        "utter_penilaian_tanya",
        "utter_peringatan_identitas",
        "utter_peringatan_rahasia",
        "utter_perkenalan",
        "utter_petugas_kembali",
        "utter_pilihan",
        "utter_pilihan_lagi",
        "utter_posisi_antrean",
        "utter_salah_jenis_usaha",
        "utter_salah_kecamatan",
        "utter_salah_nama",
        "utter_salah_no_hp",
        "utter_salah_uraian",
        "utter_sapa",
        "utter_sapa_lagi",
        "utter_setuju",
        "utter_sudah_antre",
        "utter_tambahan_tiket",
        "utter_tanpa_model",
        "utter_tersambung",
        "utter_tidak_paham",
        "utter_tidak_paham_lagi",
        "utter_tidak_paham_menunggu",
        "utter_tiket_belum_ada",
        "utter_tiket_lain",
        "utter_tiket_status_expired",
        "utter_tiket_status_resolved",
        "utter_tiket_status_returned",
        "utter_tiket_status_waiting",
        "utter_tolak",
        "utter_ubah_apa",
    }
)
"""Responses that the actions say; a domain with knowledge must have them all."""
