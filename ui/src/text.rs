//! Words for figures: times, sizes, durations, names.

pub mod time;
pub mod words;
