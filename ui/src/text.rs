//! Words for figures: times, sizes, durations, names.

pub mod fuzzy;
pub mod plain;
pub mod said;
pub mod time;
pub mod words;

mod contrast;
