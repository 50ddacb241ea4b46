//! The models of a node, and which one is used.

use contract::Fault;
use contract::calls::{ModelSet, ModelsList};
use contract::steer::Model;
use link::call::{Call, Reply};

use super::ask::{across, ask, odd, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: ModelsList) -> Result<Vec<Model>, Fault> {
    match ask(fleet, window, &args.node, Call::Models).await? {
        Reply::Models(models) => across(&models),
        _ => Err(odd()),
    }
}

pub async fn set(fleet: &Fleet, window: &str, args: ModelSet) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::SetModel { session: args.session, model: args.model }).await
}
