//! Approvals: asked, settled once, kept for a while so that everybody sees how it went. They fail closed: what nobody
//! answers in time counts as denied.

use contract::approval::Decision;
use link::event::{self, Event};

use super::changes::{Changes, RowChange};
use super::rows::Sheet;
use super::{Taken, clock};
use crate::truth::{Asked, RowBody, Settled, Truth, is_here};
use crate::view;

/// How long an outcome stays in the list, milliseconds.
pub const OUTCOME_KEPT_MS: i64 = 90_000;

/// How long after its time the node may still tell how an approval ended, milliseconds.
const GRACE_MS: i64 = 2_000;

/// How old a request must be before a list without it means that it ended, milliseconds: events overtake answers.
const LIST_LAG_MS: i64 = 3_000;

/// Moltis denies by itself after so long, and says so nowhere.
const MOLTIS_PATIENCE_MS: i64 = 120_000;

pub(super) fn requested(
    truth: &mut Truth,
    event: &Event,
    about: &event::Approval,
    now: i64,
    changes: &mut Changes,
) -> Taken {
    if let Some(index) = place(truth, &about.id) {
        return again(truth, index, about, now, changes);
    }
    let (asked_at, expires) = clock::ours(truth, about, now, Some(0));
    let agent = event.agent.as_deref().or_else(|| truth.agent_of(event.session.as_deref())).map(Into::into);
    let asked = Asked {
        about: about.clone(),
        agent,
        session: event.session.as_deref().map(Into::into),
        asked: asked_at,
        expires,
        seen: now,
        settled: None,
    };
    add(truth, asked, now, changes);
    Taken::New
}

pub(super) fn resolved(
    truth: &mut Truth,
    id: &str,
    decision: event::Decision,
    by: Option<&str>,
    now: i64,
    changes: &mut Changes,
) -> Taken {
    let decision = view::approval::decision(decision);
    let Some(asked) = truth.approvals.iter_mut().find(|asked| &*asked.about.id == id) else {
        return Taken::New;
    };
    if let Some(known) = &mut asked.settled
        && known.decision == decision
        && let Some(us) = by.filter(|by| is_here(by))
    {
        // The node's own event overtook its answer to us, and names us as it knows us.
        known.by = Some(us.into());
        let asked = asked.clone();
        show(truth, asked, now, changes);
        return Taken::Known;
    }
    let fixed = |settled: &Settled| !matches!(settled.decision, Decision::Unknown | Decision::Expired);
    if asked.settled.as_ref().is_some_and(|known| fixed(known) || known.decision == decision) {
        return Taken::Known;
    }
    asked.settled = Some(Settled { decision, by: by.map(Into::into), at: now });
    let asked = asked.clone();
    show(truth, asked, now, changes);
    Taken::New
}

/// What waits on the node now. What it does not name any more has ended, and nobody says how.
pub(super) fn list(
    truth: &mut Truth,
    list: &[(Option<String>, Option<String>, event::Approval)],
    now: i64,
    changes: &mut Changes,
) {
    for (session, agent, about) in list {
        if let Some(index) = place(truth, &about.id) {
            again(truth, index, about, now, changes);
            continue;
        }
        let session: Option<Box<str>> = session.as_deref().map(Into::into);
        let agent = agent.as_deref().or_else(|| truth.agent_of(session.as_deref())).map(Into::into);
        let (asked_at, expires) = clock::ours(truth, about, now, None);
        let expires = expires.or_else(|| silent(truth).map(|patience| now + patience));
        let asked = Asked { about: about.clone(), agent, session, asked: asked_at, expires, seen: now, settled: None };
        add(truth, asked, now, changes);
    }
    let named = |asked: &Asked| list.iter().any(|(_, _, about)| about.id == asked.about.id);
    settle(truth, now, changes, Decision::Unknown, |asked| !named(asked) && now - asked.seen >= LIST_LAG_MS);
}

/// Ends what expired and forgets outcomes that were shown long enough.
pub(super) fn time_passed(truth: &mut Truth, now: i64, changes: &mut Changes) {
    settle(truth, now, changes, Decision::Expired, |asked| asked.expires.is_some_and(|at| at + GRACE_MS <= now));
    let before = truth.approvals.len();
    truth.approvals.retain(|asked| asked.settled.as_ref().is_none_or(|settled| settled.at + OUTCOME_KEPT_MS > now));
    changes.approvals_gone |= truth.approvals.len() < before;
    changes.deadline = true;
}

