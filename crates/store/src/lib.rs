//! SQLite for the house: open, migrate, one writer, many readers; and the folders the data lives in.
//!
//! A [`Store`] is one database file. All writes go through one thread, which commits those that wait together; reads
//! run beside them on a few read-only connections and see what was committed when they began. The schema is its
//! owner's: tables and their [`Migration`]s live with the crate that uses them, not here.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), store::StoreError> {
//! use store::{Migration, Store};
//!
//! const SCHEMA: &[Migration] = &[Migration { name: "nodes", sql: "CREATE TABLE node (name TEXT NOT NULL) STRICT" }];
//!
//! let scope = supervise::Scope::root("pilothouse");
//! let store = Store::in_memory(&scope, SCHEMA).await?;
//! store.write(|tx| tx.execute("INSERT INTO node VALUES (?1)", ["homelab"])).await?;
//! let nodes: u32 = store.read(|db| db.query_row("SELECT count(*) FROM node", [], |row| row.get(0))).await?;
//! assert_eq!(nodes, 1);
//! # Ok(()) }
//! ```
//!
//! Tests with a paused clock: the runtime counts as idle while a thread works for it, so a paused clock jumps to the
//! next timer during every call of a store. Such tests run on the real clock, without deadlines around the calls, or
//! move the clock themselves while nothing is [`in_flight`].

mod store;

mod error;
mod flight;
mod home;
mod migrate;

mod inbox;
mod job;
mod open;
mod reader;
mod writer;

pub use error::StoreError;
pub use flight::in_flight;
pub use home::{Home, HomeError};
pub use migrate::Migration;
pub use rusqlite;
pub use store::{Durability, OpenOptions, Store, Version};
