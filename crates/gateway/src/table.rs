//! What the gateway keeps in SQLite. One file a table, with its migration.

pub(crate) mod identity;
pub(crate) mod messages;
pub(crate) mod runs;
pub(crate) mod sessions;

use store::Migration;

/// All steps of the schema; only ever added to at the end.
pub(crate) const MIGRATIONS: &[Migration] =
    &[identity::CREATE, sessions::CREATE, messages::CREATE, runs::CREATE, runs::KEEP_ORDERS];

/// Milliseconds since 1970, now.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}
