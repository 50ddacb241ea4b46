//! The rules that are kept here: what "always" was said to.

use std::process::ExitCode;

use contract::calls::{Handler, RuleRemove, Rules};
use fleet::truth::PILOT;

use crate::approvals::described;
use crate::args::RulesVerb;
use crate::desk::Desk;
use crate::out::{Form, json, line, note};

/// Lists them, or takes one away.
pub async fn run(desk: &Desk, verb: Option<RulesVerb>, form: Form) -> anyhow::Result<ExitCode> {
    match verb {
        None => list(desk, form).await,
        Some(RulesVerb::Remove { rule }) => {
            if !desk.fleet.rule_remove(PILOT, RuleRemove { id: rule }).await? {
                anyhow::bail!("There is no rule {rule}; `pilot rules` lists them");
            }
            note("The rule is gone; what it covered is asked again.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn list(desk: &Desk, form: Form) -> anyhow::Result<ExitCode> {
    let rules = desk.fleet.rules(PILOT, Rules {}).await?;
    if rules.is_empty() && form == Form::Text {
        note("No rule is kept here. A node may keep rules of its own.");
    }
    for known in &rules {
        match form {
            Form::Json => json(known)?,
            Form::Text => {
                let node = desk.name(&known.rule.node);
                line(&format!("{}  {node}: {}; used {} times", known.id, described(&known.rule), known.used))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
