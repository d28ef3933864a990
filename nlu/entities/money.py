"""Amounts of money as the entity ``uang`` (whole rupiah)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from nlu.amounts import Amount, AmountReader, parse_number
from nlu.entities.cues import is_cue, nearest_cue
from nlu.lexicon import Lexicon
from nlu.scan import Token
from nlu.types import Entity

_WINDOW = 3
_LEAST_BARE = 500
_MILLION = 10**6
_UNSURE = 0.8


def find_money(tokens: Sequence[Token], lexicon: Lexicon, reader: AmountReader) -> Iterator[Entity]:
    """Yield every amount of money; counted things ("5 ribu anggota") are not money."""
    about_money = reader.mentions_money(tokens)
    index = 0
    while index < len(tokens):
        amount = reader.read(tokens, index, about_money=about_money)
        if amount is None:
            amount = _bare(tokens, index, lexicon)
        elif not _is_money(tokens, index, amount, lexicon):
            index += amount.length
            continue
        if amount is None:
            index += 1
            continue
        sure = amount.currency or not amount.grouped
        yield Entity(
            "uang",
            tokens[index].start,
            tokens[index + amount.length - 1].end,
            str(int(amount.value)),
            1.0 if sure else _UNSURE,
        )
        index += amount.length


def _is_money(tokens: Sequence[Token], index: int, amount: Amount, lexicon: Lexicon) -> bool:
    if amount.currency:
        return True
    end = index + amount.length
    if end < len(tokens) and is_cue(tokens[end], lexicon, "bukan_uang"):
        return False
    return not amount.grouped or _after_cue(tokens, index, lexicon, "uang")


def _bare(tokens: Sequence[Token], index: int, lexicon: Lexicon) -> Amount | None:
    """Read digits without unit: "bayar 50000"; "bantuan 2,4" means million."""
    parsed = parse_number(tokens[index].text) if tokens[index].text[0].isdecimal() else None
    if parsed is None:
        return None
    value, _grouped = parsed
    if "," in tokens[index].text and value < 10:
        if _after_cue(tokens, index, lexicon, "bantuan_juta", window=1):
            return Amount(1, value * _MILLION, currency=False, grouped=True)
        return None
    follows = index + 1 < len(tokens) and is_cue(tokens[index + 1], lexicon, "bukan_uang")
    round_sum = value >= _LEAST_BARE and value % _LEAST_BARE == Decimal(0)
    if round_sum and not follows and _after_cue(tokens, index, lexicon, "uang", window=2):
        return Amount(1, value, currency=False, grouped=True)
    return None


def _after_cue(
    tokens: Sequence[Token], index: int, lexicon: Lexicon, kind: str, *, window: int = _WINDOW
) -> bool:
    return nearest_cue(tokens, index, lexicon, (kind,), window=window) is not None
