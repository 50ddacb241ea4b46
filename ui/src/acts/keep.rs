//! Keeps the arrangement of the window, a moment after it has changed.

use std::time::Duration;

use contract::calls::LayoutSave;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::State;
use crate::state::frame::CoreState;
use crate::state::layout::Kept;

/// A divider that is dragged is saved once, not for every pixel.
const AFTER: Duration = Duration::from_millis(600);

/// Saves every change from now on, for as long as the calling component lives.
pub fn keep(state: State) {
    let saved = StoredValue::new(None::<Kept>);
    let due = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        if state.frame.core.get() != CoreState::Here {
            return;
        }
        let kept = Kept::of(state);
        // The first is what was just restored: it is kept already.
        if saved.with_value(Option::is_none) {
            saved.set_value(Some(kept));
            return;
        }
        if let Some(Some(earlier)) = due.try_update_value(Option::take) {
            earlier.clear();
        }
        let later = move || save(saved, kept.clone(), state);
        due.set_value(set_timeout_with_handle(later, AFTER).ok());
    });
}

fn save(saved: StoredValue<Option<Kept>>, kept: Kept, state: State) {
    if saved.with_value(|saved| saved.as_ref() == Some(&kept)) {
        return;
    }
    let Some(layout) = kept.to_layout() else { return };
    saved.set_value(Some(kept));
    spawn_local(async move {
        if let Err(fault) = core::call(LayoutSave { layout }).await {
            state.toasts.fault(&fault);
        }
    });
}
