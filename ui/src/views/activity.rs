//! The stream of all nodes: as the column at the right, and as a screen.

use leptos::prelude::*;

/// The column: head, lines, foot.
#[component]
pub fn Stream() -> impl IntoView {}

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {}
