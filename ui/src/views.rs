//! The screens and the frame around them. Formatting only: what is true stands in `state`.

pub mod activity;
pub mod approvals;
pub mod frame;
pub mod nodes;
pub mod session;
pub mod split;
