"""The training report: one static page that data staff can read."""

from nlu.report.page import render_report

__all__ = ["render_report"]
