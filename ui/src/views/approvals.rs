//! Approvals: what waits for the person's word, and what was answered.

use leptos::prelude::*;

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {}
