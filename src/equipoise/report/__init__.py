"""Tables, charts and documents of a finished run; sees arrays and the record, never a stage."""
