"""The command line: read, call, show; no science in it."""
