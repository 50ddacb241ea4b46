//! What can be asked, with its help and examples.

pub mod steer;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

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
    /// What waits for your word, on all nodes.
    Approvals {
        /// Go on and show what comes.
        #[arg(long)]
        watch: bool,
        #[command(flatten)]
        key: Key,
    },
    /// Allow what waits.
    #[command(after_help = "Examples:\n  pilot approve 4bfa5d94\n  pilot approve homelab/4bfa5d94 --always")]
    Approve {
        /// The approval's id as `pilot approvals` shows it, or its unique beginning; NODE/ID where two nodes share one.
        id: String,
        /// From now on, by the rule the node makes of it. Not every node can.
        #[arg(long)]
        always: bool,
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
        #[command(flatten)]
        key: Key,
    },
}

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
            | Self::Export { key, .. }
            | Self::Node(NodeVerb::Add { key, .. } | NodeVerb::Show { key, .. } | NodeVerb::Test { key, .. }) => *key,
            Self::Steer(verb) => verb.key(),
            Self::Node(_) | Self::Log(_) | Self::Search { .. } => Key::default(),
        }
    }
}

/// What of the log is wanted.
#[derive(Debug, Clone, ClapArgs)]
pub struct LogWanted {
    #[command(flatten)]
    pub among: Among,
    /// Only what reached us before then.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Only events whose name is this, or begins so: `run.finished`, `tool.*`; may be given several times.
    #[arg(long = "event", value_name = "NAME")]
    pub events: Vec<String>,
    /// Only lines that hold this text, case ignored.
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// At most so many, the newest; without --since 100.
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: Option<u32>,
    /// Play it again with its pauses, so many times as fast; a pause is never longer than two seconds.
    #[arg(long, value_name = "SPEED", num_args = 0..=1, default_missing_value = "1")]
    pub replay: Option<f64>,
}

/// Whose and since when.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Among {
    /// Only this node; may be given several times.
    #[arg(long = "node", value_name = "NODE")]
    pub nodes: Vec<String>,
    /// Only this agent, by the id that `pilot agents` shows; may be given several times.
    #[arg(long = "agent", value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Only this session; may be given several times.
    #[arg(long = "session", value_name = "SESSION")]
    pub sessions: Vec<String>,
    /// Only what reached us then or later.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
}

/// How a session is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    Markdown,
    Jsonl,
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
