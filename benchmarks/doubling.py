"""What a text costs when it is twice as long: `python -m benchmarks.doubling [--length N]`.

Prints for each function that reads residents' texts the worst of several unkind texts, at half and
at full length. A ratio near 2 is linear, near 4 quadratic. The first line is the address pattern
that masking once had, for comparison. ``tests/test_linear_patterns.py`` counts steps instead.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from datetime import date

from connectors import desk_words
from connectors.webchat.inbound import TEXT_LIMIT
from dialogue import Assets
from dialogue.plain import clean, is_gibberish, plain_words
from dialogue.resolver import _JOINT
from foundation.masking import mask_identifiers
from foundation.settings import PROJECT_ROOT
from learning.similarity import grams
from learning.turns import fingerprint
from nlu import extract_entities
from nlu.lexicon import default_lexicon
from nlu.normalize import Normalizer
from nlu.questions import QuestionSplitter

_FORMER = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_PIECES = (
    "0812-", "a", "ab ", "?", " ", "a@", "@a.b ", "1.000.", "1-1 ", "bukan a tapi ", "saya pak ",
    "nama ", "jualan kue, ", "jualan kue   ", "nya ", "\ufdfa", "\u0315\u0323", "'", "a-", "rp ",
    "dua ratus ", "usaha saya ", "😀", "( ", "syarat apa? ", "ciawi ", "halo\n",
)  # fmt: skip
_RUNS = 3


def _functions() -> dict[str, Callable[[str], object]]:
    lexicon = default_lexicon()
    patterns = Assets.load(PROJECT_ROOT / "training_data").patterns
    return {
        "former address pattern": lambda text: _FORMER.sub("", text),
        "mask_identifiers": mask_identifiers,
        "fingerprint": fingerprint,
        "grams": grams,
        "clean": clean,
        "is_gibberish": is_gibberish,
        "plain_words": plain_words,
        "Patterns.prepare and minta_cs": lambda text: patterns.found(
            "minta_cs", patterns.prepare(text)
        ),
        "joints of two questions": lambda text: list(_JOINT.finditer(text)),
        "says_unsolved": desk_words.says_unsolved,
        "Normalizer.normalize": Normalizer(lexicon).normalize,
        "QuestionSplitter.split": QuestionSplitter(lexicon).split,
        "extract_entities": lambda text: extract_entities(text, today=date(2026, 11, 24)),
    }


def _milliseconds(function: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(_RUNS):
        started = time.perf_counter()
        function(text)
        best = min(best, time.perf_counter() - started)
    return 1000 * best


def main() -> None:
    """Print one line a function."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=TEXT_LIMIT)
    length = parser.parse_args().length
    print(f"{'function':32} {length // 2:>8} {length:>8} {'ratio':>6}  slowest text (ms)")
    for name, function in _functions().items():
        whole = {piece: _milliseconds(function, (piece * length)[:length]) for piece in _PIECES}
        worst = max(whole, key=lambda piece: whole[piece])
        half = _milliseconds(function, (worst * length)[: length // 2])
        print(f"{name:32} {half:8.1f} {whole[worst]:8.1f} {whole[worst] / half:6.1f}  {worst!r}")


if __name__ == "__main__":
    main()
