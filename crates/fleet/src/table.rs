//! The fleet's own tables in `fleet.db`: one file a table, its migration beside its statements.
//!
//! What is absent: no key ever stands in a table. The event log has its own place, with `log`.

use store::Migration;

pub mod approval;
pub mod audit;
pub mod drift;
pub mod guard;
pub mod node;
pub mod outbox;
pub mod rule;
pub mod usage;

pub mod layout;
pub mod settings;

/// The database's file name in the home's data folder.
pub const FILE: &str = "fleet.db";

/// Every step of the schema, in the order of their release; only ever added to at the end.
pub const MIGRATIONS: &[Migration] = &[
    node::CREATE,
    outbox::CREATE,
    layout::CREATE,
    settings::CREATE,
    node::REACH,
    node::PINS,
    approval::CREATE,
    rule::CREATE,
    audit::CREATE,
    guard::CREATE,
    usage::CREATE,
    drift::CREATE,
];
