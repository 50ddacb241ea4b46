//! What can be done to a node from its card.

use contract::node::LinkState;
use leptos::prelude::*;

use crate::acts;
use crate::parts::menu::{Item, Tone};
use crate::state::State;
use crate::state::frame::{Field, Open};

/// The acts of the card's menu; the local node has those alone that do not move it.
pub fn items(state: State, of: StoredValue<String>) -> Vec<Item> {
    let id = of.get_value();
    let Some(node) = state.told.peek(|model| model.node(&id).cloned()) else {
        return Vec::new();
    };
    let with = move |act: fn(State, &str)| {
        let id = id.clone();
        move || act(state, &id)
    };
    let guard = Item::new("Production and limit…", with(|state, id| state.frame.open(Open::Guard(id.to_owned()))));
    let record = Item::new("Record…", with(|state, id| state.frame.open(Open::Record(id.to_owned()))));
    let drift = Item::new("Differences", with(|state, id| state.frame.open(Open::Drift(id.to_owned()))));
    // The gateway inside this window has no other place, and is not taken away.
    if node.local {
        return vec![guard, record, drift];
    }
    let rest = match node.state {
        LinkState::Paused => Item::new("Resume", with(acts::node::resume)),
        _ => Item::new("Pause", with(acts::node::pause)).aside("stay away"),
    };
    vec![
        Item::new("Edit…", with(|state, id| state.frame.open(Open::EditNode(id.to_owned(), Field::Address)))),
        Item::new("Test", with(|state, id| state.frame.open(Open::Diagnose(id.to_owned())))).aside("step by step"),
        Item::new("Reconnect", with(acts::node::retry)),
        rest,
        guard,
        record,
        drift,
        Item::new("Remove", move || acts::node::remove(state, &node)).tone(Tone::Danger).aside("can be undone"),
    ]
}
