//! What runs used and what that costs, as far as anybody knows.

use serde::{Deserialize, Serialize};

/// What some runs used together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    pub runs: u64,
    /// Tokens read, cached ones included, and of them those from a cache.
    pub input: u64,
    pub cached: u64,
    /// Tokens written.
    pub output: u64,
    /// What is known of the cost, one for each currency. Empty does not mean free: see `unpriced`.
    pub costs: Vec<Money>,
    /// Of the runs those whose price nobody knows: they are in no cost.
    pub unpriced: u64,
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Money {
    /// As the price file calls it: "USD".
    pub currency: String,
    pub amount: f64,
}

/// What usage is summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Node,
    Agent,
    Session,
    Model,
    Day,
}

/// One sum; it names what it was summed by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UsageRow {
    /// The node's id, and its name, or the one it had.
    pub node: Option<String>,
    pub name: Option<String>,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub model: Option<String>,
    /// A day of this machine's calendar: "2026-11-21".
    pub day: Option<String>,
    pub spend: Spend,
}

/// The sums, the largest use first, or by day where days are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UsageReport {
    pub rows: Vec<UsageRow>,
    pub total: Spend,
    /// The file of prices, for a person to edit.
    pub prices: String,
    /// Why the prices could not be read, with line and column; then every price is unknown.
    pub fault: Option<String>,
}
