//! What is done to a node's place in this house is written down too: added, changed, paused, trusted, unlocked.

use contract::Fault;
use serde_json::Value;

use super::of_store;
use crate::audit::Act;
use crate::fleet::Fleet;
use crate::inbox;

/// Writes down what is meant, does it, and writes down what came of it. `node` is its id, or its name before it has one.
///
/// # Errors
/// It cannot be written down: then it was not done. Else those of the work.
pub async fn noted<T>(
    fleet: &Fleet,
    window: &str,
    (act, node, about): (&'static str, &str, Value),
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let parts = &fleet.inner.parts;
    let name = fleet.node(node).map_or_else(|| node.to_owned(), |head| head.name);
    let act = Act { node: node.to_owned(), name, who: inbox::signed(window), act, about };
    let noted = parts.audit.noted(&*parts.clock, act, work, outcome).await;
    noted.unwrap_or_else(|error| Err(of_store(&error)))
}

/// What the audit log says came of it.
pub fn outcome<T>(done: &Result<T, Fault>) -> String {
    match done {
        Ok(_) => "done".to_owned(),
        Err(fault) => format!("not done: {:?}", fault.code),
    }
}
