//! What can be asked about nodes.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Key, Kind};

#[derive(Debug, Subcommand)]
pub enum NodeVerb {
    /// Keep a node, and connect to it once to see how it stands.
    #[command(after_help = ADD)]
    Add {
        /// Your name for it.
        name: String,
        /// Its address: ws://, wss://, host:port, or ssh://[user@]host/PORT.
        url: String,
        /// Which gateway it is; found out without it.
        #[arg(long, default_value = "auto")]
        kind: Kind,
        /// The fingerprint of its certificate, compared by you.
        #[arg(long, value_name = "sha256:…")]
        trust: Option<String>,
        #[command(flatten)]
        way: Way,
        #[command(flatten)]
        key: Key,
    },
    /// Change a node; what is not named stays as it is.
    #[command(after_help = EDIT)]
    Edit {
        /// The node's name.
        node: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Another address, as for `add`.
        #[arg(long)]
        url: Option<String>,
        /// Another kind of gateway.
        #[arg(long)]
        kind: Option<Kind>,
        /// The fingerprint of its certificate, compared by you.
        #[arg(long, value_name = "sha256:…")]
        trust: Option<String>,
        #[command(flatten)]
        way: Way,
        #[command(flatten)]
        key: Key,
    },
    /// All nodes.
    List,
    /// One node: its routes, state, version, agents and sessions.
    Show {
        node: String,
        #[command(flatten)]
        key: Key,
    },
    /// Try every route to a node step by step, and say what to do where it ends.
    #[command(
        after_help = "Examples:\n  pilot node test homelab\n  pilot node test ssh://me@homelab/18789 --key-stdin < token\n  pilot node test homelab --json | jq .steps"
    )]
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
        way: Way,
        #[command(flatten)]
        key: Key,
    },
    /// Find gateways on this computer, on the network and in the configuration of their own programs. Keeps nothing.
    #[command(after_help = "Examples:\n  pilot node discover\n  pilot node discover --json | jq -r .address")]
    Discover,
    /// Keep what the configuration of OpenClaw or Moltis says of their gateways, after asking you for each.
    #[command(after_help = IMPORT)]
    Import {
        /// Only the gateway at this address, as `pilot node discover` shows it.
        address: Option<String>,
        /// Your name for it; one is made of where it is.
        #[arg(long, requires = "address")]
        name: Option<String>,
        /// Do not ask: yes to all that is shown.
        #[arg(long)]
        yes: bool,
    },
    /// Look at a certificate that nobody vouches for, and trust it once you have compared its fingerprint.
    #[command(after_help = TRUST)]
    Trust {
        /// The node's name.
        node: String,
        /// The fingerprint you compared, of the certificate or of the authority shown with it.
        #[arg(value_name = "sha256:…")]
        fingerprint: Option<String>,
        #[command(flatten)]
        key: Key,
    },
    /// Show or set a file of certificate authorities (PEM) to trust for every node, as companies have one.
    #[command(
        after_help = "Examples:\n  pilot node ca\n  pilot node ca /etc/ssl/corporate-ca.pem\n  pilot node ca none"
    )]
    Ca {
        /// The file; `none` takes it away.
        file: Option<String>,
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

const ADD: &str = "\
Several routes are tried in order until one works; the key, the trusted certificate and the pairing are
the same for all. A route through SSH uses your own `ssh`: its configuration, agent, jump hosts and known
hosts. It asks nothing, so `ssh HOST` has to work without a question.

Examples:
  pilot node add lab 127.0.0.1:18789 --key-stdin < token
  pilot node add prod wss://prod.example.com --kind openclaw --key-stdin --trust sha256:9f86…
  pilot node add home 127.0.0.1:18789 --ssh me@homelab --key-stdin < token
  pilot node add home wss://homelab.lan:18789 --route wss://homelab.tail1234.ts.net --route ssh://me@home.example/18789
  pilot node add corp wss://gw.corp.example --ca corporate-ca.pem --client-cert me.pem --client-key me.key";

const EDIT: &str = "\
`--route` replaces all further routes; `none` for --route, --ca or --client-cert takes away what was set.

Examples:
  pilot node edit home --route wss://homelab.tail1234.ts.net --route ssh://me@home.example/18789
  pilot node edit home --name attic --kind openclaw
  pilot node edit home --key-stdin < new-token
  pilot node edit home --route none --ca none";

const IMPORT: &str = "\
A key that stands in the file goes into the system's keyring; it is shown nowhere.

Examples:
  pilot node import
  pilot node import ws://127.0.0.1:18789 --name lab
  pilot node import --yes";

const TRUST: &str = "\
Without a fingerprint it shows what the node presents, beside what you trusted before, and trusts nothing.
Trusting an authority in place of a certificate means: what it signs for this node later is trusted without a question.

Examples:
  pilot node trust homelab
  pilot node trust homelab sha256:9f86…";

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// How a node is reached besides its address.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Way {
    /// Reach the address from this computer on, through the system's `ssh`.
    #[arg(long, value_name = "[USER@]HOST[:PORT]")]
    pub ssh: Option<String>,
    /// A further route to the same node, tried when those before it fail; may be given several times.
    #[arg(long = "route", value_name = "URL")]
    pub routes: Vec<String>,
    /// A file of certificate authorities (PEM) to trust for this node, besides the computer's own.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<String>,
    /// Our own certificate (PEM, with those between it and its authority).
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<String>,
    /// The private key of our own certificate (PEM). It stays in this file, which nobody else may be able to read.
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<String>,
}

impl NodeVerb {
    /// How the key of the node comes in.
    pub fn key(&self) -> Key {
        match self {
            Self::Add { key, .. }
            | Self::Edit { key, .. }
            | Self::Show { key, .. }
            | Self::Test { key, .. }
            | Self::Trust { key, .. } => *key,
            Self::List
            | Self::Discover
            | Self::Import { .. }
            | Self::Ca { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::Remove { .. }
            | Self::Production { .. }
            | Self::Unlock { .. }
            | Self::Lock { .. }
            | Self::Limit { .. } => Key::default(),
        }
    }
}
