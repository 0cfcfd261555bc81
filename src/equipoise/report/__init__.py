"""Answers, tables, charts and documents of a finished run; sees arrays, never a stage."""

from equipoise.report.answer import Answer
from equipoise.report.answers import answers
from equipoise.report.archive import ARCHIVE, is_archive, open_archive, save
from equipoise.report.checks import (
    LOG_COLUMNS,
    VERDICTS,
    Log,
    LogRow,
    SeededRow,
    margin_text,
    write_log_page,
    write_log_table,
)
from equipoise.report.compare import Change, compare, render_comparison
from equipoise.report.html import html_page, write_html
from equipoise.report.tables import TABLE_NAMES, tables, write_tables
from equipoise.report.terminal import render

__all__ = [
    "ARCHIVE",
    "LOG_COLUMNS",
    "TABLE_NAMES",
    "VERDICTS",
    "Answer",
    "Change",
    "Log",
    "LogRow",
    "SeededRow",
    "answers",
    "compare",
    "html_page",
    "is_archive",
    "margin_text",
    "open_archive",
    "render",
    "render_comparison",
    "save",
    "tables",
    "write_html",
    "write_log_page",
    "write_log_table",
    "write_tables",
]
