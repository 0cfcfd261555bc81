"""The study as written: models of its files, with line numbers and units."""
