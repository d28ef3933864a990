"""Decision tables: exactly one verdict for whatever is said, and every fault of a table is told."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogue import Assets
from dialogue.checks.engine import computed, deciding_row, fitting_rows, next_slot, usable
from dialogue.checks.figures import digits, numbers_in, read_formula, rupiah
from dialogue.checks.lint import check_issues
from dialogue.checks.table import UNKNOWN, Checks, CheckSlot, CheckTable, Value
from dialogue.checks.table_file import read_checks
from dialogue.findings import Findings
from tests.dialogue.dialogue_kit import TRAINING_DATA

FOLDER = TRAINING_DATA / "checks"
CHECKS = read_checks(FOLDER, Findings())
TABLES = list(CHECKS.tables.values())
Change = Callable[[dict[str, Any]], object]


def _value(slot: CheckSlot) -> st.SearchStrategy[Value]:
    known: list[st.SearchStrategy[Value]] = []
    if slot.is_number:
        most = slot.most or 10**12
        bounds = {
            bound
            for table in TABLES
            for row in table.rows
            if slot.name in row.conditions
            for one in row.conditions[slot.name].ranges
            for edge in one
            if edge is not None
            for bound in (edge - 1, edge, edge + 1)
            if slot.takes(bound)
        }
        known.append(st.integers(slot.least, most))
        if bounds:
            known.append(st.sampled_from(sorted(bounds)))
    else:
        known.append(st.sampled_from([choice.value for choice in slot.choices]))
    if slot.may_be_unknown:
        known.append(st.just(UNKNOWN))
    return st.one_of(known)


def _complete(table: CheckTable) -> st.SearchStrategy[dict[str, Value]]:
    values = st.fixed_dictionaries({slot.name: _value(slot) for slot in table.slots})
    return values.filter(lambda found: set(usable(table, found)) == set(found))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@given(data=st.data())
def test_exactly_one_row_answers_complete_values(table: CheckTable, data: st.DataObject) -> None:
    values = data.draw(_complete(table))
    rows = fitting_rows(table, values)
    assert len(rows) == 1
    assert deciding_row(table, values) == rows[0]
    assert all(amount >= 0 for amount in computed(rows[0], values).values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@given(data=st.data())
def test_asking_what_matters_leads_to_the_verdict_of_all_values(
    table: CheckTable, data: st.DataObject
) -> None:
    complete = data.draw(_complete(table))
    told = data.draw(st.sets(st.sampled_from(sorted(complete))))
    known = {name: complete[name] for name in told}
    known |= {slot.name: complete[slot.name] for slot in table.slots if slot.default is not None}
    while (row := deciding_row(table, known)) is None:
        slot = next_slot(table, known)
        assert slot is not None
        assert slot.name not in known
        known[slot.name] = complete[slot.name]
    assert [row] == fitting_rows(table, complete)


def _with(tmp_path: Path, assets: Assets, change: Change, *, name: str = "skala_usaha") -> str:
    """Return all complaints about one table after ``change``."""
    for path in FOLDER.glob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.stem == name:
            change(content)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    findings = Findings()
    checks = read_checks(tmp_path, findings)
    told = [item.text for item in findings.items]
    told += [issue.text for _, issue in check_issues(checks, assets.knowledge)]
    return "\n".join(told)


def _row(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in content["baris"] if row["nama"] == name)


def test_tables_that_ship_are_sound(tmp_path: Path, assets: Assets) -> None:
    assert _with(tmp_path, assets, lambda content: None) == ""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda t: t["baris"].remove(_row(t, "kecil_berjalan")),
            "tidak ada baris untuk status_usaha: berjalan, omzet: 2000000001",
        ),
        (
            lambda t: _row(t, "kecil_berjalan")["jika"].update(omzet={"mulai": 2_000_000_000}),
            "baris `mikro_berjalan` dan `kecil_berjalan` sama-sama menjawab",
        ),
        (
            lambda t: t["baris"].append(
                {**_row(t, "mikro_berjalan"), "nama": "kedua", "peringkat": -1}
            ),
            "baris `kedua` tidak pernah tercapai",
        ),
        (
            lambda t: _row(t, "mikro_berjalan")["jika"].update(laba="terisi"),
            "isian `laba` tidak ada pada tabel",
        ),
        (lambda t: t["isian"].append("laba"), "isian `laba` tidak ada di bersama.yml"),
        (
            lambda t: _row(t, "mikro_berjalan").update(label="kriteria_umkm/tidak_ada"),
            "label `kriteria_umkm/tidak_ada` tidak ada",
        ),
        (
            lambda t: _row(t, "mikro_berjalan").update(
                sumber=["kriteria_umkm/batas_mikro_kecil_menengah#s99"]
            ),
            "#s99` tidak ada",
        ),
        (lambda t: _row(t, "mikro_berjalan").pop("sumber"), "tanpa sumber"),
        (
            lambda t: _row(t, "mikro_berjalan").update(alasan="Batasnya Rp7 miliar."),
            "angka 7000000000 tidak ada di `fakta`",
        ),
        (
            lambda t: _row(t, "mikro_berjalan")["jika"].update(omzet={"sampai": 2_500_000_000}),
            "angka 2500000000 tidak ada di `fakta`",
        ),
        (
            lambda t: _row(t, "mikro_berjalan").update(hitung={"pajak": {"kali": ["omzet", 0.07]}}),
            "angka 0.07 tidak ada di `fakta`",
        ),
        (
            lambda t: _row(t, "mikro_berjalan").update(hitung={"pajak": {"pangkat": ["omzet", 2]}}),
            "rumus harus angka",
        ),
        (
            lambda t: _row(t, "omzet_tidak_tahu").update(putusan="Omzetnya {omzet}."),
            "`{omzet}` belum tentu terisi",
        ),
        (
            lambda t: _row(t, "mikro_berjalan").update(label="pajak/pph_koperasi"),
            "jawaban `pajak/pph_koperasi` belum pasti",
        ),
        (lambda t: t.update(tombol="Cek: " + "x" * 20), "`tombol` lebih dari 20 huruf"),
        (lambda t: t.update(mulai_bila=["laba"]), "`mulai_bila` menyebut isian `laba`"),
        (
            lambda t: _row(t, "mikro_berjalan")["jika"].update(status_usaha="mungkin"),
            "`mungkin` bukan nilai isian `status_usaha`",
        ),
        (
            lambda t: _row(t, "mikro_berjalan").update(jikalau={}),
            "kunci `jikalau` tidak dikenal",
        ),
    ],
)
def test_fault_of_a_table_is_told(
    tmp_path: Path, assets: Assets, change: Change, complaint: str
) -> None:
    assert complaint in _with(tmp_path, assets, change)


def test_shared_words_and_sentences_must_all_be_there(tmp_path: Path, assets: Assets) -> None:
    told = _with(tmp_path, assets, lambda t: t["kalimat"].pop("hasil"), name="bersama")
    assert "`kalimat.hasil` belum ada" in told


def test_slot_means_the_same_in_all_tables(assets: Assets) -> None:
    table = CHECKS.tables["kur"]
    other = replace(table, name="lain", slots=(replace(table.slots[0], least=5), *table.slots[1:]))
    issues = check_issues(Checks({"kur": table, "lain": other}, CHECKS.words), assets.knowledge)
    assert any("berbeda dengan di tabel lain" in issue.text for _, issue in issues)


def test_folder_without_checks_has_none(tmp_path: Path) -> None:
    findings = Findings()
    assert read_checks(tmp_path, findings).tables == {}
    assert not findings.items


@pytest.mark.parametrize(
    "content",
    [None, True, [], {}, {"kali": []}, {"kali": [1]}, {"kali": [1, 2], "bagi": [1, 2]}, {"a": [1]}],
)
def test_only_the_named_operations_are_formulas(content: Any) -> None:
    with pytest.raises(ValueError, match="rumus"):
        read_formula(content)


@given(omzet=st.integers(0, 10**12))
def test_tax_formula_is_half_a_percent_above_the_free_part(omzet: int) -> None:
    formula = read_formula({"kali": [{"kurang": ["omzet", 500_000_000]}, 0.005]})
    assert formula.value({"omzet": omzet}) == (Decimal(omzet) - 500_000_000) / 200


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0,5% dari Rp4,8 miliar", {"0.5", "0.005", "4.8", "4800000000"}),
        ("Rp1.800.000 per kelas", {"1800000"}),
        ("PP 55/2022 Pasal 56–60", {"55", "2022", "56", "60"}),
        ("1,35 juta kuota", {"1.35", "1350000"}),
        ("tanpa angka", set()),
    ],
)
def test_numbers_of_a_text(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == {Decimal(number) for number in numbers}


@given(number=st.integers(0, 10**15))
def test_rupiah_is_read_back_as_the_same_number(number: int) -> None:
    assert Decimal(number) in numbers_in(rupiah(number))
    assert digits(number).replace(".", "") == str(number)
