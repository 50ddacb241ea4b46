//! The models of a node, and which one is used.

use contract::Fault;
use contract::calls::{ModelSet, ModelsList};
use contract::steer::Model;
use link::call::{Call, Reply};

use super::ask::{across, ask, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: ModelsList) -> Result<Vec<Model>, Fault> {
    across(&ask(fleet, window, &args.node, Call::Models, Reply::models).await?)
}

pub async fn set(fleet: &Fleet, window: &str, args: ModelSet) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::SetModel { session: args.session, model: args.model }).await
}
