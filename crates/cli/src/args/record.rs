//! The arguments of recording a node, and of asking what of it is not known.

use std::path::PathBuf;

use clap::Args;

use super::Key;

pub(super) const RECORD: &str = "\
Keys, tokens, passwords and signatures are taken out before anything is written, and so are your
name and your home folder. Filler of the same length stands for what was said and done, unless
--with-text keeps it; even then it stands for the pieces in which an answer comes, since a key in
pieces looks like none, and the whole follows. Ids, times, errors and the names of agents, tools and
models stay: look the file through before you give it away.

Examples:
  pilot record homelab --for 60s
  pilot record homelab --out report.jsonl        # until Ctrl-C
  pilot record ws://127.0.0.1:18789 --key-stdin --with-text < token
  pilot decode --dialect openclaw report.jsonl";

pub(super) const DRIFT: &str = "\
A gateway newer than this program has methods, events and fields that mean nothing here. The window
says so once for each version of a node; here they are all listed. Of what comes in thousands only a
sample is looked at.

Examples:
  pilot drift homelab
  pilot drift homelab --for 30s --json";

/// What is to be recorded, and where to.
#[derive(Debug, Args)]
pub struct RecordWanted {
    /// A node's name or address.
    pub node: String,
    /// How long: 60s, 15m; until Ctrl-C without it.
    #[arg(long = "for", value_name = "LENGTH")]
    pub length: Option<String>,
    /// The file to write; one named after the node and the time, here, without it.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Keep what was said and done, once it is said whole. Keys are taken out all the same.
    #[arg(long)]
    pub with_text: bool,
    /// Write over FILE if it exists.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub key: Key,
}

/// Of which node, and how long to listen to it.
#[derive(Debug, Args)]
pub struct DriftWanted {
    /// A node's name or address.
    pub node: String,
    /// Listen to it for so long, too: 30s, 5m.
    #[arg(long = "for", value_name = "LENGTH")]
    pub length: Option<String>,
    #[command(flatten)]
    pub key: Key,
}
