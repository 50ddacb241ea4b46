//! The truth as a window shows it: nodes, rows, approvals and lines. Formatting only; nothing here changes anything.

pub mod approval;
pub mod cut;
pub mod line;
pub mod node;
pub mod reveal;
pub mod row;
pub mod title;
pub mod tool;
