"""Vocabulary, units and money, clocks, ledger, random streams, errors, provenance."""
