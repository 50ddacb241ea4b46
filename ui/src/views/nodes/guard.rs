//! How a node is guarded: the line on its card, the way to unlock it, and the dialog that sets production and limit.

mod dialog;
mod draft;

pub use dialog::GuardDialog;

use contract::node::Node;
use leptos::prelude::*;

use super::card::read;
use crate::acts;
use crate::parts::button::{Button, Look};
use crate::parts::menu::{Item, Menu};
use crate::state::State;
use crate::state::clock::now;
use crate::text::time;

/// For how long it may be unlocked: minutes, and in words.
const SPANS: [(u32, &str); 4] =
    [(15, "For 15 minutes"), (60, "For an hour"), (240, "For 4 hours"), (480, "For 8 hours")];

/// What of a node's guard changes by the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Guard {
    production: bool,
    until: Option<i64>,
}

impl Guard {
    fn of(node: &Node) -> Self {
        Self { production: node.production, until: node.unlocked_until.filter(|_| node.production) }
    }

    fn is_locked(self, now: i64) -> bool {
        self.production && self.until.is_none_or(|until| until <= now)
    }

    fn words(self, now: i64) -> String {
        match self.until.filter(|until| *until > now) {
            Some(until) => format!("Production, unlocked · {} left", time::left(until, now)),
            None => "Production, locked: nothing is changed on it".to_owned(),
        }
    }
}

/// Whether the node is locked now. The clock is read only while a lock is on its way.
pub fn locked(state: State, node: Signal<String>) -> Memo<bool> {
    let guard = Memo::new(move |_| state.told.node(&node.get(), Guard::of).unwrap_or_default());
    let clock = counts(state, guard);
    Memo::new(move |_| guard.get().is_locked(clock.get().map_or_else(now, |at| at.get())))
}

/// The seconds, for as long as it is unlocked.
fn counts(state: State, guard: Memo<Guard>) -> Memo<Option<ReadSignal<i64>>> {
    Memo::new(move |_| guard.get().until.map(|_| state.clock.seconds()))
}

/// Its guard on the card; nothing where it is not production.
#[component]
pub fn Guarded(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let guard = Memo::new(move |_| read(state, of, Guard::of).unwrap_or_default());
    let clock = counts(state, guard);
    let at = move || clock.get().map_or_else(now, |at| at.get());
    let is_locked = Memo::new(move |_| guard.get().is_locked(at()));
    let production = Memo::new(move |_| guard.get().production);
    let node = Signal::derive(move || of.get_value());
    let lock = move |()| acts::node::unlock(state, &of.get_value(), 0);
    view! {
        <Show when=move || production.get()>
            <div class="card-guard">
                <span class="card-guard-words num">{move || guard.get().words(at())}</span>
                {move || match is_locked.get() {
                    true => view! { <Unlock node class="button" /> }.into_any(),
                    false => view! { <Button look=Look::Plain press=lock>"Lock now"</Button> }.into_any(),
                }}
            </div>
        </Show>
    }
}

/// The button that unlocks, with for how long.
#[component]
pub fn Unlock(#[prop(into)] node: Signal<String>, class: &'static str) -> impl IntoView {
    let state = State::here();
    let name = Signal::derive(move || format!("Unlock {}…", state.told.node_name(&node.get())));
    let items = move || {
        let id = node.get_untracked();
        let item = |(minutes, words): (u32, &str)| {
            let id = id.clone();
            Item::new(words, move || acts::node::unlock(state, &id, minutes))
        };
        SPANS.into_iter().map(item).collect()
    };
    view! { <Menu name class items>"Unlock…"</Menu> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples;

    fn guard(production: bool, until: Option<i64>) -> Guard {
        Guard::of(&Node { production, unlocked_until: until, ..samples::node("a") })
    }

    #[test]
    fn a_production_node_is_locked_unless_the_time_it_was_unlocked_for_runs() {
        assert!(guard(true, None).is_locked(1));
        assert!(guard(true, Some(1_000)).is_locked(1_000), "now is over");
        assert!(!guard(true, Some(1_001)).is_locked(1_000));
        assert!(!guard(false, None).is_locked(1));
    }

    #[test]
    fn the_card_says_how_long_it_stays_unlocked() {
        assert_eq!(guard(true, Some(103_000)).words(1_000), "Production, unlocked · 1:42 left");
        assert!(guard(true, Some(1_000)).words(1_000).starts_with("Production, locked"));
    }
}
