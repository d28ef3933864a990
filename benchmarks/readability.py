"""How plain the answers are: ``python -m benchmarks.readability [FOLDER …]``.

Prints LIX (Björnsson 1968: words a sentence plus the share of words over six letters in percent;
it needs no syllables and is used for many languages) and the length of sentences and answers, for
each knowledge folder given, side by side. Lower is plainer; no bar is set, the figures are
compared with those of the folder before.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from statistics import mean, median

from dialogue import Assets
from foundation.settings import PROJECT_ROOT

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")


def lix(text: str) -> float:
    """Return LIX of a text with at least one word."""
    words = _WORD.findall(text)
    sentences = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    long = sum(len(word) > 6 for word in words)
    return len(words) / len(sentences) + 100 * long / len(words)


def main() -> None:
    """Print one row a folder."""
    folders = [Path(name) for name in sys.argv[1:]] or [PROJECT_ROOT / "training_data"]
    print(f"{'folder':40} answers  LIX short  LIX full  words/sentence  short, letters (median)")
    for folder in folders:
        entries = list(Assets.load(folder).knowledge.values())
        lengths = [
            len(_WORD.findall(part))
            for entry in entries
            for part in _SENTENCE.split(entry.jawaban)
            if _WORD.search(part)
        ]
        print(
            f"{str(folder)[-40:]:40} {len(entries):7} "
            f"{mean(lix(entry.ringkas) for entry in entries):10.1f} "
            f"{mean(lix(entry.jawaban) for entry in entries):9.1f} "
            f"{mean(lengths):15.1f} {median(len(entry.ringkas) for entry in entries):24.0f}"
        )


if __name__ == "__main__":
    main()
