//! A page of the node's history, merged with the rows that were made of live events, without doubles.

use std::collections::VecDeque;

use contract::transcript::Fate;
use link::call::{Doing, Page};
use link::event::{Outcome, Role};

use super::align::{align, misplaced};
use super::changes::Changes;
use super::draft::{Draft, drafts};
use super::rows::Sheet;
use super::{fates, run, text, torn};
use crate::truth::{KEPT_ROWS, Row, RowBody, STEP, Transcript, Truth};

/// The node answered: its page is the truth for what it covers, and what is only known live stays in its place.
pub(super) fn merge(truth: &mut Truth, key: &str, page: &Page, now: i64, changes: &mut Changes) {
    let ready = truth.is_ready();
    let touched = truth.session(key).map_or(0, |session| session.touched);
    let mut sheet = Sheet::open(truth, key, None, touched, changes);
    sheet.now = now;
    splice(&mut sheet, page);
    let rows = sheet.rows();
    (rows.loaded, rows.loading, rows.fault) = (true, false, None);
    if ready {
        rows.stale_since = None;
    }
    running(&mut sheet, page);
    if ready {
        fates::settle(&mut sheet, &page.doing);
    }
    let rows = sheet.rows();
    rows.trim(KEPT_ROWS);
    sheet.all();
    sheet.changes.node = true;
}

pub(super) fn failed(truth: &mut Truth, key: &str, reason: &str, changes: &mut Changes) {
    let touched = truth.session(key).map_or(0, |session| session.touched);
    let mut sheet = Sheet::open(truth, key, None, touched, changes);
    let rows = sheet.rows();
    (rows.loading, rows.fault) = (false, Some(reason.to_owned()));
    sheet.head();
}

pub(super) fn loading(truth: &mut Truth, key: &str, changes: &mut Changes) {
    let touched = truth.session(key).map_or(0, |session| session.touched);
    let mut sheet = Sheet::open(truth, key, None, touched, changes);
    let rows = sheet.rows();
    (rows.loading, rows.fault) = (true, None);
    fates::asked(sheet.session);
    sheet.head();
}

/// The rows of a page older than all rows in memory, or the part of it before them, oldest first. `order` is the
/// order of the row they stand before.
pub(crate) fn older(rows: &Transcript, order: i64, exact: Exact, page: &Page) -> Vec<Row> {
    let mut drafts = drafts(page);
    if exact == Exact::No {
        let known: Vec<Row> = rows.rows.iter().filter(|row| row.order >= order).cloned().collect();
        let first = align(&drafts, &known, |_| false).iter().position(Option::is_some);
        drafts.truncate(first.unwrap_or(drafts.len()));
    }
    let count = i64::try_from(drafts.len()).unwrap_or_default();
    let orders = (0..count).map(|place| order - (count - place) * STEP);
    drafts.into_iter().zip(orders).map(|(draft, order)| draft.into_row(0, order)).collect()
}

/// Whether a page is known to end right before a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exact {
    Yes,
    No,
}

/// Puts the page's rows and those in memory into one order.
fn splice(sheet: &mut Sheet<'_>, page: &Page) {
    let (active, unsure) = going_on(sheet);
    let torn = sheet.session.torn.map(|torn| torn.row);
    let over = !matches!(page.doing, Doing::Run { .. });
    let drafts = drafts(page);
    let now = sheet.now;
    let rows = sheet.rows();
    let old: Vec<Row> = rows.rows.drain(..).collect();
    let of = |row: &Row, runs: &[Box<str>]| runs.iter().any(|run| **run == *row.run.as_deref().unwrap_or_default());
    let found = align(&drafts, &old, |row| over && (of(row, &unsure) || Some(row.id) == torn));
    let moved = misplaced(&drafts, &old, &found);
    let apart = !drafts.is_empty() && found.iter().all(Option::is_none);
    let mut old: Vec<Option<Row>> = old.into_iter().map(Some).collect();
    if apart {
        // Too much happened meanwhile: what is between is in the history only, and so are the rows before it.
        for slot in &mut old {
            *slot = slot.take().filter(|row| is_open(row) || of(row, &active));
        }
    }
    let (mut next, first) = weave(rows, old, drafts.into_iter().zip(found.into_iter().zip(moved)), now);
    place(&mut next);
    rows.rows = next;
    let start = first.and_then(|id| rows.row(id)).map_or(0, |row| row.order);
    let begins = rows.rows.front().map(|row| row.id) == first;
    rows.more = page.before.is_some() || (rows.more && !begins);
    rows.before = page.before.clone().map(|cursor| (start, cursor));
    // Rows of a run may stand before what was its first row now.
    sheet.session.runs.iter_mut().for_each(|run| run.since = i64::MIN);
}

