//! What is typed, what the core said to it, and the acts of the dialog.

use contract::calls::{NodeAdd, NodeEdit, NodeProbe};
use contract::node::{NodeForm, Reach, Vendor};
use contract::{Code, Fault};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::{Spot, Typed, check, form};
use super::ways::{Files, Routes, Towards, reach};
use crate::core;
use crate::state::State;
use crate::state::frame::Start;
use crate::text::words;
use crate::views::nodes::steps::Try;

/// The dialog's own state.
#[derive(Clone, Copy)]
pub struct Entry {
    pub address: RwSignal<String>,
    pub name: RwSignal<String>,
    pub vendor: RwSignal<Vendor>,
    pub key: RwSignal<String>,
    /// Further routes, in their order.
    pub routes: RwSignal<Routes>,
    /// Files: authorities, our certificate, its key.
    pub ca: RwSignal<String>,
    pub certificate: RwSignal<String>,
    pub certificate_key: RwSignal<String>,
    pub tried: RwSignal<Try>,
    /// What was refused, and where that is shown.
    pub refused: RwSignal<Option<(Spot, Fault)>>,
    /// Whether it is being kept.
    pub busy: RwSignal<bool>,
    state: State,
    edits: StoredValue<Option<String>>,
    trust: RwSignal<Option<String>>,
    session_only: RwSignal<bool>,
    /// Whether the person chose the name: then the address no longer does.
    named: RwSignal<bool>,
    /// Rises with every try and every change: an answer to an older question is dropped.
    turn: StoredValue<u32>,
}

impl Entry {
    pub fn new(state: State, edits: Option<String>, start: Option<Start>) -> Self {
        let node = edits.as_ref().and_then(|id| state.told.peek(|model| model.node(id).cloned()));
        let (address, name, vendor, reach) = match (node, start) {
            (Some(node), _) => (node.address, node.name, node.vendor, node.reach),
            (None, Some(start)) => (start.address, start.name, start.vendor, Reach::default()),
            (None, None) => (String::new(), String::new(), Vendor::Auto, Reach::default()),
        };
        let (certificate, certificate_key) = reach.client.map(|of| (of.certificate, of.key)).unwrap_or_default();
        Self {
            named: RwSignal::new(!name.is_empty()),
            address: RwSignal::new(address),
            name: RwSignal::new(name),
            vendor: RwSignal::new(vendor),
            key: RwSignal::new(String::new()),
            routes: RwSignal::new(Routes::of(&reach.routes)),
            ca: RwSignal::new(reach.ca_file.unwrap_or_default()),
            certificate: RwSignal::new(certificate),
            certificate_key: RwSignal::new(certificate_key),
            tried: RwSignal::new(Try::NotYet),
            refused: RwSignal::new(None),
            busy: RwSignal::new(false),
            state,
            edits: StoredValue::new(edits),
            trust: RwSignal::new(None),
            session_only: RwSignal::new(false),
            turn: StoredValue::new(0),
        }
    }

    /// Whether nothing would be lost if the dialog went.
    pub fn is_blank(self) -> bool {
        self.adds() && [self.address, self.name, self.key].iter().all(|field| field.with(String::is_empty))
    }

    /// Whether a node is added, not changed.
    pub fn adds(self) -> bool {
        self.edits.with_value(Option::is_none)
    }

    /// Whether what was refused asks something of the person: to trust, to keep the key in memory.
    pub fn asks(self) -> bool {
        self.refused.with(|refused| matches!(refused, Some((Spot::Certificate | Spot::Keyring, _))))
    }

