//! What a node does that nobody here knows: told calmly, as nothing is wrong with it.

use contract::calls::NodeDrift;
use contract::record::{Drift, Unknown, What};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::state::State;
use crate::text::words::count;

/// What is known of it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    NotYet,
    Here(Drift),
    Refused(String),
}

/// The dialog.
#[component]
pub fn DriftDialog(id: String) -> impl IntoView {
    let state = State::here();
    let name = state.told.peek(|model| model.node(&id).map(|node| node.name.clone())).unwrap_or_default();
    let answer = RwSignal::new(Answer::NotYet);
    spawn_local(async move {
        let told = core::call(NodeDrift { node: id }).await;
        answer.try_set(told.map_or_else(|fault| Answer::Refused(fault.message), Answer::Here));
    });
    let shown = move || match answer.get() {
        Answer::NotYet => view! { <p class="soft">"Asking…"</p> }.into_any(),
        Answer::Refused(why) => view! { <p class="form-fault" role="alert"><Said text=why /></p> }.into_any(),
        Answer::Here(drift) if drift.unknown.is_empty() => view! {
            <p class="drift-none"><Mark of=Shape::Ok word=Signal::stored("known".to_owned()) />{known(&drift)}</p>
        }
        .into_any(),
        Answer::Here(drift) => view! { <Found drift /> }.into_any(),
    };
    view! {
        <Dialog title=format!("Differences of {name}") beside=Beside::Closes class="form" close=move |()| state.frame.close()>
            <div class="form-body" aria-live="polite">{shown}</div>
            <footer class="form-foot">
                <span class="grow"></span>
                <Button look=Look::Primary press=move |()| state.frame.close()>"Close"</Button>
            </footer>
        </Dialog>
    }
}

#[component]
fn Found(drift: Drift) -> impl IntoView {
    let says = format!(
        "{} does what Pilothouse does not know yet. Nothing is wrong with it: what is not known is left aside.",
        who(&drift)
    );
    let groups =
        [(What::Method, "It can be asked"), (What::Event, "It tells"), (What::Field, "It tells among other things")];
    let group = move |(what, title): (What, &'static str)| {
        let of: Vec<Unknown> = drift.unknown.iter().filter(|one| one.what == what).cloned().collect();
        (!of.is_empty()).then(|| {
            view! {
                <section>
                    <h3 class="drift-title">{title}</h3>
                    <ul class="drift-list">{of.into_iter().map(line).collect_view()}</ul>
                </section>
            }
        })
    };
    view! { <p class="soft">{says}</p>{groups.map(group).into_iter().collect_view()} }
}

fn line(one: Unknown) -> impl IntoView {
    let times = match one.what {
        What::Method => String::new(),
        What::Event | What::Field => count(one.times.into(), "time at least", "times at least"),
    };
    view! { <li class="drift-one"><code class="mono words drift-name">{one.name}</code><span class="faint num">{times}</span></li> }
}

fn who(drift: &Drift) -> String {
    if drift.gateway.is_empty() { "The node".to_owned() } else { drift.gateway.clone() }
}

fn known(drift: &Drift) -> String {
    format!("{} speaks as we know it.", who(drift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_was_never_met_has_no_name_to_be_called_by() {
        assert_eq!(known(&Drift::default()), "The node speaks as we know it.");
        let met = Drift { gateway: "OpenClaw 2026.9".into(), unknown: vec![] };
        assert_eq!(known(&met), "OpenClaw 2026.9 speaks as we know it.");
    }
}
