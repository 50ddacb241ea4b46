//! An answer's text and reasoning as they stream, and the final text that replaces them.

use link::event::Event;

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, run, torn};
use crate::truth::{RowBody, Truth};

/// Which of the two streams of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Answer,
    Thinking,
}

/// More text. It goes to the run's open row of its kind, or begins one and closes the other kind's.
pub(super) fn delta(
    truth: &mut Truth,
    event: &Event,
    text: &str,
    kind: Kind,
    now: i64,
    changes: &mut Changes,
) -> Taken {
    let Some(mut sheet) = Sheet::of(truth, event, now, changes) else {
        return Taken::New;
    };
    let Some(index) = run::join(&mut sheet, event) else {
        return Taken::Known;
    };
    if kind == Kind::Answer {
        torn::repeats(&mut sheet, index, text);
    }
    let run = &mut sheet.session.runs[index];
    let open = match kind {
        Kind::Answer => run.text_row,
        Kind::Thinking => run.thinking_row,
    };
    if run.phase.take().is_some() {
        sheet.head();
    }
    if open.is_none_or(|id| !append(&mut sheet, id, text)) && !text.is_empty() {
        begin_row(&mut sheet, index, event, text, kind);
    }
    Taken::New
}

/// Makes the final text the text of the run's last round; the rows of one round become one.
pub(super) fn settle(sheet: &mut Sheet<'_>, index: usize, answer: &str) {
    let run = &sheet.session.runs[index];
    let (earlier, round) = run.texts.split_at(run.round.min(run.texts.len()));
    let (earlier, round) = (earlier.to_vec(), round.to_vec());
    let id = run.id.clone();
    let answer = unsaid(sheet, &earlier, answer).to_owned();
    if answer.trim().is_empty() {
        return;
    }
    let Some((last, before)) = round.split_last() else {
        let body = RowBody::Assistant { text: answer, streaming: false, model: None };
        let at = Some(sheet.now);
        let row = sheet.push(at, Some(&id), body);
        sheet.session.runs[index].texts.push(row);
        return;
    };
    let rest = unsaid(sheet, before, &answer).to_owned();
    let all_said = rest.len() < answer.len() || before.is_empty();
    if !all_said {
        for row in before {
            sheet.remove(*row);
        }
    }
    replace(sheet, *last, if all_said { rest } else { answer });
}

/// Ends the rows that stream in the run, because something else comes after them.
pub(super) fn close_rows(sheet: &mut Sheet<'_>, index: usize) {
    let run = &mut sheet.session.runs[index];
    let open = [run.text_row.take(), run.thinking_row.take()];
    for id in open.into_iter().flatten() {
        stop(sheet, id);
    }
}

/// Appends to a row; false when the row is no longer in memory.
fn append(sheet: &mut Sheet<'_>, id: u64, text: &str) -> bool {
    let Some(streamed) = sheet.rows().row_mut(id).and_then(|row| row.streamed()) else {
        return false;
    };
    let from = streamed.len();
    streamed.push_str(text);
    sheet.changed(id, RowChange::Grew(from));
    true
}

fn begin_row(sheet: &mut Sheet<'_>, index: usize, event: &Event, text: &str, kind: Kind) {
    close_rows(sheet, index);
    let (text, streaming) = (text.to_owned(), true);
    let body = match kind {
        Kind::Answer => RowBody::Assistant { text, streaming, model: None },
        Kind::Thinking => RowBody::Thinking { text, streaming },
    };
    let id = sheet.push(Some(event.at), event.run.as_deref(), body);
    let run = &mut sheet.session.runs[index];
    match kind {
        Kind::Answer => {
            run.text_row = Some(id);
            run.texts.push(id);
        }
        Kind::Thinking => run.thinking_row = Some(id),
    }
}

fn stop(sheet: &mut Sheet<'_>, id: u64) {
    let Some(row) = sheet.rows().row_mut(id) else {
        return;
    };
    if let RowBody::Assistant { streaming, .. } | RowBody::Thinking { streaming, .. } = &mut row.body {
        *streaming = false;
        sheet.changed(id, RowChange::Whole);
    }
}

fn replace(sheet: &mut Sheet<'_>, id: u64, answer: String) {
    let Some(row) = sheet.rows().row_mut(id) else {
        return;
    };
    if let Some(text) = row.streamed() {
        *text = answer;
        sheet.changed(id, RowChange::Whole);
    }
}

/// What of the answer the rows before do not say yet. Some vendors repeat the earlier rounds in the final text and
/// some do not; white space at the joints differs.
pub(super) fn unsaid<'t>(sheet: &mut Sheet<'_>, rows: &[u64], answer: &'t str) -> &'t str {
    let mut rest = answer;
    for id in rows {
        let said = sheet.rows().row(*id).map_or("", |row| row.text().trim());
        match rest.trim_start().strip_prefix(said) {
            Some(after) => rest = after.trim_start(),
            None => return answer,
        }
    }
    rest
}
