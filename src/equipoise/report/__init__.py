"""Tables, charts, documents and the workbook: it sees arrays, never a stage."""
