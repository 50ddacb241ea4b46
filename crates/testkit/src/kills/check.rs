//! After the last kill: the app runs on until nothing is under way, the person sends again what has an unknown fate, and
//! what the gateway has is held against what the app took.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contract::Handler;
use contract::calls::ResendMessage;
use contract::transcript::{Fate, SessionRef};
use fleet::Fleet;
use fleet::nodes::Urgency;
use fleet::truth::{Own, Row};
use link::event::Role;
use supervise::Scope;
use tokio::time::{Instant, sleep};

use super::{Said, app};

/// How long it may take to send what waits.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often the person looks.
const LOOK: Duration = Duration::from_secs(1);

/// How many messages the gateway has, and how many the person sent again.
pub async fn all(home: &Path, port: u16, accepted: &[Said]) -> Result<(u64, u64)> {
    let scope = Scope::root("the last life");
    let fleet = app::open(&scope, home).await?;
    let node = app::node(&fleet, port).await?;
    let resent = settle(&fleet, &node).await?;
    let mut sessions: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for said in accepted {
        sessions.entry(&said.session).or_default().push(said.number);
    }
    let mut arrived = 0;
    for (session, said) in &sessions {
        let there =
            arrived_in(&fleet, &node, session, said).await.with_context(|| format!("the history of {session}"))?;
        arrived += there.len() as u64;
        compare(said, &there, &resent).with_context(|| format!("in {session}"))?;
    }
    fleet.shutdown().await;
    Ok((arrived, resent.len() as u64))
}

/// Waits until everything has left, sending again what nobody knows the fate of; what that was.
async fn settle(fleet: &Fleet, node: &str) -> Result<HashSet<u64>> {
    let mut resent = HashSet::new();
    let end = Instant::now() + PATIENCE;
    let mut quiet = 0;
    while quiet < 3 {
        ensure!(Instant::now() < end, "not settled: {:?}", open(fleet, node, |_, own| own.fate != Fate::Done));
        sleep(LOOK).await;
        let waiting = open(fleet, node, |_, own| matches!(own.fate, Fate::Queued | Fate::Sent));
        let unknown =
            open(fleet, node, |row, own| matches!(own.fate, Fate::Unknown | Fate::Failed) && row.message.is_none());
        let ready = fleet.core().read(node, |truth| truth.is_ready()) == Some(true);
        quiet = if ready && waiting.is_empty() && unknown.is_empty() { quiet + 1 } else { 0 };
        // The history may still be on its way, and name them.
        for (of, client_id) in unknown.into_iter().filter(|_| ready && waiting.is_empty()) {
            let number = client_id.trim_start_matches("kills-").parse()?;
            if fleet.resend_message("app", ResendMessage { of, client_id }).await.is_ok() {
                resent.insert(number);
            }
        }
    }
    Ok(resent)
}

/// Messages that are shown as sent from here, with their sessions.
fn open(fleet: &Fleet, node: &str, wanted: impl Fn(&Row, &Own) -> bool) -> Vec<(SessionRef, String)> {
    let found = fleet.core().read(node, |truth| {
        let mut found = Vec::new();
        for session in truth.sessions() {
            let rows = session.transcript.iter().flat_map(|transcript| &transcript.rows);
            for own in rows.filter_map(|row| row.own().filter(|own| wanted(row, own))) {
                let of = SessionRef { node: node.to_owned(), session: session.key.to_string() };
                found.push((of, own.client_id.to_string()));
            }
        }
        found
    });
    found.unwrap_or_default()
}

/// The history of a session once it holds all that was said there, or will not any more: the gateway works off what waits
/// there by and by, and an earlier life of the app had its word for that.
async fn arrived_in(fleet: &Fleet, node: &str, session: &str, said: &[u64]) -> Result<Vec<u64>> {
    let end = Instant::now() + PATIENCE;
    loop {
        let there = history(fleet, node, session).await?;
        if said.iter().all(|number| there.contains(number)) || Instant::now() > end {
            return Ok(there);
        }
        sleep(LOOK).await;
    }
}

/// What people said in the session, as the gateway has it.
async fn history(fleet: &Fleet, node: &str, session: &str) -> Result<Vec<u64>> {
    let of = SessionRef { node: node.to_owned(), session: session.to_owned() };
    let all = fleet.last_messages(&of, usize::MAX, Urgency::Screen).await?;
    let people = all.iter().filter(|message| message.role == Role::User);
    Ok(people.map(|message| message.text.parse()).collect::<Result<_, _>>()?)
}

/// Each that was taken is there once, none is there twice, and what nobody sent again is in its order.
fn compare(said: &[u64], there: &[u64], resent: &HashSet<u64>) -> Result<()> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    there.iter().for_each(|number| *counts.entry(*number).or_default() += 1);
    for number in said {
        ensure!(counts.contains_key(number), "{number} was taken and is lost");
    }
    for (number, count) in counts {
        ensure!(count == 1, "{number} is there {count} times");
    }
    let known: Vec<u64> = there.iter().copied().filter(|number| !resent.contains(number)).collect();
    let turned = known.windows(2).find(|pair| pair[0] >= pair[1]);
    ensure!(turned.is_none(), "the order was turned: {turned:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_doubled_or_turned_is_found() {
        let none = HashSet::new();
        assert!(compare(&[1, 2, 3], &[1, 2, 3, 4], &none).is_ok(), "taken, and killed before it said so");
        assert!(compare(&[1, 2, 3], &[1, 3], &none).is_err(), "lost");
        assert!(compare(&[1, 2], &[1, 2, 2], &none).is_err(), "doubled");
        assert!(compare(&[1, 2], &[2, 1], &none).is_err(), "turned");
        assert!(
            compare(&[1, 2], &[2, 1], &HashSet::from([1])).is_ok(),
            "sent again by a person: its place is no promise"
        );
    }
}
