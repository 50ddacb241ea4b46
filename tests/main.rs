//! The invariants and the end-to-end runs.
