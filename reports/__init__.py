"""The volume log and its files. Counters are projected from the event log and can be rebuilt."""

from reports.figures import WAIT_TARGET_MINUTES, Figures, read_figures
from reports.files import FORMATS, volume_file
from reports.projector import catch_up, rebuild
from reports.volume import COLUMNS, VolumeRow, volume_json, volume_rows

__all__ = [
    "COLUMNS",
    "FORMATS",
    "WAIT_TARGET_MINUTES",
    "Figures",
    "VolumeRow",
    "catch_up",
    "read_figures",
    "rebuild",
    "volume_file",
    "volume_json",
    "volume_rows",
]
