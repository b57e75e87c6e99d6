"""Reports of a run, as files: a module per kind, and the table of kinds in report_kinds.py."""
