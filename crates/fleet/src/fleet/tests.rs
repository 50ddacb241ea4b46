//! The fleet on real parts: our own gateway over memory and over TLS, SQLite on disk, a window that applies batches.

mod rig;

mod approvals;
mod full;
mod guards;
mod homes;
mod nodes;
mod outbox;
mod planted;
mod talk;
