"""What the office counts and files. Counts are projected from the event log and can be rebuilt."""

from reports import (
    evaluation,
    follow_ups,
    monitoring,
    questionnaires,
    readiness,
    record_store,
    satisfaction,
)
from reports.complaints import Complaint, complaints_between
from reports.document import Document, Section, change_text, named, shown, words
from reports.document_evaluation import evaluation_document, evaluation_sections
from reports.document_figures import (
    channel_section,
    figure_sections,
    figure_values,
    figures_document,
    in_order,
    readable_names,
    rows_in_order,
    summary_section,
)
from reports.document_files import FORMATS, document_file
from reports.document_records import monitoring_document, readiness_document
from reports.drill_down import PAGE as DRILL_DOWN_PAGE
from reports.drill_down import DrillDownRow, Which, drill_down
from reports.figures import Figures, day_bounds, period_before, read_figures
from reports.files import volume_file
from reports.projector import catch_up, rebuild
from reports.readiness import Finding
from reports.scheduled_records import make_due_records
from reports.team import LEAD, READERS, TEAM, VIEWERS
from reports.volume import COLUMNS, VolumeRow, volume_json, volume_rows

__all__ = [
    "COLUMNS",
    "DRILL_DOWN_PAGE",
    "FORMATS",
    "LEAD",
    "READERS",
    "TEAM",
    "VIEWERS",
    "Complaint",
    "Document",
    "DrillDownRow",
    "Figures",
    "Finding",
    "Section",
    "VolumeRow",
    "Which",
    "catch_up",
    "change_text",
    "channel_section",
    "complaints_between",
    "day_bounds",
    "document_file",
    "drill_down",
    "evaluation",
    "evaluation_document",
    "evaluation_sections",
    "figure_sections",
    "figure_values",
    "figures_document",
    "follow_ups",
    "in_order",
    "make_due_records",
    "monitoring",
    "monitoring_document",
    "named",
    "period_before",
    "questionnaires",
    "read_figures",
    "readable_names",
    "readiness",
    "readiness_document",
    "rebuild",
    "record_store",
    "rows_in_order",
    "satisfaction",
    "shown",
    "summary_section",
    "volume_file",
    "volume_json",
    "volume_rows",
    "words",
]
