//! Tool calls and sub-agents: what starts also ends, at the latest with its run.

use contract::transcript::ToolState;
use link::event::Event;
use serde_json::Value;

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, run, text};
use crate::truth::{Row, RowBody, Truth};
use crate::view::tool::{cut, indented, summary};

/// A call as it begins.
pub(super) struct Call<'a> {
    pub call: &'a str,
    pub name: &'a str,
    pub input: &'a Value,
}

/// A call as it ends.
pub(super) struct End<'a> {
    pub call: &'a str,
    pub ok: Option<bool>,
    pub output: &'a str,
    pub ms: Option<u64>,
}

pub(super) fn started(truth: &mut Truth, event: &Event, call: &Call<'_>, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let Some(index) = run::join(&mut sheet, event) else {
        return Taken::Known;
    };
    if find(&mut sheet, event.run.as_deref(), call.call).is_some() {
        return Taken::Known;
    }
    text::close_rows(&mut sheet, index);
    let id = sheet.session.runs[index].id.clone();
    sheet.push(Some(event.at), Some(&id), body(call, ToolState::Running));
    let run = &mut sheet.session.runs[index];
    run.round = run.texts.len();
    Taken::New
}

/// A call that ended without a beginning gets its row too; one whose run closed it first gets its true end.
pub(super) fn finished(truth: &mut Truth, event: &Event, end: &End<'_>, now: i64, changes: &mut Changes) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let found = find(&mut sheet, event.run.as_deref(), end.call).map(|row| row.id);
    let id = found.unwrap_or_else(|| {
        let call = Call { call: end.call, name: "tool", input: &Value::Null };
        sheet.push(Some(event.at), event.run.as_deref(), body(&call, ToolState::Running))
    });
    let Some(row) = sheet.rows().row_mut(id) else {
        return Taken::New;
    };
    let RowBody::Tool { output, state, ms, .. } = &mut row.body else {
        return Taken::New;
    };
    if matches!(state, ToolState::Ok | ToolState::Failed) {
        return Taken::Known;
    }
    *state = state_of(end.ok);
    *output = cut(end.output);
    *ms = end.ms.or(*ms);
    sheet.changed(id, RowChange::Whole);
    Taken::New
}

pub(super) fn subagent_started(
    truth: &mut Truth,
    event: &Event,
    label: &str,
    preset: Option<&str>,
    now: i64,
    changes: &mut Changes,
) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let (label, preset) = (label.to_owned(), preset.map(str::to_owned));
    let body = RowBody::Subagent { label, preset, state: ToolState::Running };
    sheet.push(Some(event.at), event.run.as_deref(), body);
    Taken::New
}

/// Ends the oldest one of that label without an end: it may outlive the run that started it.
pub(super) fn subagent_finished(
    truth: &mut Truth,
    event: &Event,
    label: &str,
    ok: Option<bool>,
    now: i64,
    changes: &mut Changes,
) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let mut ended = None;
    for row in &mut sheet.rows().rows {
        if let RowBody::Subagent { label: known, state, .. } = &mut row.body
            && known == label
            && matches!(state, ToolState::Running | ToolState::Unknown)
        {
            *state = if ok.is_none() { ToolState::Ok } else { state_of(ok) };
            ended = Some(row.id);
            break;
        }
    }
    if let Some(id) = ended {
        sheet.changed(id, RowChange::Whole);
    }
    Taken::New
}

/// The row of a call.
pub(super) fn body(call: &Call<'_>, state: ToolState) -> RowBody {
    RowBody::Tool {
        call: call.call.into(),
        name: call.name.to_owned(),
        summary: summary(call.input),
        input: indented(call.input),
        output: String::new(),
        state,
        ms: None,
    }
}

pub(super) fn state_of(ok: Option<bool>) -> ToolState {
    match ok {
        Some(true) => ToolState::Ok,
        Some(false) => ToolState::Failed,
        None => ToolState::Unknown,
    }
}

/// The row of a call. Some models count their calls anew in every run: the run must be the same where both are known.
fn find<'a>(sheet: &'a mut Sheet<'_>, run: Option<&str>, id: &str) -> Option<&'a mut Row> {
    let is = |row: &&mut Row| {
        matches!(&row.body, RowBody::Tool { call, .. } if &**call == id)
            && row.run.as_deref().is_none_or(|of| run.is_none_or(|run| run == of))
    };
    let known = sheet.session.runs.iter().rev().find(|known| run == Some(&*known.id));
    let since = known.map_or(i64::MIN, |run| run.since);
    sheet.rows().behind(since).rev().find(is)
}
