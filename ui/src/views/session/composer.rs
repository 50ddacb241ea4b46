//! The composer: always in its place. It grows with what is typed, says where the words go,
//! and in its foot what runs and how to stop it, so that nothing ever moves it.

use contract::transcript::{Row, RowBody};
use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::fate::invitation;
use super::seat::Seat;
use super::speak::speak;
use super::stop::Stop;
use crate::parts::kbd::Kbd;
use crate::parts::mark::{Mark, Shape};
use crate::state::counts::{Standing, standing};
use crate::text::plain;
use crate::views::nodes::guard;

/// What the parts of the composer share.
#[derive(Clone, Copy)]
struct Desk {
    seat: Seat,
    draft: Memo<ArcRwSignal<String>>,
    text: Memo<String>,
    blank: Memo<bool>,
    /// Whether what is sent has to wait for the node.
    away: Memo<bool>,
    /// Whether the node was removed.
    gone: Memo<bool>,
    /// Whether the node is production and locked.
    locked: Memo<bool>,
}

impl Desk {
    fn new(seat: Seat) -> Self {
        let (state, node) = (seat.state, seat.node());
        let draft = draft(seat);
        let text = Memo::new(move |_| draft.get().get());
        let blank = Memo::new(move |_| text.with(|text| text.trim().is_empty()));
        let away = Memo::new(move |_| {
            let away = state.told.node(&node.get(), |node| standing(node) != Standing::Up);
            away.unwrap_or(true)
        });
        let gone = Memo::new(move |_| state.told.nodes_known() && state.told.node(&node.get(), |_| ()).is_none());
        let locked = guard::locked(state, node.into());
        Self { seat, draft, text, blank, away, gone, locked }
    }

    /// Whether there is nothing to send, or nowhere to send it.
    fn mute(self) -> bool {
        self.blank.get() || self.gone.get() || self.locked.get() || self.seat.of.with(Option::is_none)
    }

    fn send(self) {
        if !untrack(|| self.mute()) {
            speak(self.seat, self.text.get_untracked().trim().to_owned());
        }
    }

    fn keyed(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            // While an input method is at work, Enter is a part of the word.
            "Enter" if !event.shift_key() && !event.is_composing() => {
                event.prevent_default();
                self.send();
            }
            "ArrowUp" if self.text.with_untracked(String::is_empty) => {
                if let Some(last) = last_own(self.seat) {
                    event.prevent_default();
                    self.draft.get_untracked().set(last);
                }
            }
            _ => (),
        }
    }
}

/// The composer.
#[component]
pub fn Composer(seat: Seat, stop: Stop) -> impl IntoView {
    let desk = Desk::new(seat);
    view! {
        <div class="composer">
            <Field desk />
            <div class="composer-foot">
                <Doing seat stop />
                <Show when=move || desk.locked.get()>
                    <span class="cut composer-locked">"Production, locked"</span>
                    <guard::Unlock node=seat.node() class="composer-unlock" />
                </Show>
                <span class="grow"></span>
                <span class="composer-hint">
                    <Kbd keys="Shift Enter" />
                    "new line"
                </span>
                <button
                    type="button"
                    class="composer-send"
                    disabled=move || desk.mute()
                    title="Send (Enter)"
                    on:click=move |_| {
                        desk.send();
                        seat.write.update(|write| *write += 1);
                    }
                >
                    {move || if desk.away.get() { "Queue" } else { "Send" }}
                    <Kbd keys="Enter" />
                </button>
            </div>
        </div>
    }
}

/// Where one types.
#[component]
fn Field(desk: Desk) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let names = desk.seat.names();
    let says = move || match desk.gone.get() {
        true => "This node was removed".to_owned(),
        false if desk.locked.get() => {
            names.with(|(_, node)| format!("{node} is production and locked: unlock it to speak"))
        }
        false => names.with(|(agent, node)| invitation(agent, node, desk.away.get())),
    };
    come_to_the_cursor(desk.seat, field);
    view! {
        <div class="composer-grow" data-text=move || desk.text.get()>
            <textarea
                class="composer-field words"
                rows="1"
                aria-label=says
                placeholder=says
                disabled=move || desk.gone.get()
                node_ref=field
                prop:value=move || desk.text.get()
                on:input=move |event| desk.draft.get_untracked().set(event_target_value(&event))
                on:keydown=move |event| desk.keyed(&event)
            ></textarea>
        </div>
    }
}