/// The runs that go on, and those of them that nobody has heard of since the link went down.
fn going_on(sheet: &Sheet<'_>) -> (Vec<Box<str>>, Vec<Box<str>>) {
    let active = || sheet.session.runs.iter().filter(|run| run.is_active());
    let unsure = active().filter(|run| run.unsure).map(|run| run.id.clone());
    (active().map(|run| run.id.clone()).collect(), unsure.collect())
}

/// The page's rows in their order, each row of memory before the one it stood before; a row of the page comes with
/// where it stands in memory in the same order, or else with where it stands out of it. Gives back the id of the
/// page's first row too.
fn weave(
    rows: &mut Transcript,
    mut old: Vec<Option<Row>>,
    page: impl Iterator<Item = (Draft, (Option<usize>, Option<usize>))>,
    now: i64,
) -> (VecDeque<Row>, Option<u64>) {
    let mut next = VecDeque::with_capacity(old.len());
    let (mut passed, mut first) = (0, None);
    let page: Vec<_> = page.collect();
    // A row whose place is further down waits for its draft.
    let awaited: Vec<usize> = page.iter().filter_map(|(_, (_, moved))| *moved).collect();
    for (draft, (known, moved)) in page {
        let mut take = |at: Option<usize>| at.and_then(|at| old.get_mut(at)?.take());
        let row = match (take(known), take(moved)) {
            (Some(mut row), _) => {
                let at = known.unwrap_or_default();
                let between = (passed.min(at)..at).filter(|index| !awaited.contains(index));
                let between = between.filter_map(|index| old[index].take());
                // What stands before the page's first row is not covered by it.
                next.extend(between.filter(|row| first.is_none() || !is_gap(row)));
                passed = at + 1;
                absorb(&mut row, draft, now);
                row
            }
            (None, Some(mut row)) => {
                row.order = i64::MIN;
                absorb(&mut row, draft, now);
                row
            }
            (None, None) => draft.into_row(rows.fresh_id(), i64::MIN),
        };
        first.get_or_insert(row.id);
        next.push_back(row);
    }
    next.extend(old.into_iter().flatten().filter(|row| first.is_none() || !is_gap(row)));
    (next, first)
}

/// Where something is missing, until a page of the history that reaches over it has brought it.
fn is_gap(row: &Row) -> bool {
    matches!(row.body, RowBody::Gap { .. })
}

/// Whether only memory knows of the row: a message without an end, an approval that waits.
fn is_open(row: &Row) -> bool {
    match &row.body {
        RowBody::User { own, .. } => own.as_ref().is_some_and(|own| own.fate != Fate::Done),
        RowBody::Approval(asked) => asked.settled.is_none(),
        _ => false,
    }
}

/// Takes over what the history says of a row.
fn absorb(row: &mut Row, draft: Draft, now: i64) {
    let was_there = row.message.replace(draft.message).is_some();
    row.run = row.run.take().or(draft.run);
    row.at = draft.at.or(row.at);
    match (&mut row.body, draft.body) {
        (RowBody::User { own: Some(own), .. }, _) => {
            // One that a run failed for failed, whatever else is known of it.
            let came_after_all =
                !was_there && (own.fate == Fate::Unknown || (own.fate == Fate::Failed && own.run.is_none()));
            own.run = own.run.take().or(row.run.clone());
            if matches!(own.fate, Fate::Queued | Fate::Sent) {
                own.fares(Fate::Acknowledged, now);
                own.fault = None;
            } else if came_after_all {
                // Nothing was done about it since: its time stays.
                (own.fate, own.fault) = (Fate::Acknowledged, None);
            }
        }
        (RowBody::Assistant { text, model, .. }, RowBody::Assistant { text: whole, model: by, .. }) => {
            // A row that still streams may be ahead of the page.
            if whole.len() >= text.len() || !text.starts_with(&*whole) {
                *text = whole;
            }
            *model = by.or(model.take());
        }
        (RowBody::Thinking { text, .. }, RowBody::Thinking { text: whole, .. }) if whole.len() > text.len() => {
            *text = whole;
        }
        (RowBody::Tool { output, state, ms, .. }, RowBody::Tool { output: o, state: s, ms: m, .. }) => {
            use contract::transcript::ToolState::{Running, Unknown};
            if matches!(state, Running | Unknown) && s != Unknown {
                *state = s;
            }
            if output.is_empty() {
                *output = o;
            }
            *ms = ms.or(m);
        }
        _ => {}
    }
}

