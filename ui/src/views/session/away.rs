//! The line over a transcript whose node is away: what goes on, and how old what is shown is.

use contract::node::{LinkState, Node};
use leptos::prelude::*;

use super::seat::Seat;
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::state::clock::now;
use crate::text::time;
use crate::views::nodes;

/// What of a node matters here.
#[derive(Debug, Clone, PartialEq)]
struct Link {
    name: String,
    state: LinkState,
    reason: String,
    next_try: Option<(u32, i64)>,
}

impl Link {
    fn of(node: &Node) -> Self {
        Self { name: node.name.clone(), state: node.state, reason: node.reason.clone(), next_try: node.next_try }
    }

    /// Whether only the person can mend it.
    fn needs_hand(&self) -> bool {
        matches!(
            self.state,
            LinkState::Pairing
                | LinkState::Untrusted
                | LinkState::Unauthorised
                | LinkState::Incompatible
                | LinkState::Failed
        )
    }

    /// What goes on; `None` while the link is up. `wait`: what is left until the next try.
    fn words(&self, wait: Option<&str>) -> Option<String> {
        let name = &self.name;
        let words = match self.state {
            LinkState::Ready => return None,
            LinkState::Idle | LinkState::Connecting | LinkState::Handshaking => {
                format!("Connecting to {name}…")
            }
            LinkState::Paused => format!("{name} is paused."),
            LinkState::BackingOff | LinkState::RateLimited => {
                let asked = if self.state == LinkState::RateLimited {
                    format!("{name} asked to wait. ")
                } else {
                    String::new()
                };
                match (self.next_try, wait) {
                    (Some((attempt, _)), Some(wait)) => {
                        format!("{asked}Reconnecting (attempt {attempt}, next in {wait}).")
                    }
                    (Some((attempt, _)), None) => format!("{asked}Reconnecting (attempt {attempt}, now)."),
                    (None, _) => format!("{asked}Reconnecting…"),
                }
            }
            _ => self.reason.clone(),
        };
        Some(words)
    }
}

/// The line; nothing while the node is there and its rows are live.
#[component]
pub fn Away(seat: Seat) -> impl IntoView {
    let state = seat.state;
    let (node, head) = (seat.node(), seat.head());
    let link = Memo::new(move |_| state.told.node(&node.get(), Link::of));
    let gone = Memo::new(move |_| state.told.nodes_known() && link.with(Option::is_none));
    let stale = Memo::new(move |_| head.with(|head| head.stale_since));
    let shows = Memo::new(move |_| {
        gone.get()
            || stale.get().is_some()
            || link.with(|link| link.as_ref().is_some_and(|link| link.words(None).is_some()))
    });
    let line = move || {
        let clock = state.clock.seconds();
        let words = Signal::derive(move || {
            let was = stale.get().map(|at| format!(" Showing what was there at {}.", time::moment(at, now())));
            let doing = link.with(|link| words(link.as_ref(), clock.get()));
            format!("{doing}{}", was.unwrap_or_default())
        });
        view! {
            <p class="away">
                <Mark of=Signal::derive(move || link.with(|link| link.as_ref().map_or(Shape::Offline, |link| link.state.into()))) />
                <Said text=words />
                <Show when=move || link.with(|link| link.as_ref().is_some_and(Link::needs_hand))>
                    <button type="button" class="away-go" on:click=move |_| nodes::go_to(state, &node.get_untracked())>"Go to the node"</button>
                </Show>
            </p>
        }
    };
    move || shows.get().then(line)
}

/// The line's first sentence.
fn words(link: Option<&Link>, now: i64) -> String {
    let Some(link) = link else {
        return "This node was removed; its sessions are kept by its gateway.".to_owned();
    };
    let wait = link.next_try.filter(|(_, at)| *at > now).map(|(_, at)| time::left(at, now));
    link.words(wait.as_deref()).unwrap_or_else(|| "Connected; reading what came meanwhile.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: LinkState, next_try: Option<(u32, i64)>, now: i64, says: &str) {
        let link = Link { name: "laptop".into(), state, reason: "Nothing answers at x:1.".into(), next_try };
        assert_eq!(words(Some(&link), now), says);
    }

    #[test]
    fn a_node_that_is_away_says_what_goes_on() {
        check(LinkState::BackingOff, Some((3, 9_000)), 1_000, "Reconnecting (attempt 3, next in 8 s).");
        check(LinkState::BackingOff, Some((3, 9_000)), 9_000, "Reconnecting (attempt 3, now).");
        check(
            LinkState::RateLimited,
            Some((1, 9_000)),
            8_000,
            "laptop asked to wait. Reconnecting (attempt 1, next in 1 s).",
        );
        check(LinkState::Handshaking, None, 0, "Connecting to laptop…");
        check(LinkState::Failed, None, 0, "Nothing answers at x:1.");
        check(LinkState::Ready, None, 0, "Connected; reading what came meanwhile.");
        check(LinkState::Paused, None, 0, "laptop is paused.");
    }
}
