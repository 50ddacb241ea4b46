//! What can be asked, with its help and examples.

pub mod steer;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

mod custody;
mod log;
mod node;
mod record;

pub use custody::{Always, AuditVerb, RulesVerb, SumBy};
pub use log::{Among, ExportForm, LogWanted};
pub use node::{NodeVerb, Switch, Way};
pub use record::{DriftWanted, RecordWanted};

/// See, talk to and steer every agent on every gateway you run.
#[derive(Debug, Parser)]
#[command(name = "pilot", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Args {
    /// One JSON object a line, in the neutral vocabulary, instead of text for people.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "\
NODE is a node's name, or an address for a one-off.
A key is read with --key-stdin and kept in the system's keyring; where no keyring answers it serves
for this run only and is stored nowhere.

Examples:
  pilot node add homelab wss://homelab.lan:8765 --key-stdin < key.txt
  pilot agents
  pilot send homelab \"What changed since yesterday?\" --wait
  pilot watch --event 'run.*' --event 'tool.*'
  pilot approvals --watch
  pilot session rename homelab main Release
  pilot logs homelab --follow
  pilot completions bash > ~/.local/share/bash-completion/completions/pilot

It ends with 0 when done, 1 when it failed, 2 when it was asked in a way it does not understand.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    #[command(flatten)]
    Fleet(FleetVerb),
    /// Run our own gateway without a window.
    #[command(
        after_help = "Prints one line with its address when it is ready, and runs until it is stopped.\n\nExamples:\n  pilot gateway\n  head -c 24 /dev/urandom | base64 | tee token | pilot gateway --listen 127.0.0.1:18800 --token-stdin"
    )]
    Gateway {
        /// Where to listen. Anything but this machine alone gets TLS.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Where sessions are kept.
        #[arg(long)]
        data: Option<PathBuf>,
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Read the token clients must show from standard input; one is made and shown without it.
        #[arg(long)]
        token_stdin: bool,
    },
    /// Turn recorded frames into neutral events.
    #[command(
        after_help = "FILE holds one JSON object a line: {\"dir\":\"in\"|\"out\",\"t_ms\":0,\"frame\":{…}}.\nA line that cannot be read is reported with its number and skipped.\n\nExample:\n  pilot decode --dialect openclaw chat.jsonl"
    )]
    Decode {
        /// Whose frames they are.
        #[arg(long)]
        dialect: Dialect,
        /// The recording; `-` reads standard input.
        file: PathBuf,
    },
    /// Keep the key of a model provider for our own gateway, or forget it.
    #[command(subcommand)]
    Key(KeyVerb),
    /// Print a shell's completion script.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What is answered by the fleet: the nodes a person has.