    /// The fault to show at a field.
    pub fn fault_at(self, spot: Spot) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.refused
                .with(|refused| refused.as_ref().filter(|(at, _)| *at == spot).map(|(_, fault)| fault.message.clone()))
        })
    }

    pub fn address_typed(self) {
        if !self.named.get_untracked() {
            self.name.set(words::name_from(&self.address.get_untracked()));
        }
        // Another address is another certificate.
        self.trust.set(None);
        self.changed();
    }

    /// Another way may lead to another answer.
    pub fn way_typed(self) {
        self.trust.set(None);
        self.changed();
    }

    /// Moves a further route; what was refused of one of them may stand elsewhere then.
    pub fn shift(self, number: u32, towards: Towards) {
        self.routes.update(|routes| routes.shift(number, towards));
        self.changed();
    }

    /// What there is to reaching the node besides its address.
    pub fn reach(self) -> Reach {
        let (ca, certificate, key) = (self.ca.get(), self.certificate.get(), self.certificate_key.get());
        self.routes.with(|routes| reach(routes, Files { ca: &ca, certificate: &certificate, key: &key }))
    }

    pub fn name_typed(self) {
        self.named.set(self.name.with_untracked(|name| !name.is_empty()));
        self.forget_at(Spot::Name);
    }

    pub fn key_typed(self) {
        self.forget_at(Spot::Key);
        self.tried.set(Try::NotYet);
    }

    /// Tries the address and shows the steps.
    pub fn test(self) {
        let Some((form, turn)) = self.begin() else { return };
        self.tried.set(Try::Running);
        let id = self.edits.get_value();
        spawn_local(async move {
            let found = core::call(NodeProbe { form, id }).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match found {
                Ok(probe) => {
                    self.refuse(probe.fault.clone());
                    self.tried.set(Try::Done(Box::new(probe)));
                }
                Err(fault) => {
                    self.refuse(Some(fault));
                    self.tried.set(Try::NotYet);
                }
            }
        });
    }

    /// Adds the node, or changes it.
    pub fn keep(self) {
        if self.busy.get_untracked() {
            return;
        }
        let Some((form, turn)) = self.begin() else { return };
        self.busy.set(true);
        let (id, name) = (self.edits.get_value(), form.name.clone());
        spawn_local(async move {
            let kept = match id {
                Some(id) => core::call(NodeEdit { id, form }).await,
                None => core::call(NodeAdd { form }).await.map(|_| ()),
            };
            self.busy.try_set(false);
            match kept {
                Ok(()) => self.done(&name),
                Err(fault) if self.turn.try_get_value() == Some(turn) => self.refuse(Some(fault)),
                // The dialog is gone or shows something else: say it in the corner.
                Err(fault) => self.state.toasts.fault(&fault),
            }
        });
    }

    /// The person compared the fingerprint: trust it and go on with what was refused.
    pub fn trust(self, fingerprint: String) {
        self.trust.set(Some(fingerprint));
        self.test();
    }

    /// No keyring: keep the key in memory and go on.
    pub fn session_only(self) {
        self.session_only.set(true);
        self.keep();
    }

    fn done(self, name: &str) {
        if self.turn.try_get_value().is_some() {
            self.state.frame.close();
        }
        self.state.toasts.note(match self.adds_still() {
            true => format!("Added {name}. It connects by itself."),
            false => format!("Saved {name}."),
        });
    }

    fn adds_still(self) -> bool {
        self.edits.try_with_value(Option::is_none).unwrap_or(true)
    }

    /// The form, if nothing in it is wrong by itself.
    fn begin(self) -> Option<(NodeForm, u32)> {
        let (name, address, key) = (self.name.get_untracked(), self.address.get_untracked(), self.key.get_untracked());
        let typed = Typed { name: &name, address: &address, key: &key };
        let edits = self.edits.get_value();
        let wrong = self.state.told.peek(|model| check(typed, &model.nodes, edits.as_deref()));
        if let Some((spot, message)) = wrong {
            self.refused.set(Some((spot, Fault::new(Code::Invalid, message))));
            return None;
        }
        self.refused.set(None);
        let vendor = self.vendor.get_untracked();
        let form = NodeForm {
            trust: self.trust.get_untracked(),
            session_only: self.session_only.get_untracked(),
            ..form(typed, vendor, untrack(|| self.reach()))
        };
        Some((form, self.next_turn()))
    }

    fn refuse(self, fault: Option<Fault>) {
        self.refused.set(fault.map(|fault| (Spot::of(&fault), fault)));
    }

    fn changed(self) {
        self.next_turn();
        self.tried.set(Try::NotYet);
        self.refused.set(None);
    }

    fn forget_at(self, spot: Spot) {
        if self.refused.with_untracked(|refused| refused.as_ref().is_some_and(|(at, _)| *at == spot)) {
            self.refused.set(None);
        }
    }

    fn next_turn(self) -> u32 {
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        turn.unwrap_or_default()
    }
}
