//! The promises: nothing lost, nothing doubled, order kept, and the window shows what the node has.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use fleet::nodes::{LOCAL, Urgency};
use fleet::truth::RowBody;
use link::event::Role;

use super::night::{Night, of, words};
use super::pace;

/// How many of the last messages the window must show as the node has them.
const SHOWN: usize = 40;

/// Compares what was said with what the node has, and that with what is shown.
pub async fn all(night: &Night) -> anyhow::Result<()> {
    let history = pace::during(night.fleet.last_messages(&of(), usize::MAX, Urgency::Screen)).await?;
    let people: Vec<&str> =
        history.iter().filter(|message| message.role == Role::User).map(|message| &*message.text).collect();
    each_once(night, &people)?;
    in_order(night, &people)?;
    shown(night, &people)
}

fn each_once(night: &Night, people: &[&str]) -> anyhow::Result<()> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    people.iter().for_each(|text| *counts.entry(text).or_default() += 1);
    for number in 0..night.said.len() {
        let (text, _) = words(number);
        let count = counts.remove(text.as_str()).unwrap_or(0);
        ensure!(count == 1, "“{text}” arrived {count} times; {}", night.row_of(number));
    }
    ensure!(counts.is_empty(), "nobody said {counts:?}");
    Ok(())
}

/// Messages whose fate was always known stand in the order they were said in.
fn in_order(night: &Night, people: &[&str]) -> anyhow::Result<()> {
    let places: HashMap<&str, usize> = people.iter().zip(0..).map(|(text, place)| (*text, place)).collect();
    let mut last = None;
    for (number, _) in night.said.iter().enumerate().filter(|(_, said)| !said.was_unknown) {
        let (text, _) = words(number);
        let place = *places.get(text.as_str()).context("it was there a moment ago")?;
        ensure!(last < Some(place), "“{text}” stands before what was said earlier");
        last = Some(place);
    }
    Ok(())
}

/// The window's last rows of people are the node's, each once.
fn shown(night: &Night, people: &[&str]) -> anyhow::Result<()> {
    let rows = night.fleet.core().read(LOCAL, |truth| {
        let rows = truth.session(&of().session)?.transcript.as_ref()?.rows.iter();
        let people = rows.filter(|row| matches!(row.body, RowBody::User { .. }));
        Some(people.map(|row| row.text().to_owned()).collect::<Vec<_>>())
    });
    let rows = rows.flatten().context("the session is not in memory")?;
    let length = rows.len().min(people.len()).min(SHOWN);
    let texts: Vec<&str> = rows[rows.len() - length..].iter().map(String::as_str).collect();
    let there = &people[people.len() - length..];
    let differs = texts.iter().zip(there).position(|(shown, has)| shown != has);
    let from = differs.unwrap_or(0).saturating_sub(2);
    ensure!(
        differs.is_none(),
        "the window shows {:?} where the node has {:?}",
        &texts[from..(from + 6).min(length)],
        &there[from..(from + 6).min(length)]
    );
    ensure!(people.is_empty() || length > 0, "the window shows nothing");
    Ok(())
}
