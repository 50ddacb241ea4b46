//! What a person does, where it is more than setting a signal: each verb a file.

pub mod keep;
pub mod node;
pub mod open;
pub mod start;
pub mod theme;
