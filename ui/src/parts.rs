//! The parts that every screen is made of. One file of code and one of style each; no part
//! knows what the core is.

pub mod button;
pub mod copy_button;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod kbd;
pub mod machine;
pub mod mark;
pub mod menu;
pub mod near;
pub mod relative_time;
pub mod said;
pub mod segmented;
pub mod switch;
pub mod toast;
pub mod virtual_list;
pub mod walk;
