"""The actions written in Python, by the names that ``rules.yml`` uses for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialogue.actions import acts, answers, checks, handover, reporting, unsure
from dialogue.draft import TurnDraft
from dialogue.reading import Reading

Action = Callable[[Reading, TurnDraft], None]

ACTIONS: Mapping[str, Action] = {
    "action_bagian": answers.one_part,
    "action_batal": acts.cancel,
    "action_bukan_itu": acts.not_that,
    "action_cek": checks.start_by_button,
    "action_cek_tiket": acts.check_ticket,
    "action_data_saya": acts.show_my_data,
    "action_di_luar_topik": acts.decline_topic,
    "action_hapus_data": acts.ask_to_erase,
    "action_hinaan": acts.bear_abuse,
    "action_jawab": answers.answer,
    "action_keluhan": acts.complain,
    "action_menu": acts.show_menu,
    "action_penilaian": acts.rate,
    "action_sambungkan_petugas": handover.ask_for_officer,
    "action_sapa": acts.greet,
    "action_selengkapnya": answers.full_answer,
    "action_setuju": acts.agree,
    "action_tambah_laporan": reporting.add_to_report,
    "action_tanya_balik": unsure.asked_back,
    "action_tidak_terbaca": unsure.not_read,
    "action_tolak": acts.decline,
}
