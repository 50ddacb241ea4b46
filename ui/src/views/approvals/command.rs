//! The exact command of an approval, with nothing hidden in it.

use leptos::prelude::*;

use super::phrase;
use super::reveal::{Piece, hidden, reveal};
use crate::parts::copy_button::CopyButton;

/// More lines than these have to be scrolled, and it says so.
const IN_SIGHT: usize = 12;

/// The command, and under it what one could overlook.
#[component]
pub fn Command(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let pieces = Memo::new(move |_| text.with(|text| reveal(text)));
    let shown = move || {
        let piece = |piece: Piece| match piece {
            Piece::Plain(text) => text.into_any(),
            Piece::Hidden(escape) => {
                view! { <span class="command-hidden" title="A character that is not seen">{escape}</span> }.into_any()
            }
        };
        pieces.get().into_iter().map(piece).collect_view()
    };
    let lines = Memo::new(move |_| text.with(|text| text.lines().count()));
    let warning = move || pieces.with(|pieces| phrase::warning(hidden(pieces)));
    view! {
        <div class="command">
            <pre class="command-text mono words" tabindex="0" aria-label="The command">{shown}</pre>
            <CopyButton text name="Copy the command" />
        </div>
        {move || (lines.get() > IN_SIGHT).then(|| view! {
            <p class="command-note">{move || format!("{} lines: scroll to read all of it.", lines.get())}</p>
        })}
        {move || warning().map(|warning| view! { <p class="command-note command-warning">{warning}</p> })}
    }
}
