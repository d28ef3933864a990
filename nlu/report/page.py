"""Renders the report from its template; the words are in ``laporan.html``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foundation.masking import mask_identifiers
from nlu.evaluation import EvaluationReport
from nlu.report import figures

_FOLDER = Path(__file__).resolve().parent


def render_report(report: EvaluationReport, facts: Mapping[str, Any]) -> str:
    """Return the page for out-of-fold figures and the facts of a manifest.

    Identifiers in messages are masked.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["masked"] = mask_identifiers
    predictions = report.predictions
    names, matrix = figures.topic_matrix(predictions)
    wrong = [p for p in predictions if not p.right]
    return environment.get_template("laporan.html").render(
        report=report,
        facts=facts,
        bins=figures.reliability(predictions),
        curve=figures.risk_curve(predictions),
        rows=figures.label_rows(predictions),
        pairs=figures.confused_pairs(predictions),
        topics=names,
        matrix=matrix,
        errors=sorted(wrong, key=lambda p: (p.expected, -p.ranking[0].confidence)),
    )


def _percent(share: float, places: int = 1) -> str:
    """Return a share in the Indonesian notation.

    >>> _percent(0.0564)
    '5,6 %'
    """
    return f"{100 * share:.{places}f} %".replace(".", ",")
