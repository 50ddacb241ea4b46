//! A refusal that needs an answer: a certificate to trust, a keyring that is not there, a
//! command to run; and one that belongs to no field.

use leptos::prelude::*;

use super::draft::Spot;
use super::entry::Entry;
use crate::parts::button::{Button, Look};
use crate::parts::machine::Machine;
use crate::parts::said::Said;
use crate::state::State;
use crate::text::said::command;

/// What was refused beyond the fields.
#[component]
pub fn Refusal(entry: Entry) -> impl IntoView {
    let shown = move || {
        let (spot, fault) = entry.refused.get()?;
        let said = fault.message;
        match spot {
            Spot::Address | Spot::Name | Spot::Key => None,
            Spot::Route(_) | Spot::CaFile | Spot::ClientCertificate | Spot::ClientKey => None,
            Spot::Certificate => Some(certificate(entry, said, fault.details)),
            Spot::Keyring => Some(keyring(entry, said)),
            Spot::Pairing => Some(pairing(said, fault.details)),
            Spot::Foot => Some(view! { <p class="form-fault" role="alert"><Said text=said /></p> }.into_any()),
        }
    };
    view! { {shown}<NoKeyring entry /> }
}

fn certificate(entry: Entry, said: String, fingerprint: Option<String>) -> AnyView {
    let answer = fingerprint.map(|print| {
        let trusted = print.clone();
        view! {
            <Machine text=print name="Copy the fingerprint" />
            <div class="form-row">
                <Button look=Look::Primary press=move |()| entry.trust(trusted.clone())>"I compared it: trust it"</Button>
            </div>
        }
    });
    view! {
        <section class="form-ask" role="alert" aria-label="Certificate">
            <p><Said text=said /></p>
            <p class="soft">"Compare the fingerprint with the one the gateway's owner sees. Only if they are the same is it that gateway."</p>
            {answer}
        </section>
    }
    .into_any()
}

fn keyring(entry: Entry, said: String) -> AnyView {
    view! {
        <section class="form-ask" role="alert" aria-label="Keyring">
            <p><Said text=said /></p>
            <p class="soft">"The key can be kept in memory until this window closes; it is never written to a file."</p>
            <div class="form-row">
                <Button look=Look::Primary press=move |()| entry.session_only()>"Keep it for this session only"</Button>
            </div>
        </section>
    }
    .into_any()
}

fn pairing(said: String, details: Option<String>) -> AnyView {
    let (said, run) = match command(&said) {
        Some((before, run)) => (before, Some(run)),
        None => (said, details),
    };
    view! {
        <section class="form-ask" role="alert" aria-label="Pairing">
            <p><Said text=said /></p>
            {run.map(|run| view! { <Machine text=run name="Copy the command" /> })}
            <p class="soft">"You can add the node now: it connects by itself once it is let in."</p>
        </section>
    }
    .into_any()
}

/// Said before a key is typed in vain.
#[component]
fn NoKeyring(entry: Entry) -> impl IntoView {
    let state = State::here();
    let shown = move || {
        let typed = entry.key.with(|key| !key.trim().is_empty());
        let asked = entry.refused.with(|refused| refused.as_ref().is_some_and(|(spot, _)| *spot == Spot::Keyring));
        state.frame.keyring_fault.get().filter(|_| typed && !asked)
    };
    view! {
        {move || shown().map(|why| view! {
            <p class="form-note"><Said text=why />" You will be asked whether to keep the key for this session only."</p>
        })}
    }
}
