//! The sheet of shortcuts.

use leptos::prelude::*;

use super::keys::SHEET;
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::kbd::Kbd;
use crate::state::State;

/// The sheet.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let frame = State::here().frame;
    let group = |(title, keys): (&'static str, &'static [(&'static str, &'static str)])| {
        let line = |(chord, meaning): &(&'static str, &'static str)| {
            view! { <dt><Kbd keys=chord /></dt><dd>{*meaning}</dd> }
        };
        view! {
            <section>
                <h3 class="shortcuts-title">{title}</h3>
                <dl class="shortcuts-list">{keys.iter().map(line).collect_view()}</dl>
            </section>
        }
    };
    view! {
        <Dialog title="Keyboard shortcuts" beside=Beside::Closes class="shortcuts" close=move |()| frame.close()>
            <div class="shortcuts-body">{SHEET.map(group)}</div>
        </Dialog>
    }
}
