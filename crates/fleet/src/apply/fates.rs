//! What the node's history tells of the messages sent from here whose end nobody heard.

use contract::transcript::Fate;
use link::call::Doing;

use super::rows::Sheet;
use crate::truth::{Own, Row, RowBody, Run, Session};

/// Why the fate of a message that the node has is unknown, where nothing runs.
const UNANSWERED: &str = "The node has this message, but no answer follows it and nothing runs there any more. \
                          Sending it again asks for a new answer.";
/// Why the fate of one is unknown that went to the node and that it does not have, where nothing runs.
const NOT_KEPT: &str = "This message went to the node, but its history does not hold it and nothing runs there any more. \
                        Send it again.";
/// Why the fate of either is unknown where the node does not tell whether anything runs or waits.
const UNTOLD: &str = "Nothing answers this message so far, and its gateway does not tell whether it still waits or runs \
                      there. If an answer comes, it is shown here; sending it again may say it twice.";

/// Settles what the page that was just merged decides. While a run goes on what has no answer may still wait there.
pub(super) fn settle(sheet: &mut Sheet<'_>, doing: &Doing) {
    let now = sheet.now;
    for (id, end) in ends(sheet.session, doing) {
        if let Some(own) = sheet.rows().row_mut(id).and_then(Row::own_mut) {
            own.fares(if end.is_ok() { Fate::Done } else { Fate::Unknown }, now);
            own.fault = end.err().map(str::to_owned);
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

/// How a message ended: well, or why nobody knows.
type End = Result<(), &'static str>;

/// The rows of messages that are over, each with its end.
fn ends(session: &Session, doing: &Doing) -> Vec<(u64, End)> {
    let Some(rows) = &session.transcript else { return Vec::new() };
    let covered = |row: &Row| rows.before.as_ref().is_none_or(|(start, _)| row.order >= *start);
    let torn = session.torn.map(|torn| torn.row);
    let mut ends = Vec::new();
    let mut answered = Answered::default();
    for row in rows.rows.iter().rev() {
        match &row.body {
            RowBody::Assistant { .. } if torn == Some(row.id) => {}
            RowBody::Assistant { .. } => answered = Answered { next: true, any: true },
            RowBody::User { own, .. } => {
                let open = own.as_ref().filter(|own| is_open(session, own) && covered(row));
                let verdict = open.and_then(|own| verdict(session, row, own, answered, doing));
                ends.extend(verdict.map(|end| (row.id, end)));
                answered.next = false;
            }
            _ => {}
        }
    }
    ends
}

/// Whether an answer stands behind a message.
#[derive(Debug, Clone, Copy, Default)]
struct Answered {
    /// Before the next person speaks.
    next: bool,
    any: bool,
}

/// How an open message ended. `None` while it may still go on.
fn verdict(session: &Session, row: &Row, own: &Own, answered: Answered, doing: &Doing) -> Option<End> {
    let kept = row.message.is_some();
    let given_up = own.fate == Fate::Unknown;
    if kept && answered.next && (own.is_stray() || given_up) {
        return Some(Ok(()));
    }
    // The node works through its messages in order: what came before an answer is over too.
    let busy = matches!(doing, Doing::Run { .. });
    if kept && answered.any && !busy && own.fate == Fate::Acknowledged {
        return Some(Ok(()));
    }
    let over = !busy || run_of(session, own).is_some();
    (own.is_stray() && over).then_some(Err(match (doing, kept) {
        (Doing::Unknown, _) | (Doing::Idle, false) => UNTOLD,
        (_, true) => UNANSWERED,
        (_, false) => NOT_KEPT,
    }))
}

/// Whether it went to the node, nobody knows how it ended, and no run goes on for it.
fn is_open(session: &Session, own: &Own) -> bool {
    matches!(own.fate, Fate::Sent | Fate::Acknowledged | Fate::Running | Fate::Unknown)
        && !run_of(session, own).is_some_and(Run::is_active)
}

fn run_of<'a>(session: &'a Session, own: &Own) -> Option<&'a Run> {
    session.run(own.run.as_deref()?)
}
