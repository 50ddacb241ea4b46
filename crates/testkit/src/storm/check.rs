//! The promises: nothing lost, nothing doubled, order kept, and the window shows what the node has.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::{Context, ensure};
use fleet::nodes::{LOCAL, Urgency};
use fleet::truth::RowBody;
use link::event::{Message, Role};
use tokio::time::sleep;

use super::fates::row_of;
use super::night::{Night, SESSIONS, Said, of};

/// How many of the last messages the window must show as the node has them: at most, and at least where there are so many.
const SHOWN: usize = 40;
const SHOWN_AT_LEAST: usize = 20;

/// How often a history is asked for, and how long after a try that failed.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(60);

/// Compares what was said with what the node has, and that with what is shown.
pub async fn all(night: &Night) -> anyhow::Result<()> {
    for session in SESSIONS {
        let history = history(night, session).await.with_context(|| format!("the history of {session}"))?;
        let people = history.iter().filter(|message| message.role == Role::User);
        let people: Vec<&str> = people.map(|message| &*message.text).collect();
        each_once(night, session, &people)?;
        in_order(night, session, &people)?;
        shown(night, session, &people)?;
    }
    Ok(())
}

/// All messages of the session as the gateway has them, oldest first. One that nothing was said in need not be there.
async fn history(night: &Night, session: &str) -> anyhow::Result<Vec<Message>> {
    match said(night, session).next() {
        Some(_) => asked(night, session).await,
        None => Ok(Vec::new()),
    }
}

/// A connection that died in silence is found out by the question itself: it is put again.
async fn asked(night: &Night, session: &str) -> anyhow::Result<Vec<Message>> {
    let mut tries = 0;
    loop {
        match night.fleet.last_messages(&of(session), usize::MAX, Urgency::Screen).await {
            Ok(messages) => return Ok(messages),
            Err(error) if tries == TRIES => return Err(error.into()),
            Err(_) => tries += 1,
        }
        sleep(PAUSE).await;
    }
}

/// What was said in a session, with its numbers.
fn said<'a>(night: &'a Night, session: &'a str) -> impl Iterator<Item = (usize, &'a Said)> {
    night.said.iter().enumerate().filter(move |(_, said)| said.session == session)
}

fn each_once(night: &Night, session: &str, people: &[&str]) -> anyhow::Result<()> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    people.iter().for_each(|text| *counts.entry(text).or_default() += 1);
    for (number, said) in said(night, session) {
        let count = counts.remove(said.text.as_str()).unwrap_or(0);
        let (expected, row) = (1 + said.anew, row_of(night, number));
        ensure!(count == expected, "message {number} of {session} is there {count} times, not {expected}; {row}");
    }
    ensure!(counts.is_empty(), "nobody said {counts:?}");
    Ok(())
}

/// Messages whose fate was always known stand in the order they were said in.
fn in_order(night: &Night, session: &str, people: &[&str]) -> anyhow::Result<()> {
    let places: HashMap<&str, usize> = people.iter().zip(0..).map(|(text, place)| (*text, place)).collect();
    let mut last = None;
    for (number, said) in said(night, session).filter(|(_, said)| !said.was_unknown) {
        let place = *places.get(said.text.as_str()).context("it was there a moment ago")?;
        ensure!(last < Some(place), "message {number} of {session} stands before what was said earlier");
        last = Some(place);
    }
    Ok(())
}

/// The window's last rows of people are the node's, each once.
fn shown(night: &Night, session: &str, people: &[&str]) -> anyhow::Result<()> {
    let rows = night.fleet.core().read(LOCAL, |truth| {
        let rows = truth.session(session)?.transcript.as_ref()?.rows.iter();
        let people = rows.filter(|row| matches!(row.body, RowBody::User { .. }));
        Some(people.map(|row| row.text().to_owned()).collect::<Vec<_>>())
    });
    let rows = rows.flatten().unwrap_or_default();
    let length = rows.len().min(people.len()).min(SHOWN);
    let texts: Vec<&str> = rows[rows.len() - length..].iter().map(String::as_str).collect();
    let there = &people[people.len() - length..];
    let differs = texts.iter().zip(there).position(|(shown, has)| shown != has);
    if let Some(place) = differs {
        let shown: Vec<&str> = rows.iter().map(String::as_str).collect();
        let (odd, difference) = difference(&shown, people);
        let number = night.said.iter().position(|said| Some(said.text.as_str()) == odd);
        anyhow::bail!(
            "the window shows in {session} {} of {length} messages before the end {:?} where the node has {:?}; {}; {}",
            place,
            short(texts[place]),
            short(there[place]),
            difference,
            number.map(|number| row_of(night, number)).unwrap_or_default()
        );
    }
    ensure!(length >= people.len().min(SHOWN_AT_LEAST), "the window shows only {length} messages of {session}");
    Ok(())
}

/// What is shown more or less often than it is there: the first of it, and all to be read by people.
fn difference<'a>(shown: &[&'a str], there: &[&'a str]) -> (Option<&'a str>, String) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    shown.iter().for_each(|text| *counts.entry(text).or_default() += 1);
    there.iter().for_each(|text| *counts.entry(text).or_default() -= 1);
    // What is only there may be older than all that is shown.
    let odd = counts.into_iter().filter(|(text, count)| *count > 0 || (*count < 0 && shown.contains(text)));
    let odd: Vec<_> = odd.collect();
    let words = odd.iter().map(|(text, count)| format!("{} {count:+}", short(text))).collect::<Vec<_>>().join(", ");
    (odd.first().map(|(text, _)| *text), words)
}

fn short(text: &str) -> String {
    format!("{} ({})", text.get(..12).unwrap_or(text), text.len())
}
