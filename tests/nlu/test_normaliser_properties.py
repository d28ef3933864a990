"""Invariants of the normaliser over any text, and that its time is linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlu.lexicon import default_lexicon
from nlu.normalize import Normalizer
from nlu.scan import scan

LEXICON = default_lexicon()
VOCABULARY = frozenset(
    [
        "koperasi",
        "sertifikat",
        "pendirian",
        "notaris",
        "karyawan",
        "pelatihan",
        "merek",
        "simpanan",
        "online",
    ]
)
NORMALIZERS = (Normalizer(LEXICON), Normalizer(LEXICON, VOCABULARY))

PHRASES = [" ".join(p.written) for group in LEXICON.rewrites.phrases.values() for p in group]
PIECES = st.one_of(
    st.sampled_from(sorted(LEXICON.rewrites.single)),
    st.sampled_from(sorted(PHRASES)),
    st.sampled_from(sorted(LEXICON.rewrites.protected)),
    st.sampled_from(sorted(LEXICON.units) + sorted(LEXICON.numbers) + ["rp", "rupiah", "nya", "x"]),
    st.sampled_from(["1.500", "2,4", "0812", "3456", "7890", "62", "M", "K", "👍", "⭐", "½", "²"]),
    st.integers(min_value=0, max_value=10**16).map(str),
    st.text(alphabet="aeiknoprsty2-", min_size=1, max_size=12),
    st.text(max_size=4),
)
MESSAGES = st.one_of(
    st.text(max_size=80),
    st.lists(PIECES, max_size=10).map(" ".join),
    st.lists(PIECES, max_size=6).map("".join),
)


@pytest.mark.parametrize("normalizer", NORMALIZERS, ids=["tables only", "with spelling"])
@settings(max_examples=400, deadline=None)
@given(text=MESSAGES)
@example(text="\ud800\x00\udfff")
@example(text="rp rp500 rb 500 juta setengah m nya nya")
@example(text="kaki lima pedagang kaki lima")
def test_normalising_twice_changes_nothing_and_spans_are_ordered(
    normalizer: Normalizer, text: str
) -> None:
    found = normalizer.normalize(text)
    assert normalizer.normalize(found.text).text == found.text
    assert len(found.text.split()) == len(found.spans)
    assert " ".join(found.text.split()) == found.text
    assert all(0 <= start < end <= len(text) for start, end in found.spans)
    starts = [start for start, _ in found.spans]
    ends = [end for _, end in found.spans]
    assert starts == sorted(starts)
    assert ends == sorted(ends)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60))
def test_scanned_tokens_scan_to_themselves(text: str) -> None:
    tokens = [token.text for token in scan(text)]
    assert [token.text for token in scan(" ".join(tokens))] == tokens
    assert not any(letter.isupper() for token in tokens for letter in token)


@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "a@", "1.", "08 ", "rp ", "satu ", "koperaei ", "👍", "\ud800", "?", "nya ", "x-"],
)
def test_ten_thousand_characters_take_no_longer_than_their_share(piece: str) -> None:
    normalizer = NORMALIZERS[1]
    normalizer.normalize(piece * 10)
    started = time.process_time()
    normalizer.normalize((piece * 10_000)[:10_000])
    assert time.process_time() - started < 1.5
