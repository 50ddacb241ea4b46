//! One session in a pane: its transcript and its composer. The pane's head (mark, names,
//! sessions, split, close) and its focus stand in `views::split`.

mod away;
mod composer;
mod fate;
mod markdown;
mod older;
mod prose;
mod row;
mod seat;
mod speak;
mod stop;
mod transcript;

use contract::Topic;
use contract::calls::SessionSeen;
use contract::node::Activity;
use contract::transcript::SessionRef;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::state::{PaneId, State};

use away::Away;
use composer::Composer;
use seat::{Seat, Talk};
use stop::Stop;
use transcript::{Skeleton, Transcript};

/// Rows a pane asks for; older ones are fetched when it is scrolled up to them.
const ROWS: u32 = 200;

/// The inside of a pane that shows an agent. Its session may still be in the making.
#[component]
pub fn Pane(pane: PaneId) -> impl IntoView {
    let seat = Seat::new(State::here(), pane);
    let stop = Stop::new(seat);
    view! {
        <div class="session" on:keydown=move |event| stop.pressed(&event)>
            <Away seat />
            {move || match seat.of.get() {
                Some(of) => view! { <Session seat of /> }.into_any(),
                None => view! { <Skeleton says="Making a session…" /> }.into_any(),
            }}
            <Composer seat stop />
        </div>
    }
}

#[component]
fn Session(seat: Seat, of: SessionRef) -> impl IntoView {
    let state = seat.state;
    state.topics.want(Topic::Transcript { of: of.clone(), limit: ROWS }, state.told, state.toasts);
    look_at(seat, of.clone());
    tell_the_end(seat);
    view! { <Transcript talk=Talk::new(seat, of) /> }
}

/// Tells the core that the person looked at the session, while its pane has the focus.
fn look_at(seat: Seat, of: SessionRef) {
    let state = seat.state;
    let focused = state.focused(seat.pane);
    let news = {
        let of = of.clone();
        Memo::new(move |_| {
            let activity = state.told.node(&of.node, |node| {
                node.sessions.iter().find(|session| session.key == of.session).map(|session| session.activity)
            });
            matches!(activity.flatten(), Some(Activity::Unread | Activity::Failed))
        })
    };
    Effect::new(move |_| {
        if focused.get() && news.get() {
            let of = of.clone();
            spawn_local(async move {
                if let Err(fault) = core::call(SessionSeen { of }).await {
                    state.toasts.fault(&fault);
                }
            });
        }
    });
}

/// Says that a run ended, for those who hear the window.
fn tell_the_end(seat: Seat) {
    let head = seat.head();
    let running = Memo::new(move |_| head.with(|head| head.running.is_some()));
    let names = seat.names();
    Effect::new(move |before: Option<bool>| {
        let now = running.get();
        if before == Some(true) && !now {
            let (agent, node) = names.get_untracked();
            seat.state.frame.say(format!("{agent} on {node} finished"));
        }
        now
    });
}
