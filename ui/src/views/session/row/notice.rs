//! A remark between the rows, and a place where something was lost.

use contract::transcript::{Level, RowBody};
use leptos::prelude::*;

use super::super::seat::{RowId, Talk};
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;

/// A remark.
#[component]
pub fn Notice(talk: Talk, id: RowId) -> impl IntoView {
    let about = talk.part(id, |row| match &row.body {
        RowBody::Notice { text, level } => Some((text.clone(), *level)),
        _ => None,
    });
    let level = Memo::new(move |_| about.with(|about| about.as_ref().map_or(Level::Info, |about| about.1)));
    let text =
        Signal::derive(move || about.with(|about| about.as_ref().map(|about| about.0.clone()).unwrap_or_default()));
    let mark = move || match level.get() {
        Level::Info => None,
        Level::Warning => Some(view! { <Drawing of=Icon::Alarm /> }.into_any()),
        Level::Error => Some(view! { <Mark of=Shape::Failed word=Signal::stored("error".to_owned()) /> }.into_any()),
    };
    let class = move || match level.get() {
        Level::Info => "notice notice-info",
        Level::Warning => "notice notice-warning",
        Level::Error => "notice notice-error",
    };
    view! { <div class=class>{mark}<Said text /></div> }
}

/// Something was lost here.
#[component]
pub fn Gap(talk: Talk, id: RowId) -> impl IntoView {
    let text = talk.part(id, |row| match &row.body {
        RowBody::Gap { text } => Some(text.clone()),
        _ => None,
    });
    view! { <div class="lost" role="note">{move || text.get()}</div> }
}
