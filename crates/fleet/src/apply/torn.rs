//! Text that a break tore off, where the node does not tell whether its run goes on: what comes next continues it, or the
//! history has all of it.

use super::changes::RowChange;
use super::rows::Sheet;
use crate::truth::{Row, RowBody, Torn};

/// The run is given up; its open text may go on all the same.
pub(super) fn keep(sheet: &mut Sheet<'_>, index: usize) {
    let open = sheet.session.runs[index].text_row;
    let Some(row) = open.filter(|id| sheet.rows().row(*id).is_some_and(|row| row.message.is_none())) else { return };
    sheet.session.torn = Some(Torn { row, over: false });
}

/// A run begins. Where the node took no message since, it is the one that was given up.
pub(super) fn take_up(sheet: &mut Sheet<'_>, index: usize) {
    let Some(Torn { row: id, .. }) = sheet.session.torn.take_if(|torn| !torn.over) else { return };
    let run = sheet.session.runs[index].id.clone();
    let Some(row) = sheet.rows().row_mut(id) else { return };
    let RowBody::Assistant { streaming, .. } = &mut row.body else { return };
    *streaming = true;
    let order = row.order;
    if let Some(given_up) = row.run.replace(run.clone()) {
        rename(sheet, &given_up, &run);
    }
    let run = &mut sheet.session.runs[index];
    run.since = run.since.min(order - 1);
    (run.text_row, run.taken_up) = (Some(id), true);
    run.texts.push(id);
    sheet.all();
}

/// The first text after the break, where it repeats what was torn off: that goes.
pub(super) fn repeats(sheet: &mut Sheet<'_>, index: usize, text: &str) {
    let run = &mut sheet.session.runs[index];
    let Some(id) = run.text_row.filter(|_| std::mem::take(&mut run.taken_up)) else { return };
    let torn = sheet.rows().row_mut(id).and_then(Row::streamed);
    if let Some(torn) = torn.filter(|torn| text.starts_with(torn.as_str())) {
        torn.clear();
        sheet.changed(id, RowChange::Whole);
    }
}

/// The run that was given up goes on under another name: what it answers is bound to that, and nothing is said any more
/// of its end.
fn rename(sheet: &mut Sheet<'_>, given_up: &str, run: &str) {
    let rows = sheet.rows();
    let bound = rows.owned().filter_map(Row::own_mut).find(|own| own.run.as_deref() == Some(given_up));
    if let Some(own) = bound {
        own.run = Some(run.into());
    }
    let remark = |row: &&Row| matches!(row.body, RowBody::Notice { .. }) && row.run.as_deref() == Some(given_up);
    if let Some(id) = rows.rows.iter().rfind(remark).map(|row| row.id) {
        sheet.remove(id);
    }
}

/// The node took another message: what was torn off has ended.
pub(super) fn over(sheet: &mut Sheet<'_>) {
    if let Some(torn) = &mut sheet.session.torn {
        torn.over = true;
    }
}

/// A page was merged: it had the whole text, or it ought to have had.
pub(super) fn mended(sheet: &mut Sheet<'_>) {
    let Some(torn) = sheet.session.torn else { return };
    let whole = sheet.rows().row(torn.row).is_none_or(|row| row.message.is_some());
    if whole || torn.over {
        sheet.session.torn = None;
    }
}
