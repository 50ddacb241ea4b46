//! copy_button
