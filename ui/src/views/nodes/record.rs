//! Recording what crosses a node's connection, for a report of a fault: begun, watched and ended here.

mod phrase;

use contract::Fault;
use contract::calls::{RecordStart, RecordState, RecordStop};
use contract::record::Recording;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::card::read;
use crate::core;
use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::field::{Field, Kind};
use crate::parts::machine::Machine;
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::parts::switch::Switch;
use crate::state::State;
use crate::state::frame::Open;

/// The dialog's own state.
#[derive(Clone, Copy)]
struct Desk {
    state: State,
    node: StoredValue<String>,
    file: RwSignal<String>,
    with_text: RwSignal<bool>,
    replace: RwSignal<bool>,
    /// The recording, once there is one.
    told: RwSignal<Option<Recording>>,
    fault: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Desk {
    fn is_running(self) -> bool {
        self.told.with(|told| told.as_ref().is_some_and(|told| told.running))
    }

    fn start(self) {
        let call = RecordStart {
            node: self.node.get_value(),
            file: self.file.get_untracked(),
            with_text: self.with_text.get_untracked(),
            replace: self.replace.get_untracked(),
        };
        self.asks(async move { core::call(call).await.map(Some) });
    }

    fn stop(self) {
        let call = RecordStop { node: self.node.get_value() };
        self.asks(async move { core::call(call).await.map(Some) });
    }

    fn look(self) {
        let call = RecordState { node: self.node.get_value() };
        spawn_local(async move {
            if let Ok(told) = core::call(call).await {
                self.told.try_set(told);
            }
        });
    }

    fn asks(self, asked: impl Future<Output = Result<Option<Recording>, Fault>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.fault.set(None);
        spawn_local(async move {
            let told = asked.await;
            self.busy.try_set(false);
            match told {
                Ok(told) => drop(self.told.try_set(told)),
                Err(fault) => drop(self.fault.try_set(Some(fault.message))),
            }
        });
    }
}

/// The dialog.
#[component]
pub fn RecordDialog(id: String) -> impl IntoView {
    let state = State::here();
    let name = state.told.peek(|model| model.node(&id).map(|node| node.name.clone())).unwrap_or_default();
    let desk = Desk {
        state,
        node: StoredValue::new(id),
        file: RwSignal::new(phrase::file(&name)),
        with_text: RwSignal::new(false),
        replace: RwSignal::new(false),
        told: RwSignal::new(None),
        fault: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    desk.look();
    let shown = Memo::new(move |_| desk.told.with(Option::is_some));
    view! {
        <Dialog title=format!("Record {name}") beside=Beside::Stays class="form" close=move |()| desk.state.frame.close()>
            {move || match shown.get() {
                false => view! { <Form desk /> }.into_any(),
                true => view! { <Going desk /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Form(desk: Desk) -> impl IntoView {
    view! {
        <div class="form-body">
            <p class="soft">"Writes what crosses its connection into a file that only you may read, for a report of a fault. \
                Keys, tokens and your name and folders are taken out before anything is written."</p>
            <Field
                label="File" id="record-file" kind=Kind::Address value=desk.file fault=desk.fault
                hint="A name alone is a file in your own folder." typed=Callback::new(move |()| desk.fault.set(None))
            />
            <Switch label="With what was said" id="record-text" on=desk.with_text hint="Without it, filler of the same length stands for every text. Keys are taken out all the same." />
            <Switch label="Write over a file that is there" id="record-replace" on=desk.replace hint="Otherwise it is refused." />
        </div>
        <footer class="form-foot">
            <span class="grow"></span>
            <Button look=Look::Quiet press=move |()| desk.state.frame.close()>"Cancel"</Button>
            <Button look=Look::Primary disabled=desk.busy press=move |()| desk.start()>"Record"</Button>
        </footer>
    }
}

#[component]
fn Going(desk: Desk) -> impl IntoView {
    let running = Memo::new(move |_| desk.is_running());
    let clock = Memo::new(move |_| running.get().then(|| desk.state.clock.seconds()));
    Effect::new(move |_| {
        // How much there is now is asked only while somebody looks.
        if let Some(clock) = clock.get() {
            clock.track();
            desk.look();
        }
    });
    let told = move || desk.told.get().unwrap_or_default();
    let file = Signal::derive(move || told().file);
    view! {
        <div class="form-body">
            <p class="record-now">
                {move || match running.get() {
                    true => view! { <Mark of=Shape::Running word=Signal::stored("recording".to_owned()) />"Recording. You may close this; it goes on." }.into_any(),
                    false => view! { <Mark of=Shape::Ok word=Signal::stored("ended".to_owned()) />"Recorded." }.into_any(),
                }}
            </p>
            <Machine text=file name="Copy the place of the file" />
            <p class="record-facts num">{move || phrase::held(&told())}<br />{move || phrase::removed(&told())}</p>
            {move || told().fault.or_else(|| desk.fault.get()).map(|why| view! { <p class="form-fault" role="alert"><Said text=why /></p> })}
        </div>
        <footer class="form-foot">
            <Show when=move || !running.get()>
                <Button press=move |()| desk.told.set(None)>"Record again…"</Button>
            </Show>
            <span class="grow"></span>
            <Button look=Look::Quiet press=move |()| desk.state.frame.close()>"Close"</Button>
            <Show when=move || running.get()>
                <Button look=Look::Primary disabled=desk.busy press=move |()| desk.stop()>"Stop"</Button>
            </Show>
        </footer>
    }
}

/// The mark on the card while a recording goes on.
#[component]
pub fn Recorded(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let on = Memo::new(move |_| read(state, of, |node| node.recording).unwrap_or_default());
    view! {
        <Show when=move || on.get()>
            <div class="card-recorded">
                <Mark of=Shape::Running />
                <span class="grow">"Recording into a file"</span>
                <Button press=move |()| state.frame.open(Open::Record(of.get_value()))>"Stop…"</Button>
            </div>
        </Show>
    }
}
