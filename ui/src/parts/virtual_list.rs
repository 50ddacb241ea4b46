//! A long list as a window onto its rows: only what is near the view stands in the page.
//!
//! Rows measure themselves; whatever grows or comes above the view never moves what the
//! person reads. At the end the list follows; once the person scrolls up it stays, and a
//! pill says how much has come. The arithmetic stands in `span`, without a browser.

pub mod span;

mod roll;

use std::hash::Hash;

use leptos::html::Div;
use leptos::prelude::*;

use roll::Roll;

/// How tall rows are, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowHeight {
    /// Every row exactly so; nothing is measured.
    Fixed(f64),
    /// A guess until the row has been seen.
    Measured(f64),
}

/// Where the list starts, and whether it follows what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starts {
    /// At its first row.
    AtTop,
    /// At its last row; new rows scroll in as long as the person stays there.
    AtEnd,
}

/// What a row is known by.
pub trait RowId: Clone + Eq + Hash + Send + Sync + 'static {}
impl<T: Clone + Eq + Hash + Send + Sync + 'static> RowId for T {}

/// A window onto rows.
///
/// `ids`: all rows in order, each once. `row`: draws one; it gets its own owner and is drawn
/// anew only if it left the view. A row may have padding, not an outer margin (it would not
/// be measured). `near_start` is called when the first row comes near, once for each new
/// first row: the moment to fetch older ones. Fills its parent, which must have a height.
#[component]
pub fn VirtualList<K, R, V>(
    #[prop(into)] ids: Signal<Vec<K>>,
    row: R,
    height: RowHeight,
    starts: Starts,
    /// The list's name for those who hear it.
    #[prop(into)]
    label: Signal<String>,
    #[prop(optional)] near_start: Option<Callback<()>>,
    /// Each change of it brings the list to its end, where it follows.
    #[prop(optional)]
    latest: Option<Signal<u32>>,
    /// Told whether the list has stopped following.
    #[prop(optional)]
    stopped: Option<RwSignal<bool>>,
) -> impl IntoView
where
    K: RowId,
    R: Fn(K) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let roll = Roll::new(ids, height, starts, near_start);
    tie(roll, latest, stopped);
    let one = move |id: K| {
        let element = NodeRef::<Div>::new();
        roll.measure(id.clone(), element);
        view! { <div class="vlist-row" role="listitem" node_ref=element>{row(id)}</div> }
    };
    view! {
        <div class="vlist">
            <div
                class="vlist-scroll"
                role="list"
                tabindex="0"
                aria-label=move || label.get()
                node_ref=roll.scroller
                on:scroll=move |_| roll.scrolled()
            >
                <div class="vlist-all" node_ref=roll.all>
                    <div class="vlist-shown" node_ref=roll.block>
                        <For each=move || roll.shown.get() key=|id| id.clone() children=one />
                    </div>
                </div>
            </div>
            <Show when=move || roll.away.get()>
                <button class="vlist-pill" type="button" on:click=move |_| roll.to_end()>
                    {move || pill(roll.unseen.get())}
                </button>
            </Show>
        </div>
    }
}

/// Ties the list's following to what stands outside of it.
fn tie<K: RowId>(roll: Roll<K>, latest: Option<Signal<u32>>, stopped: Option<RwSignal<bool>>) {
    if let Some(latest) = latest {
        Effect::new(move |before: Option<u32>| {
            let now = latest.get();
            if before.is_some_and(|before| before != now) {
                roll.follow();
            }
            now
        });
    }
    if let Some(stopped) = stopped {
        Effect::new(move |_| stopped.set(roll.away.get()));
    }
}

fn pill(unseen: usize) -> String {
    match unseen {
        0 => "Latest ↓".to_owned(),
        n => format!("{n} new ↓"),
    }
}
