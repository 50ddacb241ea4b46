//! What can be asked about a node besides talking: its sessions, models, log, timed jobs, devices and settings.

use clap::Subcommand;

use super::Key;

#[derive(Debug, Subcommand)]
pub enum SteerVerb {
    /// Rename, copy, empty, delete, shorten, search or switch sessions.
    #[command(subcommand)]
    Session(SessionVerb),
    /// The models of a node; --use switches to one.
    #[command(
        after_help = "Examples:\n  pilot models homelab\n  pilot models homelab --use anthropic/claude --session main"
    )]
    Models {
        /// A node's name or address.
        node: String,
        /// Switch to this model, by its id.
        #[arg(long = "use", value_name = "MODEL")]
        model: Option<String>,
        /// The session that gets it; the main one without it.
        #[arg(long, requires = "model")]
        session: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// The presets that agents of a node are set up with.
    Presets {
        /// A node's name or address.
        node: String,
        #[command(flatten)]
        key: Key,
    },
    /// A node's own log.
    #[command(
        after_help = "Examples:\n  pilot logs homelab\n  pilot logs homelab --lines 500 --json | jq 'select(.level==\"error\")'\n  pilot logs homelab --follow"
    )]
    Logs {
        /// A node's name or address.
        node: String,
        /// Go on and show what comes.
        #[arg(long, short)]
        follow: bool,
        /// So many of the last lines.
        #[arg(long, short = 'n', default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        lines: u32,
        #[command(flatten)]
        key: Key,
    },
    /// What runs by the clock on a node.
    #[command(
        after_help = "Examples:\n  pilot cron homelab\n  pilot cron homelab run nightly\n  pilot cron homelab disable 07b38a4f\n  pilot cron homelab runs nightly --json\n\nA job is named by its id, the id's beginning, or its name."
    )]
    Cron {
        /// A node's name or address.
        node: String,
        #[command(subcommand)]
        verb: Option<CronVerb>,
        #[command(flatten)]
        key: Key,
    },
    /// Devices that may connect to a node, and those that ask to.
    #[command(
        after_help = "Examples:\n  pilot devices homelab\n  pilot devices homelab approve 65f81b7e\n  pilot devices homelab revoke 220e0b14\n\nA request and a device are named by the id shown, or its unique beginning."
    )]
    Devices {
        /// A node's name or address.
        node: String,
        #[command(subcommand)]
        verb: Option<DeviceVerb>,
        #[command(flatten)]
        key: Key,
    },
    /// A node's settings.
    #[command(
        after_help = "Examples:\n  pilot config homelab\n  pilot config homelab get --json | jq .value.agents\n  pilot config homelab patch '{\"agents\":{\"entries\":{\"ops\":{\"name\":\"Ops\"}}}}'\n  pilot config homelab patch - < patch.json\n\nA patch is a JSON merge patch: what it names is changed, null takes away. Never put a key in one: it would stand in the shell's history."
    )]
    Config {
        /// A node's name or address.
        node: String,
        #[command(subcommand)]
        verb: Option<ConfigVerb>,
        #[command(flatten)]
        key: Key,
    },
    /// What a node can be asked, and why not where it cannot.
    #[command(
        after_help = "Examples:\n  pilot can homelab\n  pilot can homelab --json | jq -r 'select(.cannot) | .verb'"
    )]
    Can {
        /// A node's name or address.
        node: String,
        #[command(flatten)]
        key: Key,
    },
}

#[derive(Debug, Subcommand)]
pub enum SessionVerb {
    /// Give a session a title; an empty one takes it away.
    #[command(after_help = "Example:\n  pilot session rename homelab agent:main:main \"Release\"")]
    Rename {
        node: String,
        session: String,
        title: String,
        #[command(flatten)]
        key: Key,
    },
    /// Copy a session with its messages; prints the copy's key.
    #[command(after_help = "Example:\n  pilot session fork homelab main --title \"Another way\"")]
    Fork {
        node: String,
        session: String,
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// Forget a session's messages and keep the session.
    Reset {
        node: String,
        session: String,
        #[command(flatten)]
        key: Key,
    },
    /// Remove a session with its messages.
    Delete {
        node: String,
        session: String,
        #[command(flatten)]
        key: Key,
    },
    /// Have the model shorten what was said so far.
    Compact {
        node: String,
        session: String,
        #[command(flatten)]
        key: Key,
    },
    /// Let an agent that has one session at a time (mcp-cli) work in this one.
    Switch {
        node: String,
        session: String,
        #[command(flatten)]
        key: Key,
    },
    /// Messages of a node that contain the text.
    #[command(after_help = "Example:\n  pilot session search homelab \"rollback\" --limit 5")]
    Search {
        node: String,
        text: String,
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        #[command(flatten)]
        key: Key,
    },
    /// Say something into a turn that is running, instead of behind it.
    #[command(after_help = "Example:\n  pilot session steer homelab main \"Not that branch\" --interrupt")]
    Steer {
        node: String,
        session: String,
        text: String,
        /// Stop the running turn for it.
        #[arg(long)]
        interrupt: bool,
        #[command(flatten)]
        key: Key,
    },
}

#[derive(Debug, Subcommand)]
pub enum CronVerb {
    /// All jobs, the switched-off ones too.
    List,
    /// Run a job now.
    Run { job: String },
    /// Switch a job on.
    Enable { job: String },
    /// Switch a job off.
    Disable { job: String },
    /// How a job's last runs went.
    Runs { job: String },
}

#[derive(Debug, Subcommand)]
pub enum DeviceVerb {
    /// All devices, those that ask first.
    List,
    /// Let a device in.
    Approve { request: String },
    /// Turn a device away.
    Reject { request: String },
    /// Take back what a device was given.
    Revoke { device: String },
}

#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Show the settings; the node takes keys out.
    Get,
    /// Change settings.
    Patch {
        /// A JSON merge patch; `-` reads it from standard input.
        patch: String,
    },
}

impl SteerVerb {
    /// How the key of its node comes in.
    pub fn key(&self) -> Key {
        match self {
            Self::Session(verb) => verb.key(),
            Self::Models { key, .. }
            | Self::Presets { key, .. }
            | Self::Logs { key, .. }
            | Self::Cron { key, .. }
            | Self::Devices { key, .. }
            | Self::Config { key, .. }
            | Self::Can { key, .. } => *key,
        }
    }
}

impl SessionVerb {
    fn key(&self) -> Key {
        match self {
            Self::Rename { key, .. }
            | Self::Fork { key, .. }
            | Self::Reset { key, .. }
            | Self::Delete { key, .. }
            | Self::Compact { key, .. }
            | Self::Switch { key, .. }
            | Self::Search { key, .. }
            | Self::Steer { key, .. } => *key,
        }
    }
}
