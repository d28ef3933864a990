"""What the office counts and files. Counts are projected from the event log and can be rebuilt."""

from reports import (
    cabinet,
    evaluation,
    follow_ups,
    monitoring,
    questionnaires,
    readiness,
    satisfaction,
)
from reports.behind import PAGE as BEHIND_PAGE
from reports.behind import Behind, Which, behind_number
from reports.complaints import Complaint, complaints_between
from reports.duties import do_due_records
from reports.figures import Figures, day_bounds, period_before, read_figures
from reports.files import volume_file
from reports.paper import Paper, Section, change_text, named, shown, words
from reports.paper_evaluation import evaluation_paper, evaluation_sections
from reports.paper_figures import (
    channel_section,
    figure_sections,
    figure_values,
    figures_paper,
    in_order,
    readable_names,
    rows_in_order,
    summary_section,
)
from reports.paper_files import FORMATS, paper_file
from reports.paper_records import monitoring_paper, readiness_paper
from reports.projector import catch_up, rebuild
from reports.readiness import Finding
from reports.team import LEAD, READERS, TEAM, VIEWERS
from reports.volume import COLUMNS, VolumeRow, volume_json, volume_rows

__all__ = [
    "BEHIND_PAGE",
    "COLUMNS",
    "FORMATS",
    "LEAD",
    "READERS",
    "TEAM",
    "VIEWERS",
    "Behind",
    "Complaint",
    "Figures",
    "Finding",
    "Paper",
    "Section",
    "VolumeRow",
    "Which",
    "behind_number",
    "cabinet",
    "catch_up",
    "change_text",
    "channel_section",
    "complaints_between",
    "day_bounds",
    "do_due_records",
    "evaluation",
    "evaluation_paper",
    "evaluation_sections",
    "figure_sections",
    "figure_values",
    "figures_paper",
    "follow_ups",
    "in_order",
    "monitoring",
    "monitoring_paper",
    "named",
    "paper_file",
    "period_before",
    "questionnaires",
    "read_figures",
    "readable_names",
    "readiness",
    "readiness_paper",
    "rebuild",
    "rows_in_order",
    "satisfaction",
    "shown",
    "summary_section",
    "volume_file",
    "volume_json",
    "volume_rows",
    "words",
]
