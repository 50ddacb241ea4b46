//! The strip at the foot: the fleet in one line, and the window's own appetite.

use leptos::prelude::*;

use crate::parts::mark::{Mark, Shape};
use crate::state::clock::now;
use crate::state::counts::{asking, fleet};
use crate::state::{Route, State};
use crate::text::{time, words};

/// The strip.
#[component]
pub fn Strip() -> impl IntoView {
    let state = State::here();
    let sum = Memo::new(move |_| state.told.all_nodes(fleet));
    let waiting = Memo::new(move |_| {
        state.told.approvals(|approvals| asking(approvals).len()) + sum.with(|sum| sum.waiting.len())
    });
    let up = move || {
        sum.with(|sum| match sum.all {
            0 => "No nodes yet".to_owned(),
            all => format!("{} of {} up", sum.up, words::count(all as u64, "node", "nodes")),
        })
    };
    let running = move || sum.with(|sum| format!("{} running", sum.running));
    let asks = move || match waiting.get() {
        1 => "1 needs you".to_owned(),
        n => format!("{n} need you"),
    };
    view! {
        <footer class="strip" aria-label="Status">
            <button type="button" class="strip-item" on:click=move |_| state.route.set(Route::Nodes)>
                <Mark of=Signal::derive(move || if sum.with(|sum| sum.up > 0) { Shape::Ok } else { Shape::Offline }) />
                {up}
            </button>
            <Away sum=Signal::derive(move || sum.with(|sum| sum.away.clone())) />
            <span class="grow"></span>
            <span class="strip-item" class=("strip-running", move || sum.with(|sum| sum.running > 0))>{running}</span>
            <Show when=move || { waiting.get() > 0 }>
                <button type="button" class="strip-item strip-asks" on:click=move |_| state.route.set(Route::Approvals)>
                    <Mark of=Shape::Asks />
                    {asks}
                </button>
            </Show>
            <Figures />
        </footer>
    }
}

#[component]
fn Away(#[prop(into)] sum: Signal<Vec<(String, i64)>>) -> impl IntoView {
    let said = move || {
        sum.with(|away| match away.as_slice() {
            [] => None,
            [(name, since)] => Some(format!("{name} offline since {}", time::moment(*since, now()))),
            many => Some(format!("{} nodes offline", many.len())),
        })
    };
    let names = move || sum.with(|away| away.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "));
    view! {
        {move || said().map(|said| view! {
            <span class="strip-item cut" title=names><Mark of=Shape::Offline /><span class="cut">{said}</span></span>
        })}
    }
}

#[component]
fn Figures() -> impl IntoView {
    let state = State::here();
    let vitals = Memo::new(move |_| state.told.vitals());
    let events = move || vitals.with(|vitals| words::rate(vitals.events_per_second));
    let appetite = move || {
        vitals.with(|vitals| format!("{:.1} % CPU · {}", vitals.cpu_percent, words::bytes(vitals.memory_bytes)))
    };
    let known = move || vitals.with(|vitals| vitals.memory_bytes > 0);
    view! {
        <Show when=known>
            <span class="strip-item strip-figure">{events}</span>
            <span class="strip-item strip-figure" title="What this program uses, all its processes">{appetite}</span>
        </Show>
        <span class="strip-item strip-figure">{move || state.frame.version.get()}</span>
    }
}
