//! The split window.

use leptos::prelude::*;

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {}
