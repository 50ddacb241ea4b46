//! kbd
