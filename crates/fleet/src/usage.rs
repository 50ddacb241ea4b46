//! What runs used and what that costs. Tokens are what the nodes counted; prices are a person's, in a file. What nobody
//! knows is said to be unknown: a run without a count or a price is never a run for nothing.

use std::collections::BTreeMap;

use contract::usage::{By, Money, Spend, UsageReport, UsageRow};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use link::call::Page;
use link::event::{Event, Role, RunEnd};
use store::StoreError;

mod prices;

#[cfg(test)]
mod tests;

pub use prices::{FILE, PriceError, Prices};

use crate::apply::Fact;
use crate::nodes::Parts;
use crate::table::usage::{self as table, Run, Sum, Tokens};
use crate::truth::Truth;

/// The row that a run's end makes.
pub fn run(truth: &Truth, event: &Event, end: &RunEnd, now: i64) -> Run {
    let session = event.session.as_deref();
    let agent = event.agent.as_deref().or_else(|| truth.agent_of(session));
    let id = event.run.as_deref().filter(|id| !id.is_empty());
    let tokens = end.usage.map(|used| Tokens {
        input: used.input,
        cache_read: used.cache_read,
        cache_write: used.cache_write,
        output: used.output,
    });
    Run {
        node: truth.head.id.clone(),
        name: truth.head.name.clone(),
        run: id.map_or_else(|| format!("{}@{now}", session.unwrap_or_default()), str::to_owned),
        agent: agent.map(str::to_owned),
        session: session.map(str::to_owned),
        model: model(truth, session, agent),
        day: day(now),
        at: now,
        tokens,
    }
}

/// The rows that a page of history makes, once it is merged: what was used while nobody listened here. What was heard is
/// the same run, and counts once; where the page names no run, the row in memory that shows the message knows it.
pub fn of_page(truth: &Truth, session: &str, page: &Page) -> Vec<Run> {
    let mut runs: BTreeMap<String, Run> = BTreeMap::new();
    let told = page.messages.iter().filter(|message| message.role == Role::Assistant);
    for (message, used) in told.filter_map(|message| Some((message, message.usage?))) {
        let agent = truth.agent_of(Some(session));
        let id = match message.run_id.as_deref().or_else(|| heard(truth, session, &message.id)) {
            // It was heard, and counted when it ended, of a vendor that gives its runs no ids.
            Some("") if message.run_id.is_none() => continue,
            Some("") | None => format!("{session}#{}", message.id),
            Some(run) => run.to_owned(),
        };
        let at = message.sent_at.unwrap_or(0);
        let run = runs.entry(id.clone()).or_insert_with(|| Run {
            node: truth.head.id.clone(),
            name: truth.head.name.clone(),
            run: id,
            agent: agent.map(str::to_owned),
            session: Some(session.to_owned()),
            model: message.model.as_deref().map(str::to_owned).or_else(|| model(truth, Some(session), agent)),
            day: day(at),
            at,
            tokens: Some(Tokens::default()),
        });
        let tokens = run.tokens.get_or_insert_default();
        tokens.input = tokens.input.saturating_add(used.input);
        tokens.cache_read = tokens.cache_read.saturating_add(used.cache_read);
        tokens.cache_write = tokens.cache_write.saturating_add(used.cache_write);
        tokens.output = tokens.output.saturating_add(used.output);
    }
    // Without a time nobody knows which day's it was.
    runs.into_values().filter(|run| run.at > 0).collect()
}

/// The run that a message was heard in, as far as its row is in memory.
fn heard<'a>(truth: &'a Truth, session: &str, message: &str) -> Option<&'a str> {
    let rows = &truth.session(session)?.transcript.as_ref()?.rows;
    rows.iter().rev().find(|row| row.message.as_deref() == Some(message))?.run.as_deref()
}

/// The model a session runs on, as far as the node says it: the session's own, else its agent's.
fn model(truth: &Truth, session: Option<&str>, agent: Option<&str>) -> Option<String> {
    let own = session.and_then(|key| truth.session(key)?.about.model.clone());
    let of_agent = || {
        let named = |known: &&link::event::Agent| agent.map_or(known.default, |agent| known.id == agent);
        truth.agents.iter().find(named)?.model.clone()
    };
    own.or_else(of_agent).filter(|model| !model.is_empty())
}

