//! Gateways that are near, and what other programs' configurations know: looked for while the dialog is open, kept
//! only when the person says so.

mod phrase;

use contract::calls::{NodeImport, NodesNearby};
use contract::node::{Import, Nearby};
use contract::{Code, Fault};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::parts::button::{Button, Look as Dress};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::state::State;
use crate::state::frame::{Open, Start};

/// How the search stands.
#[derive(Debug, Clone, PartialEq)]
enum Search {
    Running,
    Found(Vec<Nearby>),
    Failed(String),
}

/// The dialog; it looks as soon as it opens.
#[component]
pub fn NearbyDialog() -> impl IntoView {
    let state = State::here();
    let search = RwSignal::new(Search::Running);
    look(search);
    let running = Signal::derive(move || search.with(|search| *search == Search::Running));
    view! {
        <Dialog title="Gateways nearby" beside=Beside::Closes class="form" close=move |()| state.frame.close()>
            <div class="form-body near" aria-live="polite" aria-busy=move || running.get().to_string()>
                {move || match search.get() {
                    Search::Running => view! {
                        <p class="near-now"><Mark of=Shape::Coming word=Signal::stored("looking".to_owned()) />"Looking… this takes some seconds."</p>
                        <p class="soft near-note">"On this computer, on the network, and in the configuration of other programs. No key is sent and nothing is kept."</p>
                    }.into_any(),
                    Search::Failed(why) => view! { <p class="form-fault" role="alert"><Said text=why /></p> }.into_any(),
                    Search::Found(found) if found.is_empty() => view! {
                        <p><b>"None was found"</b></p>
                        <p class="soft near-note">"Nothing listens on this computer or tells the network of itself, and no other program has one in its configuration. \
                            A gateway elsewhere is added by its address."</p>
                    }.into_any(),
                    Search::Found(found) => view! {
                        <ul class="near-list">{found.into_iter().map(|found| view! { <One found search /> }).collect_view()}</ul>
                    }.into_any(),
                }}
            </div>
            <footer class="form-foot">
                <Button disabled=running press=move |()| look(search)>"Look again"</Button>
                <span class="grow"></span>
                <Button press=move |()| state.frame.open(Open::AddNode)>"Enter an address…"</Button>
            </footer>
        </Dialog>
    }
}

fn look(search: RwSignal<Search>) {
    search.set(Search::Running);
    spawn_local(async move {
        let found = core::call(NodesNearby {}).await;
        search.try_set(match found {
            Ok(found) => Search::Found(found),
            Err(fault) => Search::Failed(fault.message),
        });
    });
}

#[component]
fn One(found: Nearby, search: RwSignal<Search>) -> impl IntoView {
    let state = State::here();
    let start = Start { name: found.name.clone(), address: found.address.clone(), vendor: found.vendor };
    let add = move |()| state.frame.open(Open::AddFound(start.clone()));
    let is_kept = found.kept_as.is_some();
    let import = found.import.clone().filter(|_| !is_kept);
    // What a configuration holds comes with its key: that is the shorter way.
    let offers = import.is_some();
    view! {
        <li class="near-one">
            <div class="near-head">
                <b class="cut">{found.name.clone()}</b>
                <span class="soft cut">{phrase::product(&found)}</span>
                <span class="grow"></span>
                {found.kept_as.as_ref().map(|name| view! { <span class="faint">{format!("set up as {name}")}</span> })}
                {(!is_kept && !offers).then(|| view! { <Button press=add.clone()>"Add…"</Button> })}
            </div>
            <p class="mono faint words near-address">{found.address.clone()}</p>
            <p class="near-note">{phrase::how(&found)}</p>
            {import.map(|import| view! { <Offer name=found.name.clone() import search add=Callback::new(add) /> })}
        </li>
    }
}

#[component]
fn Offer(name: String, import: Import, search: RwSignal<Search>, add: Callback<()>) -> impl IntoView {
    let state = State::here();
    let fault = RwSignal::new(None::<Fault>);
    let busy = RwSignal::new(false);
    let says = phrase::offer(&import);
    let id = import.id;
    let keep = Callback::new(move |session_only: bool| {
        let call = NodeImport { id: id.clone(), name: name.clone(), session_only };
        let name = name.clone();
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let kept = core::call(call).await;
            busy.try_set(false);
            match kept {
                Ok(_) => {
                    state.toasts.note(format!("Added {name}. It connects by itself."));
                    search.try_update(|search| mark_kept(search, &name));
                }
                Err(refused) => drop(fault.try_set(Some(refused))),
            }
        });
    });
    let no_keyring = move || fault.with(|fault| fault.as_ref().is_some_and(|fault| fault.code == Code::NoKeyring));
    view! {
        <p class="near-note words"><Said text=says /></p>
        {move || fault.get().map(|fault| view! { <p class="form-fault" role="alert"><Said text=fault.message /></p> })}
        <div class="form-row">
            {move || match no_keyring() {
                true => view! { <Button look=Dress::Primary disabled=busy press=move |()| keep.run(true)>"Keep it for this session only"</Button> }.into_any(),
                false => view! { <Button look=Dress::Primary disabled=busy press=move |()| keep.run(false)>"Import"</Button> }.into_any(),
            }}
            <Button look=Dress::Quiet press=add>"Enter it myself…"</Button>
        </div>
    }
}

/// What was imported is set up from now on.
fn mark_kept(search: &mut Search, name: &str) {
    if let Search::Found(found) = search {
        found.iter_mut().filter(|one| one.name == name).for_each(|one| one.kept_as = Some(name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use contract::node::Vendor;

    use super::*;

    #[test]
    fn what_was_imported_is_offered_no_more() {
        let one = |name: &str| Nearby {
            name: name.into(),
            address: "wss://x".into(),
            vendor: Vendor::Moltis,
            version: None,
            how: vec![],
            kept_as: None,
            import: None,
        };
        let mut search = Search::Found(vec![one("a"), one("b")]);
        mark_kept(&mut search, "b");
        let Search::Found(found) = search else { panic!("it was found") };
        assert_eq!(found.iter().map(|one| one.kept_as.as_deref()).collect::<Vec<_>>(), [None, Some("b")]);
    }
}
