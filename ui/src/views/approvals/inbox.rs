//! The cards that wait. None moves while the person's hand is among them: a card that was
//! answered leaves when the hand does, or after a moment.

use std::time::Duration;

use contract::approval::Approval;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, Node};

use super::card::{At, Card};
use super::keys;
use super::order::{Hand, Key, arranged, key};
use crate::state::State;
use crate::state::counts::asking;

/// How long an answered card stays when nobody is at it.
const STAYS: Duration = Duration::from_secs(2);

/// What stands in the inbox.
#[derive(Clone, Copy)]
pub struct Inbox {
    state: State,
    shown: RwSignal<Vec<Key>>,
    settled: RwSignal<Vec<Key>>,
    pointer: RwSignal<bool>,
    keyboard: RwSignal<bool>,
}

impl Inbox {
    pub fn new(state: State) -> Self {
        let inbox = Self {
            state,
            shown: RwSignal::new(Vec::new()),
            settled: RwSignal::new(Vec::new()),
            pointer: RwSignal::new(false),
            keyboard: RwSignal::new(false),
        };
        let waiting =
            Memo::new(move |_| state.told.approvals(|all| asking(all).into_iter().map(key).collect::<Vec<_>>()));
        Effect::new(move |before: Option<Vec<Key>>| {
            let waiting = waiting.get();
            inbox.arrange(&before.unwrap_or_default(), &waiting);
            waiting
        });
        inbox
    }

    /// The cards, in order.
    pub fn shown(self) -> Memo<Vec<Key>> {
        Memo::new(move |_| self.shown.get())
    }

    /// Lays the cards out anew. `before`: what waited the last time.
    fn arrange(self, before: &[Key], waiting: &[Key]) {
        let hand = match self.pointer.get() || self.keyboard.get() {
            true => Hand::Among,
            false => Hand::Away,
        };
        let shown = self.shown.get_untracked();
        self.settle(before.iter().filter(|key| !waiting.contains(key) && self.answered(key)));
        let next = self.settled.with(|settled| arranged(&shown, waiting, settled, hand));
        if next != shown {
            self.shown.set(next);
        }
        if hand == Hand::Away {
            self.leave_soon();
        }
    }

    fn answered(self, (node, id): &Key) -> bool {
        self.state.told.peek(|model| model.approvals.iter().any(|of| of.node == *node && of.id == *id))
    }

    fn settle<'a>(self, keys: impl Iterator<Item = &'a Key>) {
        let known = self.settled.get_untracked();
        let new: Vec<Key> = keys.filter(|key| !known.contains(key)).cloned().collect();
        if !new.is_empty() {
            self.settled.update(|settled| settled.extend(new));
        }
    }

    fn leave_soon(self) {
        let going = self.settled.get_untracked();
        if going.is_empty() {
            return;
        }
        let leave = move || {
            let busy =
                self.pointer.try_get_untracked().unwrap_or(true) || self.keyboard.try_get_untracked().unwrap_or(true);
            if !busy {
                self.settled.update(|settled| settled.retain(|key| !going.contains(key)));
            }
        };
        set_timeout(leave, STAYS);
    }
}

/// The cards, or that there is nothing to do.
#[component]
pub fn Cards(inbox: Inbox) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    keys::listen(inbox.state, list);
    let known =
        Memo::new(move |_| inbox.state.told.read(crate::state::apply::Key::Approvals, |model| model.approvals_known));
    let none = Memo::new(move |_| inbox.shown.with(Vec::is_empty));
    let left = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        let inside = list.get_untracked().is_some_and(|list| list.contains(to.as_ref()));
        inbox.keyboard.set(inside);
    };
    view! {
        <div
            class="inbox-cards"
            node_ref=list
            on:pointerenter=move |_| inbox.pointer.set(true)
            on:pointerleave=move |_| inbox.pointer.set(false)
            on:focusin=move |_| inbox.keyboard.set(true)
            on:focusout=left
        >
            <For each=move || inbox.shown.get() key=|key| key.clone() let:key>
                <One state=inbox.state of=key />
            </For>
        </div>
        <Show when=move || none.get() && known.get()>
            <div class="inbox-none">
                <h2>"Nothing needs you"</h2>
                <p class="soft">"When an agent on any node wants to do something that needs your word, it stands here."</p>
            </div>
        </Show>
    }
}

#[component]
fn One(state: State, of: Key) -> impl IntoView {
    let element = NodeRef::<html::Article>::new();
    let mine = of.clone();
    let approval = Memo::new(move |before: Option<&Option<Approval>>| {
        let found = state.told.approvals(|all| all.iter().find(|all| key(all) == mine).cloned());
        // One that is gone keeps its last face until its card leaves.
        found.or_else(|| before.cloned().flatten())
    });
    // The sidebar asked for this one.
    Effect::new(move |_| {
        let asked = state.frame.approval.with(|asked| asked.as_ref() == Some(&of));
        if asked && let Some(card) = element.get() {
            let _unfocused = card.focus();
            card.scroll_into_view();
            state.frame.approval.set(None);
        }
    });
    let there = Memo::new(move |_| approval.with(Option::is_some));
    move || {
        there.track();
        let first = approval.get_untracked()?;
        let of = Signal::derive(move || approval.get().unwrap_or_else(|| first.clone()));
        Some(view! { <Card of at=At::Inbox element /> })
    }
}