/// Gives every row a place that rises, and changes none that stands right.
fn place(rows: &mut VecDeque<Row>) {
    let mut last = None;
    for row in rows.iter_mut() {
        if last.is_some_and(|last| row.order <= last) {
            row.order = i64::MIN;
        }
        if row.order != i64::MIN {
            last = Some(row.order);
        }
    }
    let mut index = 0;
    while index < rows.len() {
        let end = (index..rows.len()).find(|at| rows[*at].order != i64::MIN).unwrap_or(rows.len());
        fill(rows, index, end);
        index = end + 1;
    }
}

/// Places the rows from `start` up to `end` between their neighbours.
fn fill(rows: &mut VecDeque<Row>, start: usize, end: usize) {
    let count = (end - start) as i64;
    let before = start.checked_sub(1).map(|at| rows[at].order);
    let after = rows.get(end).map(|row| row.order);
    let (first, step) = match (before, after) {
        (None, None) => (0, STEP),
        (None, Some(after)) => (after - count * STEP, STEP),
        (Some(before), None) => (before + STEP, STEP),
        (Some(before), Some(after)) => {
            let step = (after - before) / (count + 1);
            (before + step, step)
        }
    };
    for (place, row) in rows.range_mut(start..end).enumerate() {
        row.order = first + step * place as i64;
    }
}

/// Whether a run goes on, by what the node says; a run that nobody has heard of since the link went down ends.
fn running(sheet: &mut Sheet<'_>, page: &Page) {
    match &page.doing {
        Doing::Run { id, so_far } => goes_on(sheet, id.as_deref().unwrap_or_default(), so_far),
        Doing::Nothing | Doing::Idle | Doing::Unknown => {
            let answered = page.messages.last().is_some_and(|message| message.role == Role::Assistant);
            let outcome = if answered { Outcome::Ok } else { Outcome::Unknown };
            torn::mended(sheet);
            while let Some(index) = sheet.session.runs.iter().position(|run| run.is_active() && run.unsure) {
                if page.doing == Doing::Unknown {
                    torn::keep(sheet, index);
                }
                run::close(sheet, index, outcome, None);
            }
        }
    }
}

fn goes_on(sheet: &mut Sheet<'_>, id: &str, so_far: &str) {
    let runs = &sheet.session.runs;
    let named = runs.iter().rposition(|run| &*run.id == id);
    let found = named.or_else(|| runs.iter().rposition(|run| run.is_active() && (id.is_empty() || run.id.is_empty())));
    let index = match found {
        Some(index) if !sheet.session.runs[index].is_active() => return,
        Some(index) => index,
        None => run::resume(sheet, id),
    };
    run::sure(sheet, index);
    let (id, open) = (sheet.session.runs[index].id.clone(), sheet.session.runs[index].text_row);
    let earlier = earlier_texts(sheet, index);
    let so_far = text::unsaid(sheet, &earlier, so_far).to_owned();
    if so_far.trim().is_empty() {
        return;
    }
    let shown = open.and_then(|row| sheet.rows().row_mut(row)).and_then(|row| row.streamed());
    if let Some(text) = shown {
        if so_far.len() > text.len() {
            *text = so_far;
        }
        return;
    }
    let body = RowBody::Assistant { text: so_far, streaming: true, model: None };
    let at = Some(sheet.now);
    let row = sheet.push(at, Some(&id), body);
    let run = &mut sheet.session.runs[index];
    run.text_row = Some(row);
    run.texts.push(row);
}

/// The rows that show what a run said before it called a tool, oldest first: those that were made live, or what the
/// page has of it, behind the last question.
fn earlier_texts(sheet: &mut Sheet<'_>, index: usize) -> Vec<u64> {
    let run = &sheet.session.runs[index];
    let (open, texts) = (run.text_row, run.texts.clone());
    if !texts.is_empty() {
        return texts.into_iter().filter(|row| Some(*row) != open).collect();
    }
    let rows = &sheet.rows().rows;
    let question = rows.iter().rposition(|row| matches!(row.body, RowBody::User { .. }));
    let answers = rows.range(question.unwrap_or(0)..).filter(|row| matches!(row.body, RowBody::Assistant { .. }));
    answers.map(|row| row.id).collect()
}
