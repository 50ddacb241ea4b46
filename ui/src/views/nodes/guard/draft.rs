//! What is typed about a node's guard, and what of it is to be asked. Pure.

use contract::calls::{NodeLimit, NodeProduction};
use contract::node::{Node, USUAL_BURST, USUAL_PER_MINUTE};

/// Faster than this no gateway is asked.
const MOST: u32 = 60_000;

/// Which figure is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    PerMinute,
    Burst,
}

/// What was typed; an empty figure is the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    pub production: bool,
    pub per_minute: String,
    pub burst: String,
}

impl Typed {
    /// As it is now.
    pub fn of(node: &Node) -> Self {
        let figure = |now: u32, usual: u32| if now == usual { String::new() } else { now.to_string() };
        Self {
            production: node.production,
            per_minute: figure(node.per_minute, USUAL_PER_MINUTE),
            burst: figure(node.burst, USUAL_BURST),
        }
    }

    /// What is to be asked to make it so: what did not change is not asked for, as marking a node anew locks it.
    ///
    /// # Errors
    /// The first figure that is none, and a sentence about it.
    pub fn asks(&self, node: &Node) -> Result<(Option<NodeProduction>, Option<NodeLimit>), (Spot, String)> {
        let per_minute = figure(&self.per_minute).ok_or_else(|| wrong(Spot::PerMinute))?;
        let burst = figure(&self.burst).ok_or_else(|| wrong(Spot::Burst))?;
        let (now, id) = (Self::of(node), node.id.clone());
        let production = self.production != now.production;
        let limit = (per_minute, burst) != (figure(&now.per_minute).flatten(), figure(&now.burst).flatten());
        Ok((
            production.then(|| NodeProduction { id: id.clone(), production: self.production }),
            limit.then_some(NodeLimit { id, per_minute, burst }),
        ))
    }
}

fn wrong(spot: Spot) -> (Spot, String) {
    (spot, "A number from 1 to 60000, or nothing for the usual.".to_owned())
}

/// `Some(None)` is the usual; `None` is no figure.
#[expect(clippy::option_option, reason = "the usual and no figure are two things")]
fn figure(text: &str) -> Option<Option<u32>> {
    match text.trim() {
        "" => Some(None),
        text => text.parse().ok().filter(|figure| (1..=MOST).contains(figure)).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples;

    fn typed(per_minute: &str, burst: &str) -> Typed {
        Typed { production: false, per_minute: per_minute.into(), burst: burst.into() }
    }

    #[test]
    fn what_is_as_it_was_is_not_asked_for() {
        let node = Node { production: true, per_minute: 60, ..samples::node("a") };
        assert_eq!(Typed::of(&node), Typed { production: true, ..typed("60", "") });
        assert_eq!(Typed::of(&node).asks(&node), Ok((None, None)));
    }

    #[test]
    fn nothing_is_the_usual_and_what_is_no_figure_is_said_at_its_field() {
        let node = Node { per_minute: 60, ..samples::node("a") };
        let limit = NodeLimit { id: "a".into(), per_minute: None, burst: Some(5) };
        assert_eq!(typed(" ", "5").asks(&node), Ok((None, Some(limit))));
        for (per_minute, burst, spot) in
            [("0", "", Spot::PerMinute), ("fast", "", Spot::PerMinute), ("1", "60001", Spot::Burst)]
        {
            assert_eq!(typed(per_minute, burst).asks(&node).unwrap_err().0, spot);
        }
    }
}
