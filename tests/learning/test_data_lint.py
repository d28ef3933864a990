"""`halo validate` sees copies, common openings, few examples, double labels and gold leaks."""

from learning import label_shares, lint_examples, lint_gold, lint_gold_sizes
from nlu import Example

WORDS = ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh"]


def _label(name: str, texts: list[str]) -> list[Example]:
    return [Example(text, name, (), "f.yml", number) for number, text in enumerate(texts, start=5)]


def _distinct(count: int) -> list[str]:
    return [
        f"{WORDS[i % 10]} {WORDS[i // 10]} {'xyz'[i % 3] * 9} kata{i * 7919}" for i in range(count)
    ]


def test_sound_label_has_no_findings() -> None:
    assert lint_examples(_label("a/b", _distinct(20))) == []


def test_few_examples_are_an_error_with_file_and_line() -> None:
    (finding,) = lint_examples(_label("a/b", _distinct(3)))
    assert (finding.file, finding.line, finding.severity) == ("f.yml", 5, "error")
    assert "hanya 3" in finding.text


def test_near_copy_names_both_places() -> None:
    texts = [*_distinct(20), "berapa biaya daftar merek", "berapa biaya daftar merek ya"]
    (finding,) = lint_examples(_label("a/b", texts))
    assert (finding.line, "f.yml:25" in finding.text) == (26, True)


def test_common_opening_is_an_error() -> None:
    texts = [*_distinct(20), *(f"saya mau tanya {word * 4}" for word in WORDS[:4])]
    (finding,) = lint_examples(_label("a/b", texts))
    assert "'saya mau tanya'" in finding.text


def test_same_text_under_two_labels_is_an_error() -> None:
    texts = _distinct(20)
    other = [f"lain {text[::-1]}" for text in texts[:19]]
    findings = lint_examples([*_label("a/b", texts), *_label("c/d", [*other, texts[0].upper()])])
    assert len(findings) == 1
    assert "juga berlabel a/b" in findings[0].text


def test_gold_text_or_near_copy_in_training_is_an_error() -> None:
    training = _label("a/b", ["gimana cara bikin NIB buat warung saya ya min", "lain sekali"])
    gold = [Example("gimana cara bikin NIB buat warung saya ya", "a/b", (), "gold.yml", 9)]
    (finding,) = lint_gold(training, gold)
    assert (finding.line, "gold.yml:9" in finding.text) == (5, True)


def test_a_label_with_too_few_gold_messages_is_an_error() -> None:
    training = [*_label("a/b", _distinct(20)), *_label("c/d", _distinct(20))]
    gold = _label("a/b", _distinct(5))
    (missing,) = lint_gold_sizes(training, gold, critical=())
    assert (missing.text, missing.file) == ("c/d: hanya 0 pesan uji, paling sedikit 3", "f.yml")
    few, _ = lint_gold_sizes(training, gold, critical=["a/b"])
    assert few.text == "a/b: hanya 5 pesan uji, paling sedikit 15"
    out_of_scope = [*gold, *_label("di_luar_topik", _distinct(99))]
    (short,) = lint_gold_sizes(_label("di_luar_topik", _distinct(3)), out_of_scope, critical=())
    assert short.text == "di_luar_topik: hanya 99 pesan uji, paling sedikit 100"


def test_the_shares_tell_how_alike_a_labels_messages_are() -> None:
    copies = ["berapa biaya daftar merek", "berapa biaya daftar merek ya"]
    openings = [f"saya mau tanya {word * 4}" for word in WORDS[:5]]
    (row,) = label_shares(_label("a/b", [*_distinct(13), *copies, *openings]))
    assert (row.label, row.count, row.near_copies, row.opening) == ("a/b", 20, 0.05, 0.25)
