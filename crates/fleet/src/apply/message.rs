//! Whole messages as they arrive live: a person's, which may be the echo of our own, and an agent's finished one.

use contract::transcript::{Fate, Level};
use link::event::{Event, Message, Role};

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, draft, torn};
use crate::truth::{Row, RowBody, Truth};

/// How many of the last rows an agent's message is compared with by its text.
const NEAR: usize = 12;

pub(super) fn said(truth: &mut Truth, event: &Event, message: &Message, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    if sheet.rows().rows.iter().rev().any(|row| row.message.as_ref() == Some(&message.id)) {
        return Taken::Known;
    }
    match message.role {
        Role::User => person(&mut sheet, event, message),
        Role::Assistant => agent(&mut sheet, event, message),
        Role::Notice => {
            sheet.remark(event.run.as_deref(), Level::Info, message.text.to_string());
            Taken::New
        }
        // The gateway's words to the model are not for the reader.
        Role::System => Taken::Known,
    }
}

fn person(sheet: &mut Sheet<'_>, event: &Event, message: &Message) -> Taken {
    let now = sheet.now;
    sheet.session.about.updated_at = Some(now);
    sheet.changes.node = true;
    let run = event.run.as_deref().or(message.run_id.as_deref());
    torn::over(sheet);
    let Some(row) = sheet.rows().owned().find(|row| is_echo(row, message)) else {
        let body = RowBody::User { text: message.text.to_string(), own: None };
        let id = sheet.push(message.sent_at.or(Some(event.at)), run, body);
        if let Some(row) = sheet.rows().row_mut(id) {
            row.message = Some(message.id.clone());
        }
        return Taken::New;
    };
    row.message = Some(message.id.clone());
    let (id, mut unanswered) = (row.id, false);
    if let Some(own) = row.own_mut() {
        // No run has begun for it here: that would have made it run, and left its name.
        unanswered = own.run.is_none() && matches!(own.fate, Fate::Sent | Fate::Acknowledged);
        if matches!(own.fate, Fate::Queued | Fate::Sent | Fate::Unknown) {
            own.fares(Fate::Acknowledged, now);
            own.fault = None;
        }
        own.run = run.map(Into::into).or(own.run.take());
    }
    if was_overtaken(sheet, id, unanswered) {
        sheet.rows().move_last(id);
    }
    sheet.changed(id, RowChange::Whole);
    Taken::Known
}

/// Whether the node took something in between that was said later or elsewhere, and has not begun to answer this one; or,
/// where it is surely `unanswered`, whether it answered something else in between.
fn was_overtaken(sheet: &mut Sheet<'_>, id: u64, unanswered: bool) -> bool {
    let rows = &sheet.rows().rows;
    let Some(index) = rows.iter().rposition(|row| row.id == id) else {
        return false;
    };
    let run = rows[index].own().and_then(|own| own.run.as_deref());
    let mut behind = rows.range(index + 1..);
    let answered = run.is_some() && behind.clone().any(|row| row.run.as_deref() == run);
    !answered
        && behind.any(|row| match &row.body {
            RowBody::User { .. } => row.message.is_some(),
            RowBody::Assistant { .. } => unanswered,
            _ => false,
        })
}

/// Whether the node repeats a message that was sent from here and that it has not repeated yet.
fn is_echo(row: &Row, message: &Message) -> bool {
    let Some(own) = row.own() else { return false };
    match &message.client_id {
        Some(client) => *own.key == **client,
        None => row.message.is_none() && own.fate != Fate::Done && row.text().trim() == message.text.trim(),
    }
}

/// An agent's whole message. The row that streamed it takes it; else it is a row of its own.
fn agent(sheet: &mut Sheet<'_>, event: &Event, message: &Message) -> Taken {
    let run = event.run.as_deref().or(message.run_id.as_deref());
    let same = |row: &&mut Row| {
        row.message.is_none() && matches!(&row.body, RowBody::Assistant { text, .. } if covers(message, run, row, text))
    };
    if let Some(row) = sheet.rows().rows.iter_mut().rev().take(NEAR).find(same) {
        row.message = Some(message.id.clone());
        let id = row.id;
        if let RowBody::Assistant { text, model, .. } = &mut row.body {
            *text = message.text.to_string();
            *model = message.model.as_deref().map(str::to_owned).or(model.take());
        }
        sheet.changed(id, RowChange::Whole);
        return Taken::Known;
    }
    for made in draft::drafts_of(message) {
        let known = matches!(&made.body, RowBody::Tool { call, .. } if has_call(sheet, call));
        if !known {
            let id = sheet.push(made.at.or(Some(event.at)), run, made.body);
            if let Some(row) = sheet.rows().row_mut(id) {
                row.message = Some(message.id.clone());
            }
        }
    }
    Taken::New
}

/// Whether the message is what the row shows or began to show.
fn covers(message: &Message, run: Option<&str>, row: &Row, text: &str) -> bool {
    let same_run = run.is_some() && row.run.as_deref() == run;
    let (whole, shown) = (message.text.trim(), text.trim());
    whole == shown || (same_run && !shown.is_empty() && whole.starts_with(shown))
}

fn has_call(sheet: &mut Sheet<'_>, id: &str) -> bool {
    sheet.rows().rows.iter().any(|row| matches!(&row.body, RowBody::Tool { call, .. } if &**call == id))
}
