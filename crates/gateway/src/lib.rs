//! Our own multi-agent gateway: agents from a settings file, sessions in
//! SQLite, models of several vendors, tools bound to a folder, and the protocol
//! of the `wire` crate over WebSockets.
//!
//! It is a library: the app embeds it and reaches it over [`Gateway::connect`],
//! `pilot gateway` runs it headless with [`Gateway::listen`]. Both ways run the
//! same code for a connection. It knows nothing of fleets or of other gateways.
//!
//! Reading order: `state` (what is shared), `connection` (one client),
//! `router` and `methods` (what it may ask), `run` (one turn of an agent),
//! then what runs stand on: `model`, `tools`, `approvals`, `table`.

mod gateway;
mod listen;
mod start;

mod connection;
mod methods;
mod router;
mod run;
mod state;

mod agent;
mod approvals;
mod clock;
mod config;
mod handshake;
mod http;
mod hub;
mod keys;
mod model;
mod table;
mod tls;
mod tools;

pub use config::{Config, ConfigError, EXAMPLE, FILE_NAME, Place};
pub use gateway::Gateway;
pub use listen::{Listen, ListenError, Listening};
pub use start::StartError;
pub use tls::Tls;
