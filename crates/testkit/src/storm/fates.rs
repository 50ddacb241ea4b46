//! What the window says of the messages of a night, what a person does about it, and when all is well again.

use std::time::Duration;

use anyhow::Context;
use contract::Handler;
use contract::calls::ResendMessage;
use contract::transcript::Fate;
use fleet::nodes::LOCAL;
use fleet::truth::{Own, Row};

use super::night::{Night, SESSIONS, id, of};

/// How long everything may take to be well again, seconds.
const HEALING: u64 = 1_800;
/// How often a person sends again meanwhile what has no known fate, seconds.
const PATIENCE: u64 = 60;
/// What is neither over nor in a person's hands.
const OPEN: [Fate; 4] = [Fate::Queued, Fate::Sent, Fate::Acknowledged, Fate::Running];

/// Takes note of fates that are unknown now.
pub fn look(night: &mut Night) {
    for number in numbers(night, |_, own| own.fate == Fate::Unknown) {
        if let Some(said) = night.said.get_mut(number).filter(|said| !said.was_unknown) {
            said.was_unknown = true;
            night.report.unknown += 1;
        }
    }
}

/// The person sends again what has an unknown fate, as far as the node does not show it.
pub async fn resend(night: &mut Night) {
    for number in unconfirmed(night) {
        if again(night, number).await {
            night.report.resent += 1;
        }
    }
}

/// The person says one thing anew that the node has and that nothing came of.
pub async fn say_anew(night: &mut Night) {
    let stranded = numbers(night, |row, own| is_lost(own) && row.message.is_some());
    if let Some(number) = stranded.first().copied()
        && again(night, number).await
    {
        night.report.said_anew += 1;
        if let Some(said) = night.said.get_mut(number) {
            said.anew += 1;
        }
    }
}

/// Whether it goes out again; its fate may have become known meanwhile.
async fn again(night: &mut Night, number: usize) -> bool {
    let Some(said) = night.said.get_mut(number) else { return false };
    let asked = ResendMessage { of: of(said.session), client_id: id(number) };
    said.was_unknown = true;
    night.line.journal.note("the person sends again", asked.client_id.as_bytes());
    night.fleet.resend_message("night", asked).await.is_ok()
}

/// The storm is over: in a while every fate is known and no question waits.
///
/// # Errors
/// What is not well after that while.
pub async fn heal(night: &mut Night) -> anyhow::Result<()> {
    night.line.calm();
    for second in 0..HEALING {
        let settled = numbers(night, is_open).is_empty() && unconfirmed(night).is_empty();
        if is_ready(night) && settled && night.desk.waiting() == 0 {
            // What the node says of it is there too.
            return night.pass(Duration::from_secs(10)).await;
        }
        if second % PATIENCE == PATIENCE - 1 {
            resend(night).await;
        }
        night.pass(Duration::from_secs(1)).await?;
    }
    let state = night.fleet.core().read(LOCAL, |truth| format!("{:?}", truth.link.state));
    let state = state.context("the node is gone")?;
    let (unconfirmed, waiting) = (unconfirmed(night), night.desk.waiting());
    let open: Vec<_> = SESSIONS.iter().map(|session| open_rows(night, session)).collect();
    anyhow::bail!(
        "not well again: the link is {state}; {waiting} questions wait, unconfirmed are {unconfirmed:?}, open {}",
        open.join("; ")
    );
}

/// What is known of a message, to be read by people.
pub fn row_of(night: &Night, number: usize) -> String {
    let Some(said) = night.said.get(number) else { return String::new() };
    let row = night.fleet.core().read(LOCAL, |truth| {
        let rows = truth.session(said.session)?.transcript.as_ref()?.rows.iter();
        Some(format!("{:?}", rows.filter(|row| row.text() == said.text).collect::<Vec<_>>()))
    });
    row.flatten().unwrap_or_default()
}

fn is_open(_: &Row, own: &Own) -> bool {
    OPEN.contains(&own.fate)
}

fn is_lost(own: &Own) -> bool {
    matches!(own.fate, Fate::Unknown | Fate::Failed)
}

/// The messages that nobody knows the fate of, and that the node's history does not hold.
fn unconfirmed(night: &Night) -> Vec<usize> {
    numbers(night, |row, own| is_lost(own) && row.message.is_none())
}

/// The numbers of messages, as far as rows of them are in memory.
fn numbers(night: &Night, wanted: impl Fn(&Row, &Own) -> bool) -> Vec<usize> {
    let found = night.fleet.core().read(LOCAL, |truth| {
        let sessions = SESSIONS.iter().filter_map(|session| truth.session(session)?.transcript.as_ref());
        let rows = sessions.flat_map(|transcript| &transcript.rows);
        let own = rows.filter_map(|row| row.own().filter(|own| wanted(row, own)));
        own.filter_map(|own| own.client_id.strip_prefix("night-")?.parse().ok()).collect()
    });
    found.unwrap_or_default()
}

fn is_ready(night: &Night) -> bool {
    night.fleet.core().read(LOCAL, |truth| truth.is_ready()) == Some(true)
}

/// The rows of messages of a session that are open, to be read by people.
fn open_rows(night: &Night, session: &str) -> String {
    let rows = night.fleet.core().read(LOCAL, |truth| {
        let session = truth.session(session)?;
        let transcript = session.transcript.as_ref()?;
        let rows = transcript.rows.iter();
        let open: Vec<_> = rows.filter_map(|row| row.own()).filter(|own| OPEN.contains(&own.fate)).collect();
        let last = transcript.rows.iter().rev().take(3).collect::<Vec<_>>();
        let (loading, fault) = (transcript.loading, &transcript.fault);
        let run = session.runs.last();
        Some(format!("{open:?}; loading {loading}, {fault:?}, {run:?}; last {last:?}"))
    });
    rows.flatten().unwrap_or_default()
}
