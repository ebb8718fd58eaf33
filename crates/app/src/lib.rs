//! The use cases: import, triage, search, report, evaluate.
