//! The exact command of an approval, with nothing hidden in it: the core takes it apart, here it is drawn.

use contract::approval::Piece;
use leptos::prelude::*;

use super::phrase;
use crate::parts::copy_button::CopyButton;

/// More lines than these have to be scrolled, and it says so.
const IN_SIGHT: usize = 12;

/// The command, and under it what one could overlook.
#[component]
pub fn Command(#[prop(into)] pieces: Signal<Vec<Piece>>) -> impl IntoView {
    let text = Memo::new(move |_| pieces.with(|pieces| phrase::whole(pieces)));
    let lines = Memo::new(move |_| text.with(|text| text.lines().count()));
    let warning = move || pieces.with(|pieces| phrase::warning(pieces));
    view! {
        <div class="command">
            <pre class="command-text mono words" tabindex="0" aria-label="The command"><Pieces of=pieces /></pre>
            <CopyButton text name="Copy the command" />
        </div>
        {move || (lines.get() > IN_SIGHT).then(|| view! {
            <p class="command-note">{move || format!("{} lines: scroll to read all of it.", lines.get())}</p>
        })}
        {move || warning().map(|warning| view! { <p class="command-note command-warning">{warning}</p> })}
    }
}

/// A text in pieces: what is not what it looks like stands out, with the reason.
#[component]
pub fn Pieces(#[prop(into)] of: Signal<Vec<Piece>>) -> impl IntoView {
    let piece = |piece: Piece| match (piece.hidden, piece.drawn) {
        (Some(hidden), Some(drawn)) => {
            view! { <span class="command-hidden" title=phrase::hides(hidden)>{drawn}</span> }.into_any()
        }
        _ => piece.text.into_any(),
    };
    move || of.get().into_iter().map(piece).collect_view()
}
