//! Answers what a standing rule covers, by the same way as a person does: claim, digest and all.

use std::sync::Arc;

use contract::approval::{Answer, StandingRule};
use store::StoreError;

use super::{Scope, Word, covers, decide};
use crate::gate;
use crate::nodes::{Parts, Post};
use crate::table::rule as table;
use crate::truth::{Asked, RULE};
use crate::view;

/// Serves a node until its scope ends: whatever waits is held against the rules, whenever something was asked.
///
/// # Errors
/// The database refused.
pub async fn answer_by_rules(parts: &Arc<Parts>, post: &Arc<Post>) -> Result<(), String> {
    loop {
        answer_all(parts, post).await.map_err(|error| error.to_string())?;
        post.signals.asked.notified().await;
    }
}

async fn answer_all(parts: &Arc<Parts>, post: &Arc<Post>) -> Result<(), StoreError> {
    let waiting = parts.core.read(&post.id, |truth| {
        let waiting = truth.approvals.iter().filter(|asked| asked.settled.is_none());
        waiting.cloned().collect::<Vec<_>>()
    });
    let waiting = waiting.unwrap_or_default();
    if waiting.is_empty() {
        return Ok(());
    }
    if gate::guard(parts, post).await?.production {
        return Ok(());
    }
    let now = parts.now();
    let rules = parts.store.read(move |db| table::all(db, now)).await?;
    for asked in &waiting {
        let found = rules.iter().find(|known| covers(&known.rule, Scope::of(&post.id, asked), now));
        if let Some(rule) = found {
            answer(parts, post, asked, rule).await;
        }
    }
    Ok(())
}

/// Answers once. A rule that was taken away in the meantime answers nothing.
async fn answer(parts: &Arc<Parts>, post: &Arc<Post>, asked: &Asked, rule: &StandingRule) {
    let id = rule.id;
    let word = Word {
        id: asked.about.id.to_string(),
        digest: view::approval::digest(&post.id, asked),
        answer: Answer::Once,
        by: format!("{RULE} {id}"),
        rule: Some(id),
    };
    if let Err(fault) = decide(parts, post, word).await {
        tracing::info!(%fault, rule = id, "a rule did not answer");
    }
}
