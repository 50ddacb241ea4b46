//! What was answered, the latest first.

use contract::approval::{Approval, drawn};
use leptos::prelude::*;

use super::order::{Key, key};
use super::phrase;
use crate::parts::mark::{Mark, Shape};
use crate::state::State;
use crate::state::clock::now;
use crate::text::time;

/// More than these stand in the log only.
const SHOWN: usize = 60;

/// The answered ones except those whose card still stands above.
#[component]
pub fn History(cards: Memo<Vec<Key>>) -> impl IntoView {
    let state = State::here();
    let past = Memo::new(move |_| {
        let above = |of: &&Approval| cards.with(|cards| !cards.contains(&key(of)));
        state.told.approvals(|all| answered(all.iter().filter(above)))
    });
    view! {
        <Show when=move || past.with(|past| !past.is_empty())>
            <section class="past" aria-label="Answered">
                <h2 class="past-title">"Answered"</h2>
                <ul>
                    <For each=move || past.get() key=key let:of>
                        <Line of />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

fn answered<'a>(all: impl Iterator<Item = &'a Approval>) -> Vec<Approval> {
    let mut past: Vec<&Approval> = all.filter(|of| of.outcome.is_some()).collect();
    past.sort_by_key(|of| std::cmp::Reverse(of.outcome.as_ref().map(|outcome| outcome.at)));
    past.into_iter().take(SHOWN).cloned().collect()
}

#[component]
fn Line(of: Approval) -> impl IntoView {
    let told = State::here().told;
    let Some(outcome) = of.outcome.clone() else {
        return ().into_any();
    };
    let shape = match phrase::allowed(outcome.decision) {
        true => Shape::Ok,
        false if outcome.decision == contract::approval::Decision::Deny => Shape::Failed,
        false => Shape::Offline,
    };
    let (node, agent) = (of.node.clone(), of.agent.clone());
    let who = Memo::new(move |_| match &agent {
        Some(agent) => format!("{} / {}", told.node_name(&node), told.agent_name(&node, agent)),
        None => told.node_name(&node),
    });
    view! {
        <li class="past-line">
            <Mark of=shape word=Signal::stored(outcome.in_words()) />
            <time class="past-time" title=time::full(outcome.at)>{time::moment(outcome.at, now())}</time>
            <span class="cut past-who">{who}</span>
            <code class="mono cut past-command words" title=drawn(&of.shown)>{drawn(&of.shown)}</code>
            <span class="past-end">{outcome.in_words()}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use contract::approval::{Decision, Outcome};

    use super::*;
    use crate::state::samples;

    #[test]
    fn the_latest_answer_stands_first_and_what_waits_is_no_history() {
        let of = |id: &str, at: Option<i64>| Approval {
            outcome: at.map(|at| Outcome { decision: Decision::Once, by: None, at }),
            ..samples::approval(id)
        };
        let all = [of("a", Some(1)), of("b", None), of("c", Some(3))];
        let ids: Vec<_> = answered(all.iter()).into_iter().map(|of| of.id).collect();
        assert_eq!(ids, ["c", "a"]);
    }
}
