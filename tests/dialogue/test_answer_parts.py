"""Answers made of parts: the asked part first, the missing part said plainly, sources folded."""

from dataclasses import replace

import pytest

from dialogue import Assets
from dialogue.answer_parts import Part, Parts, Source
from dialogue.answer_text import source_line
from dialogue.parts_lint import part_issues
from tests.dialogue.dialogue_kit import Talk, titles_of, words_of

LABEL = "merek/biaya_daftar"
MAIN = "Pendaftaran merek untuk UMK biayanya Rp500.000 per kelas."
LAW = Source(
    id="s1", title="PP 28/2019", kind="peraturan", number="PP 28/2019", article="Pasal 3", year=2019
)
PRESS = Source(id="s2", title="Antara: tarif merek", kind="berita", url="https://antaranews.com/x")
PARTS = Parts(
    {
        "inti": Part("inti", MAIN, sources=("s1",)),
        "syarat": Part("syarat", items=("KTP pemilik", "Surat keterangan UMK"), sources=("s2",)),
        "langkah": Part("langkah", items=("Buat akun", "Unggah berkas"), sources=("s2",)),
        "langkah_berikut": Part("langkah_berikut", "Cek dulu apakah mereknya sudah dipakai."),
    }
)
MEANINGS = {
    "biaya daftar merek brp": LABEL,
    "syaratnya apa buat daftar merek": LABEL,
    "daftar merek dikenai sanksi apa": LABEL,
}


@pytest.fixture
def in_parts(assets: Assets) -> Assets:
    entry = replace(
        assets.knowledge[LABEL],
        parts=PARTS,
        sources=(PRESS, LAW),
        ringkas=PARTS.main,
        jawaban=PARTS.whole,
    )
    return replace(assets, knowledge={**assets.knowledge, LABEL: entry})


def test_direct_answer_and_next_step_without_the_parts_nobody_asked_for(in_parts: Assets) -> None:
    words = words_of(Talk(in_parts, MEANINGS)("biaya daftar merek brp"))
    assert words.startswith(MAIN)
    assert "Langkah berikutnya: Cek dulu" in words
    assert "KTP pemilik" not in words


def test_asked_part_is_told_with_its_heading(in_parts: Assets) -> None:
    words = words_of(Talk(in_parts, MEANINGS)("syaratnya apa buat daftar merek"))
    assert "Syarat:\n- KTP pemilik\n- Surat keterangan UMK" in words
    assert words.index(MAIN) < words.index("KTP pemilik") < words.index("Langkah berikutnya")


def test_other_parts_are_offered_and_told_by_their_buttons(in_parts: Assets) -> None:
    talk = Talk(in_parts, MEANINGS)
    turn = talk("biaya daftar merek brp")
    assert titles_of(turn)[:2] == ["Syaratnya", "Caranya"]
    pressed = talk.press(turn.replies[0].buttons[1].payload)
    assert words_of(pressed).startswith("Langkah:\n1. Buat akun\n2. Unggah berkas")
    assert MAIN not in words_of(pressed)


def test_second_question_about_the_same_gets_the_part_and_not_the_answer_again(
    in_parts: Assets,
) -> None:
    talk = Talk(in_parts, MEANINGS)
    talk("biaya daftar merek brp")
    again = talk("syaratnya apa buat daftar merek")
    assert words_of(again).startswith("Syarat:")
    assert MAIN not in words_of(again)


def test_part_that_the_sources_do_not_tell_is_said_so_and_counted(in_parts: Assets) -> None:
    talk = Talk(in_parts, MEANINGS)
    talk("biaya daftar merek brp")
    turn = talk("daftar merek dikenai sanksi apa")
    assert words_of(turn).startswith("Sumber kami tidak menyebut sanksinya")
    assert turn.events[-1].data["missing_part"] == "sanksi"
    assert talk("ya").case_request is not None


def test_whole_answer_has_every_part_once(in_parts: Assets) -> None:
    talk = Talk(in_parts, MEANINGS)
    talk("biaya daftar merek brp")
    words = words_of(talk("selengkapnya dong"))
    for text in (MAIN, "KTP pemilik", "2. Unggah berkas", "Cek dulu"):
        assert words.count(text) == 1


def test_strong_source_is_named_first_and_only_those_of_what_was_told(in_parts: Assets) -> None:
    talk = Talk(in_parts, MEANINGS)
    assert "Sumber: PP 28/2019" in words_of(talk("biaya daftar merek brp"))
    words = words_of(talk("selengkapnya dong"))
    assert "Sumber: PP 28/2019; Antara: tarif merek" in words


@pytest.mark.parametrize(
    "titles", [["a" * 200], ["PP 7/2021", "b" * 90], ["PP 7/2021", "UU 25/1992"], []]
)
def test_source_block_never_grows_long(titles: list[str]) -> None:
    sources = [Source(id=str(place), title=title) for place, title in enumerate(titles)]
    assert len(source_line(sources)) <= 80


@pytest.mark.parametrize(
    ("source", "strong"),
    [
        (Source("s", "UU 25/1992", number="UU 25/1992", article="Pasal 6"), True),
        (Source("s", "UU 25/1992", number="UU 25/1992"), False),
        (Source("s", "OSS", url="https://oss.go.id/panduan"), True),
        (Source("s", "Blog", kind="berita", url="https://oss.go.id.blog.com/"), False),
        (Source("s", "SOP", kind="sop"), True),
    ],
)
def test_strength_of_a_source(source: Source, strong: bool) -> None:
    assert source.is_strong is strong


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"inti": Part("inti", "Biayanya Rp900.000.")}, "inti: angka 900.000 tidak ada di `fakta`"),
        ({"inti": Part("inti", "Merek " * 30)}, "inti: 180 huruf"),
        ({"biaya": Part("biaya", "Bayar guna mendaftar.")}, "biaya: kata kantor `guna`"),
        ({"biaya": Part("biaya", "kata " * 26)}, "biaya: kalimat sepanjang 26 kata"),
        ({"syarat": Part("syarat", items=("x",) * 10)}, "syarat: lebih dari 9 butir"),
        ({"biaya": Part("biaya", "A. B. C. D.")}, "biaya: lebih dari 3 kalimat"),
    ],
)
def test_lint_tells_invented_numbers_and_heavy_words(
    in_parts: Assets, changes: dict[str, Part], complaint: str
) -> None:
    entry = replace(
        in_parts.knowledge[LABEL],
        fact="UMK membayar Rp500.000 per kelas.",
        parts=Parts({**PARTS.by_name, **changes}),
    )
    issues = [issue.text for issue in part_issues(entry, in_parts.parts)]
    assert any(text.startswith(complaint) for text in issues)


def test_uncertain_answer_must_say_so_itself(in_parts: Assets) -> None:
    entry = replace(in_parts.knowledge[LABEL], fact=MAIN, keyakinan="perlu-verifikasi")
    assert any("tidak mengatakannya" in issue.text for issue in part_issues(entry, in_parts.parts))
    said = Parts({"inti": Part("inti", "Biayanya Rp500.000, tetapi masih perlu dipastikan.")})
    assert not list(part_issues(replace(entry, parts=said), in_parts.parts))