#[derive(Debug, Subcommand)]
pub enum FleetVerb {
    /// Add, list, test, pause or remove nodes.
    #[command(subcommand)]
    Node(NodeVerb),
    /// The agents of one node, or of all.
    #[command(after_help = "Examples:\n  pilot agents\n  pilot agents homelab --json")]
    Agents {
        /// A node's name or address; all nodes without it.
        node: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// The sessions of a node, the newest first.
    #[command(
        after_help = "Examples:\n  pilot sessions homelab\n  pilot sessions ws://127.0.0.1:18789 --key-stdin < token"
    )]
    Sessions {
        /// A node's name or address.
        node: String,
        #[command(flatten)]
        key: Key,
    },
    /// The messages of a session, the oldest first.
    #[command(after_help = "Examples:\n  pilot history homelab main\n  pilot history homelab main --limit 20 --json")]
    History {
        /// A node's name or address.
        node: String,
        /// The session's key, as `pilot sessions` shows it.
        session: String,
        /// At most so many messages, the newest.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        #[command(flatten)]
        key: Key,
    },
    /// Say something to an agent.
    #[command(
        after_help = "Examples:\n  pilot send local \"Hello\" --wait\n  pilot send homelab \"Roll back\" --agent deploy --wait --json\n  git diff | pilot send local - --wait"
    )]
    Send {
        /// A node's name or address.
        node: String,
        /// The message; `-` reads it from standard input.
        text: String,
        /// The session to say it in; the agent's main one without it.
        #[arg(long)]
        session: Option<String>,
        /// The agent to say it to; the node's default one without it.
        #[arg(long)]
        agent: Option<String>,
        /// Stream the answer and end with it.
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        key: Key,
    },
    #[command(flatten)]
    Steer(steer::SteerVerb),
    /// Everything that happens, live, all nodes merged.
    #[command(
        after_help = "Examples:\n  pilot watch\n  pilot watch --node homelab --event 'approval.*'\n  pilot watch --json | jq .event"
    )]
    Watch {
        /// Only this node; may be given several times. Names or addresses.
        #[arg(long = "node")]
        nodes: Vec<String>,
        /// Only events whose name fits the pattern; may be given several times.
        #[arg(long = "event", value_name = "GLOB")]
        events: Vec<String>,
        #[command(flatten)]
        key: Key,
    },
    /// What waits for your word, on all nodes; or what was asked before.
    #[command(
        after_help = "An id is shown with the digest of what is asked, ID#DIGEST; an answer to that is refused when the request has changed.\n\nExamples:\n  pilot approvals --watch\n  pilot approvals --history --since 7d\n  pilot approvals --history --json"
    )]
    Approvals {
        /// Go on and show what comes.
        #[arg(long)]
        watch: bool,
        /// What was asked in the last 90 days and how it ended, the newest first.
        #[arg(long, conflicts_with = "watch")]
        history: bool,
        /// With --history: only since then: 12h, 7d, 2026-11-01.
        #[arg(long, value_name = "TIME", requires = "history")]
        since: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// Allow what waits.
    #[command(
        after_help = "Without RULE, --always allows exactly this command, in this folder, by this agent, in this session.\nIn RULE `*` stands for plain words, and a backslash before it makes it a star. An edited rule is kept here and\nanswers for you while the window runs; `pilot rules` lists such rules.\n\nExamples:\n  pilot approve 4bfa5d94\n  pilot approve homelab/4bfa5d94#1f3c9a02\n  pilot approve 4bfa5d94 --always\n  pilot approve 4bfa5d94 --always 'cargo test *' --rule-for 8h"
    )]
    Approve {
        /// The approval's id as `pilot approvals` shows it, or its unique beginning; NODE/ID where two nodes share one.
        id: String,
        #[command(flatten)]
        always: Always,
        #[command(flatten)]
        key: Key,
    },
    /// What the window kept of all nodes: the activity of the last 90 days.
    #[command(
        after_help = "WHEN is a while ago (90s, 30m, 2h, 3d), a time of today (14:05), a day (2026-11-21) or both (2026-11-21T14:05).\nWith --json it prints whole events, deltas joined; else the lines of the activity stream.\n\nExamples:\n  pilot log --since 2h --node homelab\n  pilot log --event 'approval.*' --since 7d --json\n  pilot log --grep 'cargo test' --limit 20\n  pilot log --since 14:00 --until 14:10 --replay 4"
    )]
    Log(LogWanted),
    /// Find words in messages, tools and commands of all nodes, newest first.
    #[command(
        after_help = "All the words must be there, or words that begin so.\n\nExamples:\n  pilot search bilge pump\n  pilot search 'cargo publish' --node homelab --since 30d"
    )]
    Search {
        #[arg(required = true)]
        words: Vec<String>,
        #[command(flatten)]
        among: Among,
        /// At most so many, the newest.
        #[arg(long, short = 'n', default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
    },
    /// Write a whole session down, as Markdown or as one event a line.
    #[command(
        after_help = "While the node is away, what was kept here is written down.\n\nExamples:\n  pilot export homelab main > main.md\n  pilot export homelab main --form jsonl --output main.jsonl"
    )]
    Export {
        /// A node's name or address.
        node: String,
        /// The session's key, as `pilot sessions` shows it.
        session: String,
        #[arg(long, default_value = "markdown")]
        form: ExportForm,
        /// The file to write; it must not exist yet. Standard output without it.
        #[arg(long, short)]
        output: Option<PathBuf>,
        #[command(flatten)]
        key: Key,
    },
    /// Refuse what waits.
    Deny {
        /// The approval's id, as for `approve`.
        id: String,
        /// Stop the run that asked, too.
        #[arg(long)]
        stop: bool,
        #[command(flatten)]
        key: Key,
    },
    /// What was done to the nodes, by whom, and what came of it.
    #[command(
        after_help = "Every act is written down before it is done and after; each record holds the hash of the one before.\nMessages stand in it by length and digest only, keys not at all.\n\nExamples:\n  pilot audit --since 7d --node homelab\n  pilot audit verify\n  pilot audit export > audit.jsonl"
    )]
    Audit {
        #[command(subcommand)]
        verb: Option<AuditVerb>,
        /// Only since then: 12h, 7d, 2026-11-01.
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Only this node, by its name or id.
        #[arg(long)]
        node: Option<String>,
    },
    /// What runs used and what that cost, as far as prices are known.
    #[command(
        after_help = "Prices stand in prices.toml in the config folder, for you to edit; none are shipped. What has no price there\nis shown as unknown, never as nothing.\n\nExamples:\n  pilot usage --since 7d --by day\n  pilot usage --by node --by model --json\n  pilot usage --theirs homelab"
    )]
    Usage {
        /// Only since then: 12h, 7d, 2026-11-01.
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Sum by this; may be given several times.
        #[arg(long, value_name = "WHAT", default_value = "node")]
        by: Vec<SumBy>,
        /// What this node itself counts and charges, instead of what was counted here.
        #[arg(long, value_name = "NODE", conflicts_with_all = ["since", "by"])]
        theirs: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// Record what crosses the connection to a node, fit to be shown: for a report of a fault.
    #[command(after_help = record::RECORD)]
    Record(RecordWanted),
    /// What a node's gateway does that this program does not know yet. Nothing is wrong with it.
    #[command(after_help = record::DRIFT)]
    Drift(DriftWanted),
    /// The rules kept here, by which what you allowed from now on is answered.
    #[command(after_help = "Examples:\n  pilot rules\n  pilot rules remove 3")]
    Rules {
        #[command(subcommand)]
        verb: Option<RulesVerb>,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// Read a key from standard input and keep it in the keyring; gateway.toml names it with `key_name`.
    #[command(after_help = "Examples:\n  pilot key set openai < key.txt")]
    Set {
        /// The name that gateway.toml will call it by.
        name: String,
    },
    /// Forget a key.
    Remove { name: String },
}

impl FleetVerb {
    /// How the keys of its nodes come in.
    pub fn key(&self) -> Key {
        match self {
            Self::Agents { key, .. }
            | Self::Sessions { key, .. }
            | Self::History { key, .. }
            | Self::Send { key, .. }
            | Self::Watch { key, .. }
            | Self::Approvals { key, .. }
            | Self::Approve { key, .. }
            | Self::Deny { key, .. }
            | Self::Usage { key, .. }
            | Self::Export { key, .. } => *key,
            Self::Record(RecordWanted { key, .. }) | Self::Drift(DriftWanted { key, .. }) => *key,
            Self::Node(verb) => verb.key(),
            Self::Steer(verb) => verb.key(),
            Self::Rules { .. } | Self::Audit { .. } | Self::Log(_) | Self::Search { .. } => Key::default(),
        }
    }
}

/// How a key comes in.
#[derive(Debug, Clone, Copy, Default, ClapArgs)]
pub struct Key {
    /// Read the key from standard input: one key, or lines `NAME KEY` for several nodes.
    #[arg(long = "key-stdin", global = true)]
    pub stdin: bool,
}

/// Which gateway a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Auto,
    Moltis,
    Openclaw,
    McpDashboard,
}

/// Whose frames a recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    Moltis,
    Openclaw,
    McpDashboard,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn json_may_stand_before_and_behind_the_verb() {
        assert!(Args::parse_from(["pilot", "--json", "agents"]).json);
        assert!(Args::parse_from(["pilot", "node", "list", "--json"]).json);
    }

    #[test]
    fn a_key_has_no_place_on_the_command_line() {
        assert!(Args::try_parse_from(["pilot", "agents", "--key", "mk_1"]).is_err());
    }
}
