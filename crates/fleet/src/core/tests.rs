//! Tests of core.
