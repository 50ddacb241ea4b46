//! A session's rows, or what stands in their place: bones while they come, why they did not
//! come, an invitation while there are none.

use leptos::prelude::*;

use super::older::{Older, fetch};
use super::row::Row;
use super::seat::Talk;
use crate::parts::button::Button;
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::parts::virtual_list::{RowHeight, Starts, VirtualList};

/// A row's height until it has been seen, CSS pixels.
const GUESS: f64 = 72.0;

/// What a pane shows of a session.
#[derive(Clone, PartialEq)]
enum Shown {
    Comes,
    Broken(String),
    Nothing,
    Rows,
}

/// The rows.
#[component]
pub fn Transcript(talk: Talk) -> impl IntoView {
    let ids = Memo::new(move |_| talk.ids());
    let head = talk.seat.head();
    let shown = Memo::new(move |_| {
        let none = ids.with(|ids| ids.as_ref().is_none_or(Vec::is_empty));
        match (ids.with(Option::is_some), none, head.get()) {
            (_, false, _) => Shown::Rows,
            (false, ..) => Shown::Comes,
            (_, _, head) if head.loading => Shown::Comes,
            (_, _, head) => head.fault.map_or(Shown::Nothing, Shown::Broken),
        }
    });
    let list = Signal::derive(move || ids.get().unwrap_or_default());
    move || match shown.get() {
        Shown::Rows => view! { <Rows talk list /> }.into_any(),
        Shown::Comes => view! { <Skeleton says="The rows are coming." /> }.into_any(),
        Shown::Nothing => view! { <Invitation talk /> }.into_any(),
        Shown::Broken(why) => view! { <Broken talk why /> }.into_any(),
    }
}

#[component]
fn Rows(talk: Talk, list: Signal<Vec<String>>) -> impl IntoView {
    let older = RwSignal::new(Older::Rests);
    let (head, names) = (talk.seat.head(), talk.seat.names());
    let fault = Memo::new(move |_| head.with(|head| head.fault.clone()));
    let stale = Memo::new(move |_| head.with(|head| head.stale_since.is_some()));
    let label = Signal::derive(move || format!("Session with {}", names.get().0));
    view! {
        {move || fault.get().map(|why| view! { <p class="transcript-fault"><Mark of=Shape::Failed /><Said text=why /></p> })}
        <div class="transcript" class=("transcript-stale", stale) role="log" aria-live="off" aria-label=move || label.get()>
            <VirtualList
                ids=list
                row=move |id: String| view! { <Row talk id /> }
                height=RowHeight::Measured(GUESS)
                starts=Starts::AtEnd
                label
                near_start=Callback::new(move |()| fetch(talk, older))
                latest=talk.seat.latest.into()
            />
            {move || match older.get() {
                Older::Rests => None,
                Older::Comes => Some(view! { <p class="transcript-older">"Older rows are coming…"</p> }.into_any()),
                Older::Failed(why) => Some(view! { <Unfetched talk older why /> }.into_any()),
            }}
        </div>
    }
}

#[component]
fn Unfetched(talk: Talk, older: RwSignal<Older>, why: String) -> impl IntoView {
    view! {
        <p class="transcript-older transcript-unfetched" role="alert">
            <Said text=why />
            <button type="button" class="transcript-again" on:click=move |_| fetch(talk, older)>"Try again"</button>
        </p>
    }
}

/// Stands for rows that are on their way; not seen when they come quickly.
#[component]
pub fn Skeleton(says: &'static str) -> impl IntoView {
    view! {
        <div class="bones" role="img" aria-label=says>
            <i class="bones-mine"></i><i></i><i></i><i class="bones-short"></i>
            <i class="bones-mine"></i><i></i><i class="bones-short"></i>
        </div>
    }
}

#[component]
fn Invitation(talk: Talk) -> impl IntoView {
    let names = talk.seat.names();
    let press = move |_| talk.seat.write.update(|write| *write += 1);
    view! {
        <button type="button" class="invites" tabindex="-1" on:click=press>
            <span class="invites-words">"Say something to "<b>{move || names.get().0}</b>" on "{move || names.get().1}"."</span>
        </button>
    }
}

#[component]
fn Broken(talk: Talk, why: String) -> impl IntoView {
    let state = talk.state;
    view! {
        <div class="broken" role="alert">
            <Mark of=Shape::Failed />
            <div class="broken-words">
                <p>"This session cannot be shown."</p>
                <p class="soft"><Said text=why /></p>
                <Button press=move |()| state.topics.resync(state.toasts)>"Try again"</Button>
            </div>
        </div>
    }
}
