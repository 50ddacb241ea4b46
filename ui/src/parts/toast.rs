//! toast
