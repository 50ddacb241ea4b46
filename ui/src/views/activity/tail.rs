//! The lines themselves: a live tail that stays where it is once the person scrolls up.

use contract::activity::{Filter, Line};
use contract::calls::ActivityBefore;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::hue::Hues;
use super::line::Row;
use crate::core;
use crate::parts::virtual_list::{RowHeight, Starts, VirtualList};
use crate::state::State;
use crate::state::apply::{Key, More};

/// Lines fetched at once.
const PAGE: u32 = 200;
/// A line's height until it has been seen, CSS pixels.
const GUESS: f64 = 45.0;

/// The lines that are known, the newest below. `stopped` is told whether they stopped following.
#[component]
pub fn Tail(filter: Memo<Option<Filter>>, stopped: RwSignal<bool>) -> impl IntoView {
    let state = State::here();
    let ids =
        Memo::new(move |_| state.told.stream(|stream| stream.lines.iter().map(|line| line.n).collect::<Vec<_>>()));
    let hues = Memo::new(move |_| state.told.read(Key::Tree, |model| Hues::of(&model.nodes)));
    let comes = RwSignal::new(false);
    let row = move |n: u64| {
        let line = state.told.peek(|model| find(&model.stream.lines, n).cloned());
        line.map(|line| view! { <Row line hues /> })
    };
    view! {
        <VirtualList
            ids
            row
            height=RowHeight::Measured(GUESS)
            starts=Starts::AtEnd
            label="Activity"
            near_start=Callback::new(move |()| fetch(state, filter, comes))
            stopped
        />
    }
}

fn find(lines: &[Line], n: u64) -> Option<&Line> {
    lines.binary_search_by_key(&n, |line| line.n).ok().and_then(|at| lines.get(at))
}

/// Fetches the page before the first known line, unless one is coming or there is none.
fn fetch(state: State, filter: Memo<Option<Filter>>, comes: RwSignal<bool>) {
    let before = state.told.peek(|model| model.stream.lines.first().filter(|_| model.stream.more).map(|line| line.n));
    let (Some(before), Some(wanted)) = (before, filter.get_untracked()) else {
        return;
    };
    if comes.get_untracked() {
        return;
    }
    comes.set(true);
    spawn_local(async move {
        let came = core::call(ActivityBefore { filter: wanted.clone(), before, limit: PAGE }).await;
        // Lines of another filter than the one in force now belong nowhere.
        let still = filter.try_get_untracked().flatten() == Some(wanted);
        match came {
            Ok(lines) if still => {
                let more = if lines.is_empty() { More::No } else { More::Yes };
                state.told.prepend_lines(lines, more);
            }
            Ok(_) => (),
            Err(fault) => state.toasts.fault(&fault),
        }
        _ = comes.try_set(false);
    });
}
