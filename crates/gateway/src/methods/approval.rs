//! Approvals: what waits, the answer to it, and the rules that answers made.

use wire::approval::{ListParams, Pending, PendingList, ResolveParams, RuleParams, RulesList};
use wire::{Code, Done, Error};

use crate::router::Context;

/// Lists what waits for an answer, the oldest first.
pub(crate) async fn list(cx: &Context, params: ListParams) -> Result<PendingList, Error> {
    let wanted = |key: &str| params.session_key.as_deref().is_none_or(|only| only == key);
    let requests: Vec<Pending> = cx
        .state
        .approvals
        .pending()
        .into_iter()
        .filter(|request| wanted(&request.session_key))
        .map(|request| Pending { id: request.request_id.clone(), session_key: request.session_key.clone(), request })
        .collect();
    Ok(PendingList { pending: requests.iter().map(|request| request.id.clone()).collect(), requests })
}

pub(crate) async fn resolve(cx: &Context, params: ResolveParams) -> Result<Done, Error> {
    cx.state.approvals.resolve(&params, &cx.client.info.id)?;
    Ok(Done::OK)
}

pub(crate) async fn rules(cx: &Context) -> Result<RulesList, Error> {
    Ok(RulesList { rules: cx.state.approvals.rules() })
}

pub(crate) async fn remove_rule(cx: &Context, params: RuleParams) -> Result<Done, Error> {
    match cx.state.approvals.remove_rule(&params.rule_id) {
        true => Ok(Done::OK),
        false => Err(Error::new(Code::NotFound, "There is no such rule. It may be gone already.")),
    }
}
