//! From a method's name to its handler. The match is over the table of `wire`:
//! a method without a handler here does not compile.

use std::future::Future;
use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use wire::{Call, Code, Error, Method, Scope, call};

use crate::hub::Client;
use crate::methods::{agents, approval, chat, models, sessions, status, subscription};
use crate::state::State;

/// Who asks, and whom.
pub(crate) struct Context {
    pub state: Arc<State>,
    pub client: Arc<Client>,
}

/// Answers one call.
pub(crate) async fn answer(cx: &Context, name: &str, params: Option<&RawValue>) -> Result<Box<RawValue>, Error> {
    let known = Method::from_name(name);
    let needed = known.map_or(Scope::Admin, Method::scope);
    if !needed.is_covered_by(&cx.client.scopes) {
        return Err(Error::new(Code::Unauthorized, format!("missing scope: {}", needed.name())));
    }
    match known {
        Some(method) => routed(cx, method, params).await,
        None => Err(Error::new(Code::UnknownMethod, format!("unknown method: {name}"))),
    }
}

async fn routed(cx: &Context, method: Method, params: Option<&RawValue>) -> Result<Box<RawValue>, Error> {
    let p = params;
    match method {
        Method::Subscribe => run::<call::Subscribe, _>(p, |p| subscription::subscribe(cx, p)).await,
        Method::Unsubscribe => run::<call::Unsubscribe, _>(p, |p| subscription::unsubscribe(cx, p)).await,
        Method::Health => run::<call::Health, _>(p, |_| status::health(cx)).await,
        Method::Status => run::<call::Status, _>(p, |_| status::status(cx)).await,
        Method::SystemPresence => run::<call::SystemPresence, _>(p, |_| status::presence(cx)).await,
        Method::AgentsList => run::<call::AgentsList, _>(p, |_| agents::list(cx)).await,
        Method::AgentsPresetsList => run::<call::AgentsPresetsList, _>(p, |_| agents::presets(cx)).await,
        Method::AgentsSetSession => run::<call::AgentsSetSession, _>(p, |p| agents::set_session(cx, p)).await,
        Method::SessionsList => run::<call::SessionsList, _>(p, |p| sessions::list(cx, p)).await,
        Method::SessionsCreate => run::<call::SessionsCreate, _>(p, |p| sessions::create(cx, p)).await,
        Method::SessionsSwitch => run::<call::SessionsSwitch, _>(p, |p| sessions::switch(cx, p)).await,
        Method::SessionsPatch => run::<call::SessionsPatch, _>(p, |p| sessions::patch(cx, p)).await,
        Method::SessionsReset => run::<call::SessionsReset, _>(p, |p| sessions::reset(cx, p)).await,
        Method::SessionsDelete => run::<call::SessionsDelete, _>(p, |p| sessions::delete(cx, p)).await,
        Method::ChatHistory => run::<call::ChatHistory, _>(p, |p| chat::history(cx, p)).await,
        Method::ChatSend => run::<call::ChatSend, _>(p, |p| chat::send(cx, p)).await,
        Method::ChatAbort => run::<call::ChatAbort, _>(p, |p| chat::abort(cx, p)).await,
        Method::ChatCancelQueued => run::<call::ChatCancelQueued, _>(p, |p| chat::cancel_queued(cx, p)).await,
        Method::ChatPeek => run::<call::ChatPeek, _>(p, |p| chat::peek(cx, p)).await,
        Method::ExecApprovalRequest => run::<call::ExecApprovalRequest, _>(p, |p| approval::list(cx, p)).await,
        Method::ExecApprovalResolve => run::<call::ExecApprovalResolve, _>(p, |p| approval::resolve(cx, p)).await,
        Method::ExecApprovalRules => run::<call::ExecApprovalRules, _>(p, |_| approval::rules(cx)).await,
        Method::ExecApprovalRulesRemove => {
            run::<call::ExecApprovalRulesRemove, _>(p, |p| approval::remove_rule(cx, p)).await
        }
        Method::ModelsList => run::<call::ModelsList, _>(p, |_| models::list(cx)).await,
    }
}

/// Reads the parameters of a method, runs its handler, writes its answer.
/// Absent parameters are empty ones.
async fn run<C: Call, F>(
    params: Option<&RawValue>,
    handler: impl FnOnce(C::Params) -> F,
) -> Result<Box<RawValue>, Error>
where
    F: Future<Output = Result<C::Reply, Error>>,
{
    let text = params.map_or("{}", RawValue::get);
    let params = serde_json::from_str(text)
        .map_err(|error| Error::new(Code::InvalidRequest, format!("{} cannot be read: {error}", C::METHOD.name())))?;
    let reply = handler(params).await?;
    to_raw_value(&reply).map_err(|error| Error::new(Code::Internal, error.to_string()))
}
