//! The frame: what surrounds every screen.

use leptos::prelude::*;

/// The whole window.
#[component]
pub fn Frame() -> impl IntoView {}
