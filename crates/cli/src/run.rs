//! Who answers which verb.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Args, NodeVerb, Verb};
use crate::desk::Desk;
use crate::out::Form;
use crate::{agents, approvals, decode, gateway, history, keys, model_key, node, send, watch};

/// The words were understood, but cannot be meant so.
#[derive(Debug)]
pub struct Misused(pub String);

impl std::fmt::Display for Misused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misused {}

/// Answers the verb; the exit code is 0 for done and 1 for failed.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let form = if args.json { Form::Json } else { Form::Text };
    match args.verb {
        Verb::Decode { dialect, file } => decode::decode(dialect, &file),
        Verb::Gateway { listen, data, config, token_stdin } => {
            gateway::run(gateway::Wanted { listen, data, config, token_stdin }).await
        }
        Verb::Key(verb) => model_key::run(verb).await,
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "pilot", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        verb => {
            let desk = Desk::open(keys::read(key(&verb))?).await?;
            let end = tokio::select! {
                end = with_fleet(&desk, verb, form) => end,
                // 130: ended by the person, as shells have it.
                _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(130)),
            };
            desk.close().await;
            end
        }
    }
}

fn key(verb: &Verb) -> crate::args::Key {
    match verb {
        Verb::Agents { key, .. }
        | Verb::Sessions { key, .. }
        | Verb::History { key, .. }
        | Verb::Send { key, .. }
        | Verb::Watch { key, .. }
        | Verb::Approvals { key, .. }
        | Verb::Approve { key, .. }
        | Verb::Deny { key, .. }
        | Verb::Node(NodeVerb::Add { key, .. } | NodeVerb::Show { key, .. } | NodeVerb::Test { key, .. }) => *key,
        Verb::Node(_) | Verb::Key(_) | Verb::Gateway { .. } | Verb::Decode { .. } | Verb::Completions { .. } => {
            Default::default()
        }
    }
}

async fn with_fleet(desk: &Desk, verb: Verb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Node(verb) => node::run(desk, verb, form).await,
        Verb::Agents { node, .. } => agents::agents(desk, node.as_deref(), form).await,
        Verb::Sessions { node, .. } => agents::sessions(desk, &node, form).await,
        Verb::History { node, session, limit, .. } => history::history(desk, &node, &session, limit, form).await,
        Verb::Send { node, text, session, agent, wait, .. } => {
            send::send(desk, send::Message { node, text, session, agent, wait }, form).await
        }
        Verb::Watch { nodes, events, .. } => watch::watch(desk, &nodes, &events, form).await,
        Verb::Approvals { watch, .. } => approvals::list(desk, watch, form).await,
        Verb::Approve { id, always, .. } => {
            let decision =
                if always { contract::approval::Decision::Always } else { contract::approval::Decision::Once };
            approvals::decide(desk, &id, decision, form).await
        }
        Verb::Deny { id, .. } => approvals::decide(desk, &id, contract::approval::Decision::Deny, form).await,
        Verb::Key(_) | Verb::Gateway { .. } | Verb::Decode { .. } | Verb::Completions { .. } => Ok(ExitCode::FAILURE),
    }
}