/// What runs, and the way to stop it.
#[component]
fn Doing(seat: Seat, stop: Stop) -> impl IntoView {
    let state = seat.state;
    let head = seat.head();
    let phase = Memo::new(move |_| head.with(|head| head.phase.clone()));
    let words = move || phase.get().unwrap_or_else(|| "running".to_owned());
    let going = move || {
        let (now, since) = (state.clock.seconds(), since(seat));
        since.map(|since| view! { <span class="composer-going" aria-hidden="true">{move || plain::going(since, now.get())}</span> })
    };
    let running = move || {
        let asks = move || if stop.asked.get() { "Esc again" } else { "Esc Esc" };
        view! {
            <Mark of=Shape::Running />
            <span class="cut composer-phase">{words}</span>
            {going()}
            <button type="button" class="composer-stop" class=("composer-stop-asks", stop.asked) on:click=move |_| stop.stop()>
                "Stop"<kbd class="kbd">{asks}</kbd>
            </button>
        }
        .into_any()
    };
    move || match (stop.running.get(), phase.with(Option::is_some)) {
        (true, _) => Some(running()),
        // It went on when the link went down: that is all that is known.
        (false, true) => {
            Some(view! { <Mark of=Shape::Offline /><span class="cut composer-phase">{words}</span> }.into_any())
        }
        (false, false) => None,
    }
}

/// What is being typed to the session; while it is made, kept here and moved over then.
fn draft(seat: Seat) -> Memo<ArcRwSignal<String>> {
    let spare = ArcRwSignal::new(String::new());
    let drafts = seat.state.drafts;
    let early = spare.clone();
    Effect::new(move |_| {
        let Some(of) = seat.of.get() else { return };
        let typed = early.try_update(std::mem::take).unwrap_or_default();
        if !typed.is_empty() {
            drafts.of(&of).update(|draft| draft.push_str(&typed));
        }
    });
    Memo::new(move |_| seat.of.get().map_or_else(|| spare.clone(), |of| drafts.of(&of)))
}

/// Puts the cursor here when it is asked for, and when the pane gets the focus from elsewhere.
fn come_to_the_cursor(seat: Seat, field: NodeRef<html::Textarea>) {
    let focused = seat.state.focused(seat.pane);
    let take = move || {
        if let Some(field) = field.try_get_untracked().flatten() {
            let _unfocused = field.focus();
        }
    };
    Effect::new(move |before: Option<u32>| {
        let now = seat.write.get();
        if before.is_some_and(|before| before != now) {
            take();
        }
        now
    });
    Effect::new(move |_| {
        if focused.get() && seat.of.get().is_some() && field.get().is_some() {
            // After whatever closed has given the focus back.
            request_animation_frame(move || {
                let covered = seat.state.frame.dialog.try_get_untracked().flatten().is_some();
                let here = document().active_element().zip(field.try_get_untracked().flatten());
                let inside = here.is_some_and(|(active, field)| {
                    field.closest(".tile").ok().flatten().is_some_and(|tile| tile.contains(Some(&active)))
                });
                // The person may be in another pane by now: nothing takes the cursor out of their words.
                let still = focused.try_get_untracked().unwrap_or(false);
                if still && !covered && !inside {
                    take();
                }
            });
        }
    });
}

/// The last thing the person said here.
fn last_own(seat: Seat) -> Option<String> {
    let said = |row: &Row| match &row.body {
        RowBody::User { text, .. } => Some(text.clone()),
        _ => None,
    };
    let of = seat.of.get_untracked()?;
    seat.state.told.peek(|model| model.transcripts.get(&of)?.rows.iter().rev().find_map(said))
}

/// Since when the run goes on: since the words it answers.
fn since(seat: Seat) -> Option<i64> {
    let of = seat.of.get_untracked()?;
    let asked = |row: &&Row| matches!(row.body, RowBody::User { .. });
    seat.state.told.peek(|model| model.transcripts.get(&of)?.rows.iter().rev().find(asked)?.at)
}
