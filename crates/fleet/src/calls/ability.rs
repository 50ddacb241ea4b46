//! What a node can be asked: for a window, so that it offers nothing that cannot be done.

use contract::calls::NodeAbilities;
use contract::steer::Ability;
use contract::{Code, Fault};
use link::sentence;

use super::ask::across;
use crate::fleet::Fleet;

/// As the node said when it was last connected.
pub fn of(fleet: &Fleet, args: &NodeAbilities) -> Result<Vec<Ability>, Fault> {
    let post = fleet.inner.nodes.get(&args.node)?;
    let abilities = post.link().map(|link| link.abilities()).unwrap_or_default();
    if abilities.is_empty() {
        let name = post.row().name;
        return Err(Fault::new(Code::NotConnected, format!("{name}: It was not connected yet, so nobody knows.")));
    }
    let told = abilities.iter().map(|ability| {
        Ok(Ability {
            verb: across(&ability.verb)?,
            cannot: ability.cannot.as_ref().map(|why| sentence(&why.to_string())),
            caution: ability.caution.map(str::to_owned),
        })
    });
    told.collect()
}
