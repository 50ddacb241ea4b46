//! What the node's history tells of the messages sent from here whose end nobody heard.

use contract::transcript::Fate;

use super::rows::Sheet;
use crate::truth::{Own, Row, RowBody, Run, Session};

/// Why the fate of a message that the node has is unknown.
const UNANSWERED: &str = "The node has this message, but no answer follows it and nothing runs there any more. \
                          Sending it again asks for a new answer.";
/// Why the fate of one is unknown that the node took and does not have.
const NOT_KEPT: &str = "The node took this message, but its history does not hold it and nothing runs there any more. \
                        Send it again.";

/// Settles what the page that was just merged decides. While the node is `busy` what has no answer may still wait there.
pub(super) fn settle(sheet: &mut Sheet<'_>, busy: bool) {
    let now = sheet.now;
    for (id, fault) in ends(sheet.session, busy) {
        if let Some(own) = sheet.rows().row_mut(id).and_then(Row::own_mut) {
            own.fares(if fault.is_some() { Fate::Unknown } else { Fate::Done }, now);
            own.fault = fault.map(str::to_owned);
        }
    }
}

/// The history is asked for: what the node took before and that no run is heard of for has its end in the answer.
pub(super) fn asked(session: &mut Session) {
    let unheard = |row: &Row| row.own().filter(|own| session.is_unheard(own)).map(|_| row.id);
    let ids: Vec<u64> = session.transcript.iter().flat_map(|rows| &rows.rows).filter_map(unheard).collect();
    let Some(rows) = &mut session.transcript else { return };
    for id in ids {
        if let Some(own) = rows.row_mut(id).and_then(Row::own_mut) {
            own.missed = true;
        }
    }
}

/// The rows of messages that are over, each with why nobody knows how it went, where nobody does.
fn ends(session: &Session, busy: bool) -> Vec<(u64, Option<&'static str>)> {
    let Some(rows) = &session.transcript else { return Vec::new() };
    let covered = |row: &Row| rows.before.as_ref().is_none_or(|(start, _)| row.order >= *start);
    let mut ends = Vec::new();
    // Whether an answer stands behind the row: before the next person speaks, or anywhere.
    let (mut next, mut any) = (false, false);
    for row in rows.rows.iter().rev() {
        match &row.body {
            RowBody::Assistant { .. } => (next, any) = (true, true),
            RowBody::User { own, .. } => {
                let open = own.as_ref().filter(|own| is_open(session, own) && covered(row));
                ends.extend(open.and_then(|own| {
                    let (stray, there) = (own.is_stray(), row.message.is_some());
                    let over = !busy || run_of(session, own).is_some();
                    let given_up = own.fate == Fate::Unknown;
                    if there && (((stray || given_up) && next) || (!busy && any && own.fate == Fate::Acknowledged)) {
                        return Some((row.id, None));
                    }
                    (stray && over).then_some((row.id, Some(if there { UNANSWERED } else { NOT_KEPT })))
                }));
                next = false;
            }
            _ => {}
        }
    }
    ends
}

/// Whether the node took it, nobody knows how it ended, and no run goes on for it.
fn is_open(session: &Session, own: &Own) -> bool {
    matches!(own.fate, Fate::Acknowledged | Fate::Running | Fate::Unknown)
        && !run_of(session, own).is_some_and(Run::is_active)
}

fn run_of<'a>(session: &'a Session, own: &Own) -> Option<&'a Run> {
    session.run(own.run.as_deref()?)
}
