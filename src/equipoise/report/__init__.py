"""Answers, tables, charts and documents of a finished run; sees arrays, never a stage."""

from equipoise.report.answers import Answer, answers
from equipoise.report.archive import open_archive, save
from equipoise.report.html import html_page, write_html
from equipoise.report.tables import tables, write_tables
from equipoise.report.terminal import render

__all__ = [
    "Answer",
    "answers",
    "html_page",
    "open_archive",
    "render",
    "save",
    "tables",
    "write_html",
    "write_tables",
]
