//! A question to one node, and its answer as the window gets it.

use contract::{Code, Fault};
use link::call::{Call, CallError, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::of_call;
use crate::fleet::Fleet;
use crate::{gate, inbox};

/// Asks a node, in the name of who sits at that window, and takes what was `wanted` out of its answer; a refusal names
/// the node.
pub async fn ask<T>(
    fleet: &Fleet,
    window: &str,
    node: &str,
    call: Call,
    wanted: fn(Reply) -> Result<T, CallError>,
) -> Result<T, Fault> {
    let post = fleet.inner.nodes.get(node)?;
    let answer = gate::act(&fleet.inner.parts, &post, call, &inbox::signed(window)).await;
    answer.and_then(wanted).map_err(|error| of_call(&post.row().name, &error))
}

/// Has a node do something.
pub async fn order(fleet: &Fleet, window: &str, node: &str, call: Call) -> Result<(), Fault> {
    ask(fleet, window, node, call, |_| Ok(())).await
}

/// The same in the contract's type, which has the same JSON.
pub fn across<T: Serialize, U: DeserializeOwned>(value: &T) -> Result<U, Fault> {
    let unlike = |error: serde_json::Error| Fault::new(Code::Other, format!("The answer cannot be shown: {error}"));
    serde_json::to_value(value).and_then(serde_json::from_value).map_err(unlike)
}