/// The day of a time, by this machine's calendar.
pub fn day(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    at.to_zoned(TimeZone::system()).date().to_string()
}

/// What the runs since that time used, summed by these.
///
/// # Errors
/// The database cannot be read.
pub async fn report(parts: &Parts, since: i64, by: &[By]) -> Result<UsageReport, StoreError> {
    let sums = parts.store.read(move |db| table::since(db, since)).await?;
    let (prices, fault) = opened(parts);
    Ok(UsageReport { prices: parts.prices.display().to_string(), fault, ..summed(&named(parts, sums), &prices, by) })
}

/// Tells the node's card, or every node's, what was used today.
///
/// # Errors
/// The database cannot be read.
pub async fn tell_today(parts: &Parts, only: Option<String>) -> Result<(), StoreError> {
    let (today, node) = (day(parts.now()), only.clone());
    let sums = parts.store.read(move |db| table::of_day(db, &today, node.as_deref())).await?;
    let (prices, _) = opened(parts);
    let nodes = only.map_or_else(|| parts.core.nodes(), |node| vec![node]);
    for node in nodes {
        let of: Vec<Sum> = sums.iter().filter(|sum| sum.node == node).cloned().collect();
        let spent = (!of.is_empty()).then(|| summed(&named(parts, of), &prices, &[]).total);
        parts.core.feed(&node, [Fact::SpentToday(spent)]);
    }
    Ok(())
}

/// The prices; none of them where the file is not understood, and the sentence why.
fn opened(parts: &Parts) -> (Prices, Option<String>) {
    match Prices::open(&parts.prices) {
        Ok(prices) => (prices, None),
        Err(error) => (Prices::default(), Some(error.to_string())),
    }
}

/// A node that is still there is called by its present name.
fn named(parts: &Parts, mut sums: Vec<Sum>) -> Vec<Sum> {
    for sum in &mut sums {
        if let Some(name) = parts.core.read(&sum.node, |truth| truth.head.name.clone()) {
            sum.name = name;
        }
    }
    sums
}

/// Sums of sums.
fn summed(sums: &[Sum], prices: &Prices, by: &[By]) -> UsageReport {
    let mut rows: BTreeMap<[Option<String>; 5], Spend> = BTreeMap::new();
    let mut total = Spend::default();
    for sum in sums {
        let cost = prices.cost(sum);
        add(&mut total, sum, cost.as_ref());
        add(rows.entry(key(sum, by)).or_default(), sum, cost.as_ref());
    }
    let row = |([day, node, agent, session, model], spend): ([Option<String>; 5], Spend)| UsageRow {
        name: node.as_ref().and_then(|id| Some(sums.iter().find(|sum| sum.node == *id)?.name.clone())),
        node,
        agent,
        session,
        model,
        day,
        spend,
    };
    let mut rows: Vec<UsageRow> = rows.into_iter().map(row).collect();
    if !by.contains(&By::Day) {
        rows.sort_by_key(|row| std::cmp::Reverse(row.spend.input + row.spend.output));
    }
    UsageReport { rows, total, ..UsageReport::default() }
}

/// What a sum is told under. Days stand first, so that they sort first.
fn key(sum: &Sum, by: &[By]) -> [Option<String>; 5] {
    let part = |of, value: Option<&str>| value.filter(|_| by.contains(&of)).map(str::to_owned);
    [
        part(By::Day, Some(&sum.day)),
        part(By::Node, Some(&sum.node)),
        part(By::Agent, sum.agent.as_deref()),
        part(By::Session, sum.session.as_deref()),
        part(By::Model, sum.model.as_deref()),
    ]
}

fn add(spend: &mut Spend, sum: &Sum, cost: Option<&Money>) {
    spend.runs += sum.runs;
    spend.input += sum.tokens.input;
    spend.cached += sum.tokens.cache_read + sum.tokens.cache_write;
    spend.output += sum.tokens.output;
    let Some(cost) = cost else {
        spend.unpriced += sum.runs;
        return;
    };
    match spend.costs.iter_mut().find(|known| known.currency == cost.currency) {
        Some(known) => known.amount += cost.amount,
        None => spend.costs.push(cost.clone()),
    }
}
