//! What can be asked about nodes.

use clap::{Subcommand, ValueEnum};

use super::{Key, Kind};

#[derive(Debug, Subcommand)]
pub enum NodeVerb {
    /// Keep a node, and connect to it once to see how it stands.
    #[command(
        after_help = "Examples:\n  pilot node add lab 127.0.0.1:18789 --key-stdin < token\n  pilot node add prod wss://prod.example.com --kind openclaw --key-stdin --trust sha256:9f86…"
    )]
    Add {
        /// Your name for it.
        name: String,
        /// Its address: ws://, wss://, or host:port.
        url: String,
        /// Which gateway it is; found out without it.
        #[arg(long, default_value = "auto")]
        kind: Kind,
        /// The fingerprint of its certificate, compared by you.
        #[arg(long, value_name = "sha256:…")]
        trust: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// All nodes.
    List,
    /// One node: its address, state, version, agents and sessions.
    Show {
        node: String,
        #[command(flatten)]
        key: Key,
    },
    /// Try the way to a node step by step, and say what to do where it ends.
    Test {
        /// A node's name or an address.
        node: String,
        /// Which gateway it is, for an address.
        #[arg(long, default_value = "auto")]
        kind: Kind,
        /// The fingerprint to accept, for an address.
        #[arg(long, value_name = "sha256:…")]
        trust: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// Stay away from a node until it is resumed.
    Pause { node: String },
    /// Connect to a paused node again.
    Resume { node: String },
    /// Forget a node and its keys.
    Remove { node: String },
    /// Mark a node as production: read-only until it is unlocked, and nothing on it is allowed “always”.
    #[command(after_help = "Examples:\n  pilot node production prod on\n  pilot node production prod off")]
    Production { node: String, set: Switch },
    /// Unlock a production node for a while.
    #[command(after_help = "Examples:\n  pilot node unlock prod\n  pilot node unlock prod --for 1h")]
    Unlock {
        node: String,
        /// How long: 15m, 1h; eight hours at most.
        #[arg(long = "for", value_name = "LENGTH", default_value = "15m")]
        length: String,
    },
    /// Lock a production node before its time.
    Lock { node: String },
    /// How fast a node may be asked; without numbers as usual: 600 calls a minute, 40 at once.
    #[command(
        after_help = "Examples:\n  pilot node limit homelab --per-minute 120 --burst 10\n  pilot node limit homelab"
    )]
    Limit {
        node: String,
        /// Calls a minute.
        #[arg(long)]
        per_minute: Option<u32>,
        /// Calls at once after a rest.
        #[arg(long)]
        burst: Option<u32>,
    },
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}