/// When [`super::Fact::Clock`] has something to do next: Unix milliseconds.
pub fn next_deadline(truth: &Truth) -> Option<i64> {
    let ends = |asked: &Asked| match &asked.settled {
        Some(settled) => Some(settled.at + OUTCOME_KEPT_MS),
        None => asked.expires.map(|at| at + GRACE_MS),
    };
    truth.approvals.iter().filter_map(ends).min()
}

/// The node's clock turned out to show another time: what waits expires at another time of ours.
pub(super) fn reset_times(truth: &mut Truth, now: i64, changes: &mut Changes) {
    let known = &*truth;
    let times: Vec<_> = known.approvals.iter().map(|asked| clock::of(known, asked)).collect();
    let mut moved = Vec::new();
    for (asked, (asked_at, expires)) in truth.approvals.iter_mut().zip(times) {
        if asked.settled.is_none() && expires.is_some() && asked.expires != expires {
            (asked.asked, asked.expires) = (asked_at, expires);
            moved.push(asked.clone());
        }
    }
    for asked in moved {
        show(truth, asked, now, changes);
    }
}

/// The node became production, or is it no more: what may be answered to what waits is another.
pub(super) fn guarded(truth: &mut Truth, now: i64, changes: &mut Changes) {
    let waiting: Vec<_> = truth.approvals.iter().filter(|asked| asked.settled.is_none()).cloned().collect();
    for asked in waiting {
        show(truth, asked, now, changes);
    }
}

fn place(truth: &Truth, id: &str) -> Option<usize> {
    truth.approvals.iter().position(|asked| *asked.about.id == *id)
}

/// An id that is known is told again. If it now asks for something else it is a new question, and an answer to what was
/// shown before does not fit any more.
fn again(truth: &mut Truth, index: usize, about: &event::Approval, now: i64, changes: &mut Changes) -> Taken {
    let known = &truth.approvals[index];
    let moved = matches!((&known.about.cwd, &about.cwd), (Some(before), Some(after)) if before != after);
    if known.about.command == about.command && known.about.kind == about.kind && !moved {
        return Taken::Known;
    }
    let (asked_at, expires) = clock::ours(truth, about, now, Some(0));
    let asked = &mut truth.approvals[index];
    asked.about = about.clone();
    (asked.asked, asked.expires, asked.seen, asked.settled) = (asked_at, expires, now, None);
    let asked = asked.clone();
    show(truth, asked, now, changes);
    Taken::New
}

/// How long a vendor waits that does not say it, milliseconds.
fn silent(truth: &Truth) -> Option<i64> {
    (truth.link.product.as_deref() == Some("Moltis")).then_some(MOLTIS_PATIENCE_MS)
}

/// Settles all that wait and pass the test.
fn settle(truth: &mut Truth, now: i64, changes: &mut Changes, decision: Decision, over: impl Fn(&Asked) -> bool) {
    let mut ended = Vec::new();
    for asked in truth.approvals.iter_mut().filter(|asked| asked.settled.is_none() && over(asked)) {
        asked.settled = Some(Settled { decision, by: None, at: now });
        ended.push(asked.clone());
    }
    for asked in ended {
        show(truth, asked, now, changes);
    }
}

fn add(truth: &mut Truth, asked: Asked, now: i64, changes: &mut Changes) {
    changes.approval(&asked.about.id);
    truth.approvals.push(asked.clone());
    if let Some(session) = asked.session.clone() {
        let at = asked.asked.or(Some(now));
        let mut sheet = Sheet::open(truth, &session, None, now, changes);
        sheet.push(at, None, RowBody::Approval(Box::new(asked)));
    }
}

/// Tells everywhere it is shown how it ended.
fn show(truth: &mut Truth, asked: Asked, now: i64, changes: &mut Changes) {
    changes.approval(&asked.about.id);
    let Some(session) = asked.session.clone() else {
        return;
    };
    let mut sheet = Sheet::open(truth, &session, None, now, changes);
    let mut shown = None;
    for row in sheet.rows().rows.iter_mut().rev() {
        if let RowBody::Approval(known) = &mut row.body
            && known.about.id == asked.about.id
        {
            **known = asked;
            shown = Some(row.id);
            break;
        }
    }
    if let Some(id) = shown {
        sheet.changed(id, RowChange::Whole);
    }
}
