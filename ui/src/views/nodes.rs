//! The dashboard: a card a node.

use leptos::prelude::*;

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {}
