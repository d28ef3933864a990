"""What the office counts and files. Counts are projected from the event log and can be rebuilt."""

from reports import cabinet, evaluation, follow_ups, monitoring, satisfaction
from reports.duties import do_due_records
from reports.figures import WAIT_TARGET_MINUTES, Figures, read_figures
from reports.files import FORMATS, volume_file
from reports.paper import figure_values, sections, words
from reports.paper_files import evaluation_file
from reports.projector import catch_up, rebuild
from reports.volume import COLUMNS, VolumeRow, volume_json, volume_rows

__all__ = [
    "COLUMNS",
    "FORMATS",
    "WAIT_TARGET_MINUTES",
    "Figures",
    "VolumeRow",
    "cabinet",
    "catch_up",
    "do_due_records",
    "evaluation",
    "evaluation_file",
    "figure_values",
    "follow_ups",
    "monitoring",
    "read_figures",
    "rebuild",
    "satisfaction",
    "sections",
    "volume_file",
    "volume_json",
    "volume_rows",
    "words",
]
