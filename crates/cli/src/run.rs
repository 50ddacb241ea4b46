//! Who answers which verb.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::approvals::Word;
use crate::args::{Args, FleetVerb, Verb};
use crate::desk::Desk;
use crate::out::Form;
use crate::{
    agents, approvals, audit, decode, drift, export, gateway, history, keys, log, model_key, node, record, rules,
    search, send, steer, usage, watch,
};

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
        Verb::Fleet(verb) => {
            let desk = Desk::open(keys::read(verb.key())?).await?;
            // A recording ends with Ctrl-C, too, and says then what it has.
            let heeds_ctrl_c = matches!(verb, FleetVerb::Record(_));
            let end = tokio::select! {
                end = with_fleet(&desk, verb, form) => end,
                // 130: ended by the person, as shells have it.
                _ = tokio::signal::ctrl_c(), if !heeds_ctrl_c => Ok(ExitCode::from(130)),
            };
            desk.close().await;
            end
        }
    }
}

async fn with_fleet(desk: &Desk, verb: FleetVerb, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        FleetVerb::Node(verb) => node::run(desk, verb, form).await,
        FleetVerb::Agents { node, .. } => agents::agents(desk, node.as_deref(), form).await,
        FleetVerb::Sessions { node, .. } => agents::sessions(desk, &node, form).await,
        FleetVerb::History { node, session, limit, .. } => history::history(desk, &node, &session, limit, form).await,
        FleetVerb::Send { node, text, session, agent, wait, .. } => {
            send::send(desk, send::Message { node, text, session, agent, wait }, form).await
        }
        FleetVerb::Steer(verb) => steer::run(desk, verb, form).await,
        FleetVerb::Watch { nodes, events, .. } => watch::watch(desk, &nodes, &events, form).await,
        FleetVerb::Approvals { history: true, since, .. } => approvals::history(desk, since.as_deref(), form).await,
        FleetVerb::Log(wanted) => log::log(desk, &wanted, form).await,
        FleetVerb::Search { words, among, limit } => search::search(desk, &words.join(" "), &among, limit, form).await,
        FleetVerb::Export { node, session, form, output, .. } => {
            export::export(desk, export::Wanted { node, session, form, output }).await
        }
        FleetVerb::Approvals { watch, .. } => approvals::list(desk, watch, form).await,
        FleetVerb::Approve { id, always, .. } => {
            let word = if always.always.is_some() { Word::Always(always) } else { Word::Once };
            approvals::decide(desk, &id, word, form).await
        }
        FleetVerb::Deny { id, stop, .. } => {
            let word = if stop { Word::DenyStop } else { Word::Deny };
            approvals::decide(desk, &id, word, form).await
        }
        FleetVerb::Audit { verb, since, node } => audit::run(desk, verb, since.as_deref(), node, form).await,
        FleetVerb::Usage { theirs: Some(node), .. } => usage::theirs::run(desk, &node, form).await,
        FleetVerb::Usage { since, by, .. } => usage::run(desk, since.as_deref(), &by, form).await,
        FleetVerb::Record(wanted) => record::record(desk, &wanted, form).await,
        FleetVerb::Drift(wanted) => drift::drift(desk, &wanted, form).await,
        FleetVerb::Rules { verb } => rules::run(desk, verb, form).await,
    }
}
