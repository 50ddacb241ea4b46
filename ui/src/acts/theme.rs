//! Day and night.

use contract::calls::SettingsSave;
use contract::settings::{Settings, Theme};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::State;

/// Puts the theme on the page whenever it changes, and where `boot.js` finds it at the next start.
pub fn wear(state: State) {
    Effect::new(move |_| {
        let name = match state.frame.theme.get() {
            Theme::System => None,
            Theme::Dark => Some("dark"),
            Theme::Light => Some("light"),
        };
        let Some(root) = document().document_element() else {
            return;
        };
        let storage = window().local_storage().ok().flatten();
        let _unkept = match name {
            Some(name) => {
                let _unset = root.set_attribute("data-theme", name);
                storage.map(|storage| storage.set_item("theme", name))
            }
            None => {
                let _unset = root.remove_attribute("data-theme");
                storage.map(|storage| storage.remove_item("theme"))
            }
        };
    });
}

/// Chooses a theme and keeps it.
pub fn choose(state: State, theme: Theme) {
    state.frame.theme.set(theme);
    spawn_local(async move {
        if let Err(fault) = core::call(SettingsSave { settings: Settings { theme } }).await {
            state.toasts.fault(&fault);
        }
    });
}

/// From what is seen now to the other.
pub fn turn(state: State) {
    choose(state, if dark(state) { Theme::Light } else { Theme::Dark });
}

/// Whether it is night on the screen.
pub fn dark(state: State) -> bool {
    match state.frame.theme.get() {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => {
            let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
            query.is_none_or(|query| query.matches())
        }
    }
}
